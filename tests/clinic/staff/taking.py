"""Two letters of one clinic to one address are taken at once: run as a program, prints what came of it as JSON.

Each has its letter before either looks for what is left over.
"""

import json
import sys
import threading
from contextlib import suppress

import django

django.setup()

from django.db import connections  # noqa: E402
from django.db.models import QuerySet  # noqa: E402

from clinic.models import Clinic, Invitation, Membership, Role  # noqa: E402
from clinic.staff import actions  # noqa: E402
from tests.builders import NOW, make_clinic, make_user  # noqa: E402

EMAIL = "noor@riverside.example"
PATIENCE = 2  # seconds


def take(token: str, outcomes: list[str]) -> None:
    """Take a letter; note what came of it."""
    try:
        actions.take(token=token, full_name="Noor Haddad", password="a new and longer password", at=NOW)
        outcomes.append("let in")
    except Exception as error:
        outcomes.append(type(error).__name__)
    connections.close_all()


def main() -> None:
    """Write two letters as two admins did at one moment, and take both."""
    riverside = make_clinic()
    admin = make_user("ada@riverside.example", "Ada Lind", (riverside, Role.ADMIN))
    letters = [
        actions.invite(clinic=riverside, email=EMAIL, role=role, by=admin, at=NOW)
        for role in (Role.FRONT_DESK, Role.READ_ONLY)
    ]
    Invitation.objects.update(withdrawn_at=None, withdrawn_by=None)
    both, left_over = threading.Barrier(2), actions._open

    def look(clinic: Clinic) -> QuerySet[Invitation]:
        with suppress(threading.BrokenBarrierError):
            both.wait(PATIENCE)
        return left_over(clinic)

    actions._open = look
    outcomes: list[str] = []
    people = [threading.Thread(target=take, args=(token, outcomes)) for _, token in letters]
    for person in people:
        person.start()
    for person in people:
        person.join()
    members = Membership.objects.filter(user__email=EMAIL).count()
    sys.stdout.write(json.dumps({"outcomes": sorted(outcomes), "members": members}))


if __name__ == "__main__":
    main()
