"""All addresses: each room brings its own."""

from django.urls import include, path

from clinic import views

clinic_urls = (
    [
        path("", views.home, name="home"),
        path("clinic/switch/", views.switch, name="switch"),
        path("theme/", views.theme, name="theme"),
    ],
    "clinic",
)

urlpatterns = [
    path("", include(clinic_urls)),
    path("", include("clinic.monitoring.urls")),
    path("", include("clinic.first_run.urls")),
    path("", include("clinic.signing_in.urls")),
    path("", include("clinic.staff.urls")),
    path("", include("patients.urls")),
    path("settings/demo/", include("clinic.demo.urls")),
    path("settings/", include("treatments.setup.urls")),
    path("reports/", include("reports.urls")),
    path("", include("treatments.urls")),
    path("", include("reminders.urls")),
    path("", include("privacy.urls")),
    path("", include("interface.urls")),
]
