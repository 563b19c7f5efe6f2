"""The reminders room as a Django app."""

from django.apps import AppConfig


class RemindersConfig(AppConfig):
    """Registers the system checks, and the number in the menu."""

    name = "reminders"

    def ready(self) -> None:
        """Load the checks, which register themselves; count in the menu what no machine will finish (`needs_person`)."""
        import reminders.checks  # noqa: F401
        from clinic.authentication import MENU_NUMBERS, MenuNumber

        MENU_NUMBERS["m"] = MenuNumber(
            "SELECT COUNT(*) FROM reminders_reminder WHERE clinic_id = clinic.id AND state IN ('failed', 'missed')",
            "not delivered",
        )
