"""Addresses of the privacy room."""

from django.urls import path

from privacy.views import erasing, looks, portrait, retention

app_name = "privacy"
urlpatterns = [
    path("patients/<uuid:uid>/privacy/", portrait.about, name="about"),
    path("patients/<uuid:uid>/privacy/everything/", portrait.download, name="download"),
    path("patients/<uuid:uid>/privacy/erase/", erasing.erase_person, name="erase"),
    path("patients/<uuid:uid>/privacy/looks/", looks.who_looked, name="who_looked"),
    path("patients/<uuid:uid>/privacy/looks/export/", looks.export, name="export_looks"),
    path("settings/privacy/", retention.settings, name="settings"),
]
