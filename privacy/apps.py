"""The privacy room as a Django app."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """What a person may ask of the clinic: who looked, what is known, and that it is forgotten."""

    name = "privacy"
