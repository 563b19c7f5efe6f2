"""The interface for other programs, as a Django app."""

from django.apps import AppConfig


class InterfaceConfig(AppConfig):
    """Shows to programs what the rooms below hold, and tells programs what happened there."""

    name = "interface"
