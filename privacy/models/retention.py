"""How long a clinic keeps what."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from clinic.models import Clinic
from privacy import keeping

# What is less or more is a slip of the finger.
LEAST_YEARS, MOST_YEARS = 1, 100
LEAST_DAYS, MOST_DAYS = 7, 3650


class Retention(models.Model):
    """A clinic's own rule; without a row the rule of its country holds and nothing is erased by itself."""

    clinic = models.OneToOneField(Clinic, on_delete=models.PROTECT, related_name="+")
    record_years = models.PositiveSmallIntegerField(
        "years that a clinical record is kept after the last visit",
        validators=[MinValueValidator(LEAST_YEARS), MaxValueValidator(MOST_YEARS)],
    )
    text_days = models.PositiveSmallIntegerField(
        "days that the words of messages are kept",
        default=keeping.TEXT_DAYS,
        validators=[MinValueValidator(LEAST_DAYS), MaxValueValidator(MOST_DAYS)],
    )
    erase_by_itself = models.BooleanField("erase records by themselves once their time is over", default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(record_years__gte=LEAST_YEARS, text_days__gte=LEAST_DAYS),
                name="retention_is_no_slip_of_the_finger",
            )
        ]

    def __str__(self) -> str:
        return f"Retention of clinic {self.clinic_id}"

    @property
    def years(self) -> int | None:
        """For how many years a record is kept; None where a clinic has not said so and its country's rule is not known."""
        return self.record_years

    @classmethod
    def of(cls, clinic: Clinic) -> "Retention":
        """Return what holds at a clinic, stored or not."""
        own = cls.objects.filter(clinic=clinic).first()
        years: Any = keeping.record_years(clinic.country)  # None is never stored: the form asks
        return own or cls(clinic=clinic, record_years=years)
