"""Where their pages are."""

from django.urls import include, path

urlpatterns = [
    path("appointment/", include("appointment.urls")),
    path("schedule/", include("schedule.urls")),
]
