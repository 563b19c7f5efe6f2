"""Rules that the database itself keeps, on PostgreSQL and on SQLite alike."""

from clinic.constraints.frozen import Frozen
from clinic.constraints.no_overlap import NoOverlap

__all__ = ["Frozen", "NoOverlap"]
