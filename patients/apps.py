"""The patients room as a Django app."""

from django.apps import AppConfig


class PatientsConfig(AppConfig):
    """Names the app."""

    name = "patients"
