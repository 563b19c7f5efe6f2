"""The ground floor as a Django app."""

from django.apps import AppConfig


class ClinicConfig(AppConfig):
    """Registers the system checks."""

    name = "clinic"

    def ready(self) -> None:
        """Load the checks; they register themselves."""
        import clinic.checks  # noqa: F401
