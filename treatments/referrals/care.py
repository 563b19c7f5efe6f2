"""What was found, what a payer agreed to, and treatment so far, as far as the list says something new about it."""

import datetime as dt
from typing import Any

from patients.authorizing import number_key
from patients.models import Assessment, Authorization
from treatments.models import Course, SessionEvent, Status, TreatmentSession
from treatments.referrals.changes import Comparison, FirstDay
from treatments.referrals.rows import Authorized, Treated
from treatments.referrals.stored import IN_TREATMENT

# All that the rule writes, so that nothing of another policy, applied in between, stays behind.
JUDGED = (
    "outcome", "criteria", "policy", "policy_name", "policy_version", "policy_rules", "stage", "inputs",
)  # fmt: skip
FINDINGS = ("headache_days", "long_headache_days", "migraine_days", "months_at_this_level")


def update_findings(both: Comparison) -> None:
    """Keep the findings as a draft to be signed. It is dated on the day of the import, when the rule was applied.

    A draft from an earlier list is brought up to date. A draft begun at the clinic stays: it is somebody's work. After
    a signature, findings that differ from the signed ones make a new draft.
    """
    newest, draft = both.stored.from_referral, both.stored.draft
    findings = {name: getattr(both.referral, name) for name in FINDINGS}
    known = newest is not None and all(getattr(newest, name) == value for name, value in findings.items())
    if known or not both.any_news(*FINDINGS) or (draft and draft.source != Assessment.Source.REFERRAL):
        return
    values = findings | {
        "assessed_on": both.setting.today,
        "drafted_at": both.setting.at,
        "drafted_by": both.setting.by,
        **_verdict(both, findings),
    }
    if draft:
        both.change.set(draft, values)
        return
    both.change.created.append(
        Assessment(clinic=both.setting.clinic, patient=both.stored.patient, source=Assessment.Source.REFERRAL, **values)
    )


def _verdict(both: Comparison, findings: dict[str, Any]) -> dict[str, Any]:
    judged = Assessment(patient=both.stored.patient, assessed_on=both.setting.today, **findings)
    judged.judge()
    return {name: getattr(judged, name) for name in JUDGED}


def update_authorization(both: Comparison) -> None:
    """Store what the payer agreed to; a new number is a new agreement, and the old one stays."""
    authorized = both.referral.authorized
    if authorized is None or not both.any_news("authorized", "payer"):
        return
    values = _authorization_values(authorized, both.referral.payer)
    stored = both.stored.authorizations.get(number_key(authorized.number))
    if stored:
        anew = _said_anew(both, authorized)
        both.change.set(stored, {name: value for name, value in values.items() if name in anew})
        return
    patient, clinic = both.stored.patient, both.setting.clinic
    both.change.created.append(Authorization(clinic=clinic, patient=patient, number=authorized.number, **values))


def _said_anew(both: Comparison, authorized: Authorized) -> set[str]:
    """Return in which parts of an agreement the list says something else of it than last time."""
    before = (both.stored.line.said["authorized"] if both.stored.line else None) or {}
    same = before and number_key(before["number"]) == number_key(authorized.number)
    said = both.referral.said["authorized"]
    anew = {name for name, value in said.items() if not same or before[name] != value}
    return anew | ({"payer"} if not same or "payer" in both.news else set())


def _authorization_values(authorized: Authorized, payer: str) -> dict[str, Any]:
    return {
        "payer": payer,
        "valid_from": authorized.valid_from,
        "valid_to": authorized.valid_to,
        "visits": authorized.visits,
    }


def update_treatment(both: Comparison) -> None:
    """Store treatment so far as a course with its last session, once; correct it only while it is all there is."""
    treated, session = both.referral.treated, both.stored.session_before
    if treated is None or "treated" not in both.news:
        return
    if session:
        _correct(both, treated, session)
    elif not both.stored.has_course and not both.stored.patient.closed:
        _begin(both, treated)


def _begin(both: Comparison, treated: Treated) -> None:
    setting = both.setting
    course = Course(
        clinic=setting.clinic,
        patient=both.stored.patient,
        transfer_reason=IN_TREATMENT,
        opened_by=setting.by,
        **_course_values(treated),
    )
    session = TreatmentSession(
        clinic=setting.clinic,
        course=course,
        status=Status.GIVEN_BEFORE,
        placed_at=setting.at,
        **_session_values(both, treated),
    )
    event = _event(both, session, {}, _facts(treated.last_on, treated.units))
    both.change.created += [course, session, event]


def _correct(both: Comparison, treated: Treated, session: TreatmentSession) -> None:
    day, before = session.given_on, _facts(session.given_on, both.stored.said_units())
    after = _facts(treated.last_on, treated.units)
    if day and day != treated.last_on:
        both.change.first_day = FirstDay(both.stored.patient, day, treated.last_on)
    both.change.set(session.course, _course_values(treated))
    moved = both.change.set(session, _session_values(both, treated))
    if moved or before != after:
        both.change.created.append(_event(both, session, before, after))


def _course_values(treated: Treated) -> dict[str, Any]:
    """Return the course's own numbers. The last session is stored as a session, so it does not count as one before."""
    return {"cycles_before": treated.cycles - 1, "opened_on": treated.last_on}


def _session_values(both: Comparison, treated: Treated) -> dict[str, Any]:
    starts_at = both.setting.noon(treated.last_on)
    return {
        "injector": both.setting.injectors[treated.injector],
        "starts_at": starts_at,
        "ends_at": starts_at + dt.timedelta(minutes=both.setting.clinic.session_minutes),
        "local_date": treated.last_on,
        "due_on": treated.last_on,
        "given_on": treated.last_on,
    }


def _facts(given_on: dt.date | None, units: int | None) -> dict[str, Any]:
    return {"given_on": given_on.isoformat() if given_on else None, "units": units}


def _event(both: Comparison, session: TreatmentSession, before: dict[str, Any], after: dict[str, Any]) -> SessionEvent:
    return SessionEvent(
        clinic=both.setting.clinic,
        session=session,
        at=both.setting.at,
        by=both.setting.by,
        kind=SessionEvent.Kind.IMPORTED,
        before=before,
        after=after,
    )
