"""The two last second steps of an admin are taken away at once: run as a program, prints what came of it as JSON.

Each window has asked who needs one before either goes on, or the one is through before the other may ask.
"""

import json
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress

import django

django.setup()

from allauth.mfa.models import Authenticator  # noqa: E402
from allauth.mfa.totp.internal.auth import TOTP  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from clinic.models import Membership, Role  # noqa: E402
from clinic.signing_in import second_factor  # noqa: E402
from tests.builders import PASSWORD, make_clinic, make_user  # noqa: E402

PATIENCE = 2  # seconds


def press(window: Client, address: str, answers: list[int]) -> None:
    """Take one away."""
    answers.append(window.post(address).status_code)
    connections.close_all()


def main() -> None:
    """Give an admin an app and a passkey, and take both away."""
    settings.SECOND_FACTOR = True
    ada = make_user("ada@riverside.example", "Ada Lind", (make_clinic(), Role.ADMIN))
    windows = Client(HTTP_HOST="localhost"), Client(HTTP_HOST="localhost")
    for window in windows:
        window.post(reverse("account_login"), {"login": ada.email, "password": PASSWORD})
        window.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    passkey = Authenticator.objects.create(user=ada, type=Authenticator.Type.WEBAUTHN, data={})
    TOTP.activate(ada, "JBSWY3DPEHPK3PXP")
    both, needed = threading.Barrier(2), second_factor.needed

    def ask(memberships: Iterable[Membership]) -> bool:
        with suppress(threading.BrokenBarrierError):
            both.wait(PATIENCE)
        return needed(memberships)

    addresses = reverse("mfa_deactivate_totp"), reverse("mfa_remove_webauthn", args=[passkey.pk])
    second_factor.needed = ask
    answers: list[int] = []
    presses = [
        threading.Thread(target=press, args=(window, address, answers))
        for window, address in zip(windows, addresses, strict=True)
    ]
    for thread in presses:
        thread.start()
    for thread in presses:
        thread.join()
    sys.stdout.write(json.dumps({"answers": sorted(answers), "left": Authenticator.objects.filter(user=ada).count()}))


if __name__ == "__main__":
    main()
