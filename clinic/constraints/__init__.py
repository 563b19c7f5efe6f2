"""Rules that the database itself keeps, on PostgreSQL and on SQLite alike."""

from clinic.constraints.adds_up import AddsUp, Sum
from clinic.constraints.copied import Copied
from clinic.constraints.frozen import Frozen
from clinic.constraints.no_overlap import NoOverlap
from clinic.constraints.not_barred import Correction, NotBarred
from clinic.constraints.unchanging import Unchanging
from clinic.constraints.weekly_hours import NoDoubleHours

__all__ = ["AddsUp", "Copied", "Correction", "Frozen", "NoDoubleHours", "NoOverlap", "NotBarred", "Sum", "Unchanging"]
