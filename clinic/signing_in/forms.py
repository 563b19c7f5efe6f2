"""The forms of the log-in, in our words."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
)
from allauth.account.forms import (
    ReauthenticateForm as PasswordAgain,
)
from allauth.core import context
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter as second_factor_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from clinic.models import User
from clinic.signing_in.adapter import TRY_LATER, begin_here

_PRESS_ADD = "No passkey was added. Press Add: your browser then asks for your finger, face or PIN."
_NAME_IT = "Enter a name for this passkey."
_NO_PASSKEY = "That passkey is not known here, or was too late. Try again, or go on without it."
_ONE_BOX = {"inputmode": "numeric", "autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"}


# The address of whoever has just taken an invitation, for the log-in to which they are led.
INVITED = "invited"


class LogInForm(LoginForm):  # type: ignore[misc]
    """Asks for email and password, and never says which of the two was wrong."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        email, password = self.fields["login"], self.fields["password"]
        email.error_messages = dict.fromkeys(("required", "invalid"), "Enter your email address.")
        email.widget.attrs = {"autocomplete": "username", "autofocus": True}
        password.error_messages["required"] = "Enter your password."
        password.help_text = ""
        password.widget.attrs = {"autocomplete": "current-password"}
        if not self.is_bound and (invited := self.request.session.pop(INVITED, "")):
            email.initial = invited
            password.widget.attrs["autofocus"] = email.widget.attrs.pop("autofocus")

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Sign in, or go on to the second step. The library has set an end of its own: ours comes after it."""
        response: HttpResponse = super().login(request, redirect_url)
        if request.user.is_authenticated:
            begin_here(request)
        return response


class ForgottenForm(ResetPasswordForm):  # type: ignore[misc]
    """Asks where to send a link. The answer is the same whether there is such a log-in or not."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        email = self.fields["email"]
        email.error_messages = dict.fromkeys(("required", "invalid"), "Enter your email address.")
        email.widget.attrs = {"autocomplete": "username"}

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Send a letter either way: whether one was sent, and how long it took, tells nothing."""
        email: str = self.cleaned_data["email"]
        if self.users:
            super().save(request, **kwargs)
        else:
            get_adapter(request).send_mail("account/email/unknown_account", email, {})
        return email


class _Passwords:
    """Password boxes with our labels, nothing written into them, and a sentence for each that was left empty."""

    fields: dict[str, Any]
    use_required_attribute = False
    labels = {
        "oldpassword": ("Current password", "Enter the password that you have now."),
        "password": ("Password", "Enter your password."),
        "password1": ("New password", "Enter a new password."),
        "password2": ("New password again", "Enter the new password again."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.labels.keys() & self.fields.keys():
            field = self.fields[name]
            field.label, field.error_messages["required"] = self.labels[name]
            field.widget.attrs.pop("placeholder", None)
        if "password1" in self.fields:
            self.fields["password1"].help_text = "At least 12 characters. Pasting is fine."


class NewPasswordForm(_Passwords, ChangePasswordForm):  # type: ignore[misc]
    """A new password of somebody who is signed in."""


class NewPasswordByLinkForm(_Passwords, ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password of somebody who forgot the old one."""


class PasswordAgainForm(_Passwords, PasswordAgain):  # type: ignore[misc]
    """The password once more, before something that matters."""


class _Code:
    """One box for a code, from which spaces fall out."""

    fields: dict[str, Any]
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        code.label = "Code"
        code.widget.attrs = dict(_ONE_BOX)
        code.error_messages = {"required": "Enter the code."}
        code.to_python = lambda value: "".join(str(value or "").split())


@contextmanager
def _in_our_words(wrong: str = "") -> Iterator[None]:
    """Say otherwise what is ``wrong``, and after too many tries nothing of a new password: it opens no second step."""
    try:
        yield
    except ValidationError as error:
        instead = {"too_many_login_attempts": TRY_LATER, "incorrect_code": wrong}.get(error.code or "")
        if instead:
            raise ValidationError(instead) from error
        raise


