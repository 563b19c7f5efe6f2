"""Addresses of the first run."""

from django.urls import path

from clinic.first_run import views

app_name = "first_run"
urlpatterns = [
    path("set-up/<str:token>/", views.first_admin, name="first_admin"),
    path("first-clinic/", views.found, name="found"),
    path("first-steps/", views.all_steps, name="steps"),
    path("first-steps/place/", views.place, name="place"),
    path("first-steps/<slug:key>/", views.step, name="step"),
    path("first-steps/<slug:key>/settle/", views.settle, name="settle"),
]
