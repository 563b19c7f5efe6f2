"""The reminders room as a Django app."""

from django.apps import AppConfig


class RemindersConfig(AppConfig):
    """Registers the system checks."""

    name = "reminders"

    def ready(self) -> None:
        """Load the checks; they register themselves."""
        import reminders.checks  # noqa: F401
