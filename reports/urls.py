"""Addresses of the reports."""

from django.urls import path

from reports import views

app_name = "reports"
urlpatterns = [
    path("", views.first, name="first"),
    path("sessions/", views.sessions, name="sessions"),
    path("messages/rows/", views.message_rows, name="message_rows"),
    path("<slug:key>/", views.report, name="report"),
    path("<slug:key>/print/", views.paper, name="print"),
    path("<slug:key>/export/", views.export, name="export"),
    path("<slug:key>/people/", views.people, name="people"),
]
