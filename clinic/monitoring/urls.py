"""Addresses for machines, without a slash at the end, as they are asked for everywhere."""

from django.urls import path

from clinic.monitoring import views

app_name = "monitoring"
urlpatterns = [
    path("healthz", views.alive, name="alive"),
    path("readyz", views.ready, name="ready"),
    path("metrics", views.metrics, name="metrics"),
]
