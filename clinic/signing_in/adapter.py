"""Where the log-in library asks us: addresses of callers, words, links in mail, secrets at rest, a new session."""

import logging
import smtplib
import time
from itertools import count
from typing import Any, cast

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from clinic.fields import cipher
from clinic.models import User
from clinic.network import caller
from clinic.signing_in import second_factor
from clinic.signing_in.devices import device_words, network_words
from clinic.signing_in.sessions import begin, end_all

logger = logging.getLogger(__name__)

_WRONG = "Email or password is wrong."
_NOT_YOURS = "That is not your password."
_CURRENT = "Enter the password that you have now."
TRY_LATER = "Too many tries. Wait 10 minutes, then try again."
# What the library notes of a log-in that shows who somebody is; a session that began in another way has none.
_SHOWN = ("password", "mfa")
_OLD_LINK = "This link has been used or is too old. Ask for a new one."


class NotSent(Exception):
    """The mail server did not take a letter; the log says why."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Log-in by email for people who were invited."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _WRONG,
        "email_password_mismatch": _WRONG,
        "invalid_login": _WRONG,
        "incorrect_password": _NOT_YOURS,
        "enter_current_password": _CURRENT,
        "incorrect_code": "That code is wrong or has been used. Enter the newest one.",
        "rate_limited": TRY_LATER,
        "too_many_login_attempts": "Too many tries. Wait 10 minutes, then try again, or reset your password.",
        "invalid_password_reset": _OLD_LINK,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say no: people are invited."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return whose tries are counted together."""
        return caller(request)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Return what wrong passwords for one log-in are counted under: never with the host, which a request makes up."""
        return str(credentials.get("email", "")).strip().lower()

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the address for the mail: never what a request said its host was."""
        uid, _, secret = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": secret})
        return f"{settings.BASE_URL}{path}"

    def format_email_subject(self, subject: str) -> str:
        """Leave the subject as it is: the host of a request does not belong there."""
        return subject

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a letter at once. Raises NotSent: a mail server that is down is no fault of the page."""
        try:
            lasts = settings.PASSWORD_RESET_TIMEOUT // (24 * 3600)
            super().send_mail(template_prefix, email, context | {"link_lasts_days": lasts})
        except (smtplib.SMTPException, OSError) as error:  # what mail providers' interfaces raise is an OSError too
            logger.exception("a letter could not be sent")
            raise NotSent from error

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Change it, and end the other sessions: their next request would be a stranger's, but until then all are listed."""
        super().set_password(user, password)
        end_all(cast("User", user), but=self.request.session.session_key)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Lead back to one's own page, which says so."""
        messages.success(request, "Password changed. You were signed out on every other device.")
        return reverse("account_me")

    def add_message(self, request: HttpRequest, level: int, *args: Any, message: str = "", **kwargs: Any) -> None:
        """Say what went wrong alone: each page says itself what was done."""
        if level == messages.ERROR and message:
            messages.warning(request, message)

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """Return whether this is the person's password; wrong ones count like those at the log-in."""
        return self.authenticate(self.request, email=cast("User", user).email, password=password) is not None

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask for nothing again that was shown at the log-in as lately as it may have been shown again."""
        return super().is_reauthentication_required(app=app, **kwargs) and not shown_lately(self.request)

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Begin a session under a new key, and note where."""
        super().login(request, user)
        begin_here(request)


def shown_lately(request: HttpRequest) -> bool:
    """Return whether a password, code or passkey was given in this session within the library's few minutes.

    The library takes only what was asked for again: whoever had just signed in was asked for the same once more.
    """
    shown = [one["at"] for one in get_authentication_records(request, request.user) if one["method"] in _SHOWN]
    return bool(shown) and time.time() - shown[-1] < app_settings.REAUTHENTICATION_TIMEOUT


def begin_here(request: HttpRequest) -> None:
    """Note the device and the network of a session that begins."""
    begin(
        request.session,
        device=device_words(request.headers.get("User-Agent", "")),
        network=network_words(caller(request)),
        at=timezone.now(),
    )


def begin_with_new_password(request: HttpRequest, user: User) -> None:
    """Sign in whoever has just chosen their password: it is not asked for once more to set up the second step."""
    AccountAdapter(request).login(request, user)
    record_authentication(request, user, method="password", email=user.email)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Authenticator apps and passkeys."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
        "cannot_delete_authenticator": "You need a second step to sign in here: set up another one first.",
    }

    def encrypt(self, text: str) -> str:
        """Lock a secret before it is written: a copied database is no second factor."""
        return cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Unlock it."""
        return cipher().decrypt(encrypted_text.encode()).decode()

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002 (allauth's word)
        """Return the name that a new passkey has until somebody gives it another."""
        there = [one.data.get("name") for one in Authenticator.objects.filter(user=user, type=type)]
        numbered = ("My passkey" if number == 1 else f"My passkey {number}" for number in count(len(there) + 1))
        return next(name for name in numbered if name not in there)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Refuse to take away the last one of a person who must have one. Inside a transaction, one after the other.

        Of two that two windows take away at once each would be left because of the other.
        """
        user = User.objects.select_for_update().get(pk=authenticator.user_id)
        roles = user.memberships.filter(active=True).select_related("clinic")
        if not second_factor.needed(roles):
            return True
        kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
        return bool(Authenticator.objects.filter(user=user, type__in=kinds).count() > 1)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Send nothing: what changed is seen on the person's own page."""
