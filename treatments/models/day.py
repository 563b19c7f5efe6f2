"""How a person likes to see the day."""

from django.db import models

from clinic.models import User


class DayView(models.Model):
    """One person's choices for Today. Theirs, not the device's: desks share computers, and people change desks."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, primary_key=True, related_name="+")
    board = models.BooleanField(default=False)
    auto_refresh = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{'Board' if self.board else 'List'} of {self.user_id}"
