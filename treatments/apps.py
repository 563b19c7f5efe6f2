"""The treatments room as a Django app."""

from django.apps import AppConfig


class TreatmentsConfig(AppConfig):
    """Names the app."""

    name = "treatments"
