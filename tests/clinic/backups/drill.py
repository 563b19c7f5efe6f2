"""The hands of the drill: ``python -m tests.clinic.backups.drill fill|wipe|look`` on the database of the environment."""

import datetime as dt
import json
import sys
from collections.abc import Callable
from pathlib import Path

import django

django.setup()

from django.db import IntegrityError, connection, transaction  # noqa: E402

from clinic.audit import record  # noqa: E402
from clinic.models import AuditEntry, Role  # noqa: E402
from patients.models import Patient  # noqa: E402
from tests.builders import NOW, TODAY, make_clinic, make_course, make_injector, make_patient, make_session, make_user  # noqa: E402
from tests.clinic.backups import NOTE  # noqa: E402
from treatments.models import TreatmentSession  # noqa: E402


def fill() -> None:
    """Book somebody, and leave a trace of it."""
    clinic = make_clinic()
    user = make_user("fran@riverside.example", "Fran Adeyemi", (clinic, Role.FRONT_DESK))
    injector = make_injector(clinic)
    patient = make_patient(clinic, safety_note=NOTE)
    make_session(make_course(patient), injector, NOW + dt.timedelta(hours=1), due_on=TODAY)
    record(clinic=clinic, by=user, action=AuditEntry.Action.READ, kind="patient", subject=patient.uid, at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # SQLite keeps what it learns in a table of its own


def wipe() -> None:
    """Lose everything, tables and rules too."""
    if connection.vendor == "sqlite":
        for file in Path(connection.settings_dict["NAME"]).parent.glob("*.sqlite3*"):
            file.unlink()
        return
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")


def look() -> None:
    """Print what is there, and whether the rules are kept."""
    session = TreatmentSession.objects.get()
    found = {
        "note": Patient.objects.get().safety_note,
        "starts_at": session.starts_at.isoformat(),
        "status": session.status,
        "read": AuditEntry.objects.filter(action="read").count(),
        "books_twice": _succeeds(lambda: _book_again(session)),
        "alters_the_trace": _succeeds(lambda: AuditEntry.objects.update(rows=7)),
        "books_another_time": _succeeds(lambda: _book_again(session, dt.timedelta(hours=2))),
    }
    sys.stdout.write(json.dumps(found))


def _book_again(session: TreatmentSession, later: dt.timedelta = dt.timedelta(0)) -> None:
    other = make_patient(session.clinic, "Tom", "Reid")
    assert session.injector
    make_session(make_course(other), session.injector, session.starts_at + later, due_on=TODAY)


def _succeeds(change: Callable[[], object]) -> bool:
    try:
        with transaction.atomic():
            change()
            connection.check_constraints()
    except IntegrityError:
        return False
    return True


if __name__ == "__main__":
    {"fill": fill, "wipe": wipe, "look": look}[sys.argv[1]]()
