"""Addresses of the people at a clinic."""

from django.urls import path

from clinic.staff import views

app_name = "staff"
urlpatterns = [
    path("settings/people/", views.people, name="people"),
    path("settings/people/<uuid:uid>/role/", views.change_role, name="change_role"),
    path("settings/people/<uuid:uid>/end/", views.end_access, name="end_access"),
    path("settings/people/<uuid:uid>/sign-out/", views.sign_out, name="sign_out"),
    path("settings/invitations/<uuid:uid>/again/", views.send_again, name="send_again"),
    path("settings/invitations/<uuid:uid>/withdraw/", views.withdraw, name="withdraw"),
    path("invitation/<str:token>/", views.take, name="take"),
]
