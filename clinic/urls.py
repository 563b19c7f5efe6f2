"""All addresses: each room brings its own."""

from inspect import unwrap

from django.urls import include, path
from django.views import defaults

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

# Django's own, without their look at the form for a token: of a form that cannot be read they made a fault.
handler400, handler403 = unwrap(defaults.bad_request), unwrap(defaults.permission_denied)
handler404, handler500 = unwrap(defaults.page_not_found), unwrap(defaults.server_error)