class _OnceOnly(_Code):
    """A code of an app, which works once for as long as it would be taken.

    The library remembers it for 30 seconds; with clocks half a minute off it takes it for 90.
    """

    user: User
    authenticator: Authenticator

    def clean_code(self) -> str:
        """Refuse a code that was used: somebody may have read it over a shoulder."""
        with _in_our_words():
            code: str = super().clean_code()  # type: ignore[misc]
        taken_for = (2 * app_settings.TOTP_TOLERANCE + 1) * app_settings.TOTP_PERIOD
        digits = "".join(filter(str.isdecimal, code))  # 123-456 is 123456, to the library too
        from_app = self.authenticator.type == Authenticator.Type.TOTP
        if from_app and not cache.add(f"second-step.used.{self.user.pk}.{digits}", "", timeout=taken_for):
            raise second_factor_adapter().validation_error("incorrect_code")
        return code


class CodeForm(_OnceOnly, AuthenticateForm):  # type: ignore[misc]
    """The second step at the log-in: a code from the app, or one of those kept for bad days."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["autofocus"] = True


class CodeAgainForm(_OnceOnly, ReauthenticateForm):  # type: ignore[misc]
    """A code once more, before something that matters."""


class SetUpAppForm(_Code, ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new app."""

    secret: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        session = context.request.session
        begun = session.get(SECRET_SESSION_KEY)
        super().__init__(*args, **kwargs)
        # The library makes a new secret at each look: whoever came back to the page had let the phone read another.
        self.secret = session[SECRET_SESSION_KEY] = begun or self.secret


class _Json(json.JSONDecoder):
    """Reads what a device answers, or what anybody sent in its place."""

    def decode(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse what is nested too deeply and numbers that are too long as text that is none: each broke the page."""
        try:
            return super().decode(*args, **kwargs)
        except (ValueError, RecursionError) as error:
            raise json.JSONDecodeError("It cannot be read", "", 0) from error


@contextmanager
def _from_a_device(wrong: str) -> Iterator[None]:
    """Say what is ``wrong`` of what no device answers, too: the library breaks over it."""
    try:
        with _in_our_words(wrong):
            yield
    except (KeyError, ValueError, RecursionError) as error:
        raise ValidationError(wrong) from error


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey and its name."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name, alone = self.fields["name"], self.fields["passwordless"]
        name.error_messages["required"] = _NAME_IT
        self.fields["credential"].error_messages = dict.fromkeys(("required", "invalid"), _PRESS_ADD)
        self.fields["credential"].decoder = _Json
        alone.label, alone.initial = "Sign in with it alone", True
        alone.help_text = "Without a password. The device then asks for your finger, face or PIN each time."

    def clean(self) -> dict[str, Any]:
        """Return what was typed; the page may have been opened a second time since it asked the device."""
        with _from_a_device(_PRESS_ADD):
            cleaned: dict[str, Any] = super().clean()
        return cleaned


class RenamePasskeyForm(EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a passkey."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].error_messages["required"] = _NAME_IT


class _Passkey:
    """What a device answers for a passkey. One that was removed here may well be on the device still."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"].error_messages = dict.fromkeys(("required", "invalid"), _NO_PASSKEY)
        self.fields["credential"].decoder = _Json

    def clean_credential(self) -> Authenticator:
        """Return the passkey."""
        with _from_a_device(_NO_PASSKEY):
            found: Authenticator = super().clean_credential()  # type: ignore[misc]
        return found


class PasskeyLogInForm(_Passkey, LoginWebAuthnForm):  # type: ignore[misc]
    """A passkey in place of a password."""


class PasskeyForm(_Passkey, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey as the second step."""


class PasskeyAgainForm(_Passkey, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey once more, before something that matters."""
