"""Writing down side effects, settling them, and what a regulator would need to know."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When

from clinic import audit
from clinic.access import Capability, allows
from clinic.models import AuditEntry, Clinic, User
from patients.actions.holding import hold_to_write
from patients.models import Patient
from treatments.effects import catalogue
from treatments.injection_map import in_words
from treatments.models import SideEffect, TreatmentSession, Vial


class Refused(Exception):
    """It cannot be written down so; the text says why, for the reader."""


# What is alike in two tellings of one thing. The session too: of its own day something is told before it, and after.
_SAME = ("patient_id", "session_id", "effect", "severity", "seriousness", "began_on", "ended_on")


@dataclass(frozen=True)
class Told:
    """What somebody reports. ``effects`` are keys of the catalogue or OTHER; ``words`` are the person's own."""

    effects: Sequence[str]
    severity: catalogue.Severity
    began_on: dt.date
    words: str = ""
    seriousness: SideEffect.Seriousness = SideEffect.Seriousness.NONE
    ended_on: dt.date | None = None


@transaction.atomic
def report(*, patient: Patient, told: Told, by: User, at: dt.datetime) -> list[SideEffect]:
    """Write down each effect with its level; the most urgent comes first. Each is a task until it is closed.

    What adds nothing to a task that is still open is that task: a form sent twice, or told on the phone and at the visit.
    """
    check(patient=patient, told=told, by=by, at=at)
    hold_to_write(patient)  # of a form that is sent twice in one moment, the second finds what the first wrote
    session = _session_before(patient, told.began_on, at)
    rows = [
        SideEffect(
            clinic=patient.clinic,
            patient=patient,
            session=session,
            effect=key,
            words=told.words.strip(),
            severity=told.severity.value,
            seriousness=told.seriousness,
            level=catalogue.triage(key, told.severity).value,
            began_on=told.began_on,
            ended_on=told.ended_on,
            reported_at=at,
            reported_by=by,
            report=_needed(key, told),
        )
        for key in told.effects
    ]
    tasks = [_open_already(row) or _write(row, by, at, AuditEntry.Action.CREATE) for row in rows]
    order = list(SideEffect.Level.values)
    return sorted(tasks, key=lambda row: order.index(row.level))


def _open_already(row: SideEffect) -> SideEffect | None:
    alike = SideEffect.objects.filter(**{name: getattr(row, name) for name in _SAME}, closed_at__isnull=True)
    return next((one for one in alike if row.words in {"", one.words}), None)


def _needed(key: str, told: Told) -> SideEffect.Report:
    needed = catalogue.to_report(key, serious=bool(told.seriousness))
    return SideEffect.Report.NEEDED if needed else SideEffect.Report.NONE


def check(*, patient: Patient, told: Told, by: User, at: dt.datetime) -> None:
    """Raise Refused where this cannot be written down."""
    if not allows(by, patient.clinic, Capability.BOOK):
        raise Refused("Your role may not write down side effects.")
    if not told.effects:
        raise Refused("Choose at least one effect.")
    if catalogue.OTHER in told.effects and not told.words.strip():
        raise Refused("Write down what it is, in the person's words.")
    today = patient.clinic.date_at(at)
    if told.began_on > today:
        raise Refused("It cannot begin in the future.")
    if told.ended_on and told.ended_on < told.began_on:
        raise Refused("It cannot end before it began.")
    if told.ended_on and told.ended_on > today:
        raise Refused("It cannot have ended in the future. Leave the end empty while it lasts.")


@transaction.atomic
def tie_anew(*, effects: QuerySet[SideEffect], by: User, at: dt.datetime) -> None:
    """Tie effects to the session before them once more, where its day was written down or corrected after they were told."""
    for row in effects.select_for_update(of=("self",)).select_related("clinic", "patient"):
        session = _session_before(row.patient, row.began_on, row.reported_at)
        if session != row.session:
            row.session = session
            _write(row, by, at)


