"""The interface for other programs, as a Django app."""

from django.apps import AppConfig


class InterfaceConfig(AppConfig):
    """The room above all others: it shows what they hold to programs, and tells programs what happened."""

    name = "interface"
