"""A made-up clinic beside the real ones: nobody can log in as its staff, and no message to its people leaves the system."""

import datetime as dt
import secrets
from dataclasses import replace
from random import Random

from django.db import transaction

from clinic import audit
from clinic.demo.clinics import CLINICS, Team, open_injectors, work_on_holidays
from clinic.demo.course_of_events import Chronicle
from clinic.demo.data import SEED
from clinic.demo.diaries import keep_on
from clinic.demo.logins import LOGINS
from clinic.demo.people import Person
from clinic.demo.shelves import fill_shelves, report_effects
from clinic.demo.stages import STAGES
from clinic.models import AuditEntry, Clinic, Membership, Role, User
from patients.models import Patient
from reminders import defaults
from treatments import booking
from treatments.models import TreatmentSession

MARK = "(demo)"
DOMAIN = "demo.example"
_FIELDS = CLINICS[0] | {"name": "Demo clinic", "message_name": "Demo clinic"}


class _Marked(Chronicle):
    """The same story with people whose names say that they are made up."""

    def register(self, referred_on: dt.date, **changes: object) -> tuple[Patient, Person]:
        """Let the next person arrive with a referral."""
        person = next(self._people)
        named = replace(person, details=person.details | {"family_name": f"{person.details['family_name']} {MARK}"})
        return self._arrive_with_referral(named, referred_on, **changes)


@transaction.atomic
def load(*, here: Clinic, by: User, at: dt.datetime) -> Clinic:
    """Make the demo clinic, all or nothing, and let ``by`` work there too. Where there is one already, they join it.

    Other clinics' messages are not touched: the demo's own come with the next ticks, as for everybody. Two who press at
    once make one: the row of the oldest clinic is the lock.
    """
    list(Clinic.objects.select_for_update(no_key=True).order_by("pk")[:1])
    found = standing()
    if found is None:
        with audit.unrecorded():
            found = _tell(at)
        audit.record(clinic=here, by=by, at=at, action=AuditEntry.Action.CREATE, kind="demo clinic")
    Membership.objects.update_or_create(user=by, clinic=found, defaults={"role": Role.ADMIN, "active": True})
    return found


def standing() -> Clinic | None:
    """Return the demo clinic that there is; of one that was removed only a name is left, where the log names it."""
    return Clinic.objects.filter(demo=True, pk__in=Membership.objects.values("clinic")).first()


def _tell(at: dt.datetime) -> Clinic:
    # Removed ones keep theirs where the log names them, and a real clinic may well be called Demo.
    clinic = Clinic.objects.create(**_FIELDS | {"slug": f"demo-{secrets.token_hex(4)}"}, demo=True)
    defaults.install(clinic)
    work_on_holidays(clinic, at)
    chronicle = _Marked(_team(clinic, at), at, Random(SEED))  # noqa: S311 - made-up people need no secrecy  # nosec B311
    later = [stage(chronicle, number) for stage, _, few in STAGES for number in range(few)]
    _answer(chronicle, at)
    for happen in filter(None, later):
        happen()
    fill_shelves(chronicle)
    keep_on(clinic, chronicle.today)
    report_effects(chronicle)
    return clinic


def _team(clinic: Clinic, at: dt.datetime) -> Team:
    """Make staff whom nobody can log in as: no password, and not active."""
    ours = [login for login in LOGINS if CLINICS[0]["slug"] in login.roles]
    users = {}
    for login in ours:
        email = f"{login.email.partition('@')[0]}@{DOMAIN}"
        users[login.email] = User.objects.create_user(email=email, full_name=f"{login.name} {MARK}", is_active=False)
        Membership.objects.create(user=users[login.email], clinic=clinic, role=login.roles[CLINICS[0]["slug"]])
    injecting = [replace(login, injects=(clinic.slug,)) for login in ours if login.injects]
    injectors = open_injectors(clinic, users, at, injecting)
    return Team(clinic, users, injectors)


def _answer(chronicle: Chronicle, at: dt.datetime) -> None:
    """Let people have answered what they were asked, as if a message had reached them."""
    for session in TreatmentSession.objects.filter(pk__in=list(chronicle.answers), starts_at__gt=at):
        answer = chronicle.answers[session.pk]
        booking.answer(session=session, version=session.version, answer=answer, at=at - dt.timedelta(hours=1))