def _session_before(patient: Patient, day: dt.date, told_at: dt.datetime) -> TreatmentSession | None:
    """Return the last session before an effect that began on ``day``; one of the same day had begun when it was told."""
    had_begun = Q(record__isnull=True) | Q(record__started_at__lte=told_at)
    given = TreatmentSession.objects.filter(Q(given_on__lt=day) | Q(given_on=day) & had_begun, course__patient=patient)
    return given.order_by("-given_on", "-pk").first()


@transaction.atomic
def close(*, effect: SideEffect, outcome: str, advice: str, by: User, at: dt.datetime) -> SideEffect:
    """Settle a task with what came of it. A serious effect first needs its report made or declined."""
    _permit(effect, by)
    hold_to_write(effect.patient)
    if outcome not in SideEffect.Outcome.values:
        raise Refused("Choose what came of it.")
    row = SideEffect.objects.select_for_update().get(pk=effect.pk)
    if row.closed_at:
        raise Refused("Somebody closed this already.")
    if row.report == SideEffect.Report.NEEDED:
        raise Refused("Make the report first, or say why none is made.")
    row.outcome, row.advice, row.closed_at, row.closed_by = outcome, advice.strip(), at, by
    return _write(row, by, at)


@transaction.atomic
def settle_report(*, effect: SideEffect, made: bool, note: str, by: User, at: dt.datetime) -> SideEffect:
    """Note that the regulator was told (``note``: its number), or why not. The same sent twice is noted once."""
    _permit(effect, by)
    if not note.strip():
        raise Refused("Enter the regulator's number." if made else "Say why no report is made.")
    hold_to_write(effect.patient)
    row = SideEffect.objects.select_for_update().get(pk=effect.pk)
    report = SideEffect.Report.MADE if made else SideEffect.Report.DECLINED
    if (row.report, row.report_note) == (report, note.strip()):
        return row
    if row.report != SideEffect.Report.NEEDED:
        raise Refused("Somebody noted this already. Nothing was changed.")
    row.report, row.report_note = report, note.strip()
    return _write(row, by, at)


def _permit(effect: SideEffect, by: User) -> None:
    if not allows(by, effect.clinic, Capability.INJECT):
        raise Refused("Only a clinician may settle a side effect.")


def _write(
    row: SideEffect, by: User, at: dt.datetime, action: AuditEntry.Action = AuditEntry.Action.CHANGE
) -> SideEffect:
    audit.save_as(row, by=by, at=at)
    audit.record(clinic=row.clinic, by=by, at=at, action=action, kind="side effect", subject=row.uid)
    return row


def waiting(clinic: Clinic) -> QuerySet[SideEffect]:
    """Return the effects that nobody has settled, but those of people who were erased: they wait for nobody."""
    erased = Patient.objects.erased().filter(pk=OuterRef("patient"))
    return SideEffect.objects.filter(~Exists(erased), clinic=clinic, closed_at__isnull=True)


def open_tasks(clinic: Clinic) -> QuerySet[SideEffect]:
    """Return what waits for somebody: emergencies first, then by how long it has waited."""
    urgency = Case(
        *(When(level=level, then=Value(place)) for place, level in enumerate(SideEffect.Level.values)),
        output_field=IntegerField(),
    )
    return waiting(clinic).select_related("patient", "reported_by", "session").order_by(urgency, "reported_at", "pk")


def vials_of(effect: SideEffect) -> list[Vial]:
    """Return the vials of the session before the effect: a report needs lot and expiry."""
    record = effect.session.record if effect.session else None
    return list(record.vials.all()) if record else []


def dose_of(effect: SideEffect) -> str:
    """Say what was given in the session before the effect, which is not what its vials held; "" where it is not known."""
    record = effect.session.record if effect.session else None
    return in_words(dict(record.injections.values_list("site", "units"))) if record else ""
