"""A site and a vial come to a record in the moment of its signature: run as a program, prints what came of it as JSON."""

import json
import sys
from typing import Any

import django

django.setup()

from clinic.models import Role, User  # noqa: E402
from tests.builders import (  # noqa: E402
    NOW,
    TODAY,
    make_clinic,
    make_course,
    make_injector,
    make_patient,
    make_record,
    make_session,
    make_user,
    sign_record,
)  # fmt: skip
from tests.treatments.uncommitted import Work, at_once  # noqa: E402
from treatments.models import Injection, SessionRecord, Vial  # noqa: E402


def signing(record: SessionRecord, by: User) -> Work:
    """Return what signs a record with all that it speaks of."""
    return lambda: sign_record(record, by=by)


def adding(part: str, record: SessionRecord) -> Work:
    """Return what puts one more part into a record."""
    shared: dict[str, Any] = {"clinic": record.clinic, "record": record}
    vial = {"lot": "C4472", "strength": 100, "units_given": 0, "units_wasted": 100}
    parts = {
        "site": lambda: Injection.objects.create(**shared, site="TRA-R7", units=5),
        "vial": lambda: Vial.objects.create(**shared, **vial, expires_on=TODAY, used_on=TODAY),
    }
    return parts[part]


def main() -> None:
    """Let a part come before the signature and after it."""
    clinic = make_clinic()
    by, osei = make_user("osei@riverside.example", "Dr Osei", (clinic, Role.PRESCRIBER)), make_injector(clinic)
    found = {}
    for number, part in enumerate(("site", "vial")):
        for half, first in enumerate(("part", "signature")):
            at = NOW.replace(hour=9 + 2 * number + half)
            record = make_record(make_session(make_course(make_patient(clinic)), osei, at, due_on=TODAY))
            works = [adding(part, record), signing(record, by)]
            found[f"{part}, {first} first"] = str(at_once(*(works if first == "part" else reversed(works))))
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
