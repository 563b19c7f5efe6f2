"""What the clinic decided about keeping, and what it erased."""

from privacy.models.erasure import Erasure
from privacy.models.retention import Retention

__all__ = ["Erasure", "Retention"]
