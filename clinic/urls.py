"""All addresses: each room brings its own."""

from django.contrib.auth import views as auth_views
from django.urls import include, path

from clinic import views
from clinic.forms import LogInForm

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
    path("log-in/", auth_views.LoginView.as_view(redirect_authenticated_user=True, form_class=LogInForm), name="login"),
    path("log-out/", auth_views.LogoutView.as_view(), name="logout"),
    path("password/", auth_views.PasswordChangeView.as_view(), name="password_change"),
    path("password/done/", auth_views.PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("", include("patients.urls")),
    path("settings/", include("treatments.setup.urls")),
    path("reports/", include("reports.urls")),
    path("", include("treatments.urls")),
    path("", include("reminders.urls")),
    path("", include("privacy.urls")),
    path("", include("interface.urls")),
]
