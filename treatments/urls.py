"""Addresses of the treatments room."""

from django.urls import URLPattern

app_name = "treatments"
urlpatterns: list[URLPattern] = []
