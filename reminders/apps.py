"""The reminders room as a Django app."""

from django.apps import AppConfig


class RemindersConfig(AppConfig):
    """Names the app."""

    name = "reminders"
