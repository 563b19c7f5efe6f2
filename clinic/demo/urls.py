"""Addresses of the demo clinic."""

from django.urls import path

from clinic.demo import views

app_name = "demo"
urlpatterns = [
    path("", views.demo, name="demo"),
    path("load/", views.load, name="load"),
    path("remove/", views.remove, name="remove"),
]
