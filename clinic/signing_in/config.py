"""Settings of the log-in library; `clinic.settings` takes them in."""

ACCOUNT_ADAPTER = "clinic.signing_in.adapter.AccountAdapter"
_FORGOTTEN_FORM = "clinic.signing_in.forms.ForgottenForm"
_BY_LINK_FORM = "clinic.signing_in.forms.NewPasswordByLinkForm"
_CHANGE_FORM = "clinic.signing_in.forms.NewPasswordForm"
ACCOUNT_FORMS = {
    "login": "clinic.signing_in.forms.LogInForm",
    "reset_password": _FORGOTTEN_FORM,
    "reset_password_from_key": _BY_LINK_FORM,
    "change_password": _CHANGE_FORM,
    "reauthenticate": "clinic.signing_in.forms.PasswordAgainForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation that was taken has shown whose address it is
ACCOUNT_SESSION_REMEMBER = False
# How often a letter may be asked for, a link tried and a password changed.
_LETTERS, _LINKS, _CHANGES = "10/10m/ip,3/10m/key", "20/10m/ip", "5/10m/user"


def rate_limits(log_ins: int) -> dict[str, str]:
    """Return what is counted in the cache, so over all processes; ``log_ins``: how many an address may ask for.

    Wrong passwords: over one address many log-ins, and over many addresses one log-in.
    """
    return {
        "login": f"{log_ins}/10m/ip",
        "login_failed": "20/10m/ip,10/10m/key",
        "reset_password": _LETTERS,
        "reset_password_from_key": _LINKS,
        "reauthenticate": "10/10m/user",
        "change_password": _CHANGES,
    }


MFA_ADAPTER = "clinic.signing_in.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "clinic.signing_in.forms.CodeForm",
    "reauthenticate": "clinic.signing_in.forms.CodeAgainForm",
    "add_webauthn": "clinic.signing_in.forms.AddPasskeyForm",
    "edit_webauthn": "clinic.signing_in.forms.RenamePasskeyForm",
    "activate_totp": "clinic.signing_in.forms.SetUpAppForm",
    "login_webauthn": "clinic.signing_in.forms.PasskeyLogInForm",
    "authenticate_webauthn": "clinic.signing_in.forms.PasskeyForm",
    "reauthenticate_webauthn": "clinic.signing_in.forms.PasskeyAgainForm",
}
# Nobody signs up, so nobody claims somebody else's address. The library calls one unverified from the first letter with a
# link for a new password on, and would let nobody set a second step up again.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Twelve Weeks"
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off
