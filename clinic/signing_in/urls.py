"""Addresses of the log-in: of what the library offers only what we use. There is none to sign up at."""

from allauth.account import views as account
from allauth.mfa.base import views as second
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as keys
from django.db import transaction
from django.urls import path

from clinic.signing_in import views

urlpatterns = [
    path("log-in/", account.login, name="account_login"),
    path("log-in/code/", views.second_step, name="mfa_authenticate"),
    path("log-in/passkey/", keys.login_webauthn, name="mfa_login_webauthn"),
    path("log-out/", account.logout, name="account_logout"),
    path("log-in/closed/", account.account_inactive, name="account_inactive"),
    path("forgotten/", views.forgotten, name="account_reset_password"),
    path("forgotten/sent/", account.password_reset_done, name="account_reset_password_done"),
    path("forgotten/changed/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("forgotten/<slug:uidb36>/<str:key>/", account.password_reset_from_key, name="account_reset_password_from_key"),
    path("me/", views.me, name="account_me"),
    path("me/sessions/end/", views.end_session, name="account_end_session"),
    path("me/stay/", views.stay_signed_in, name="account_stay"),
    path("me/password/", account.password_change, name="account_change_password"),
    path("me/again/", account.reauthenticate, name="account_reauthenticate"),
    path("me/again/code/", second.reauthenticate, name="mfa_reauthenticate"),
    path("me/again/passkey/", views.passkey_again, name="mfa_reauthenticate_webauthn"),
    path("me/second-step/", views.SecondStep.as_view(), name="mfa_index"),
    path("me/second-step/app/", app.activate_totp, name="mfa_activate_totp"),
    path("me/second-step/app/remove/", transaction.atomic(app.deactivate_totp), name="mfa_deactivate_totp"),
    path("me/second-step/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("me/second-step/codes/new/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("me/second-step/passkeys/", keys.list_webauthn, name="mfa_list_webauthn"),
    path("me/second-step/passkeys/new/", keys.add_webauthn, name="mfa_add_webauthn"),
    path("me/second-step/passkeys/<int:pk>/", keys.edit_webauthn, name="mfa_edit_webauthn"),
    path(
        "me/second-step/passkeys/<int:pk>/remove/",
        transaction.atomic(views.RemovePasskey.as_view()),
        name="mfa_remove_webauthn",
    ),
]
