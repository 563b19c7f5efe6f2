"""Addresses of the patients room."""

from django.urls import path

from patients.views import assessing, people, record, search

app_name = "patients"
urlpatterns = [
    path("patients/", search.search, name="search"),
    path("patients/new/", people.register, name="new"),
    path("patients/<uuid:uid>/", record.detail, name="detail"),
    path("patients/<uuid:uid>/edit/", people.edit, name="edit"),
    path("patients/<uuid:uid>/history/", record.history, name="history"),
    path("patients/<uuid:uid>/assess/", assessing.assess, name="assess"),
    path("assessments/<uuid:uid>/sign/", assessing.sign, name="sign_assessment"),
]
