"""What the session form begins with: sites, the vials to take, and what was said before."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from treatments import protocol
from treatments.forms import parse_whole
from treatments.forms.record.screen import as_typed
from treatments.forms.record.vials import SECOND
from treatments.models import Course, LotRecall, SessionRecord, TreatmentSession, Vial
from treatments.recording import given
from treatments.recording.drafting import name_of
from treatments.stock.shelf import Shelf, usable

# What the form starts with; a link for each, so that it works without JavaScript.
STANDARD, LAST, EMPTY = "standard", "last", "empty"
# Fields of the form that a record has by the same name.
_AS_SIGNED = (
    "identity_checked",
    "consent_confirmed",
    "aftercare_given",
    "used_before_recall",
    "screened_on",
    "go_on_reason",
    "stopped_reason",
    "note",
)


def initial(session: TreatmentSession, now: dt.datetime) -> dict[str, Any]:
    """Return the fields of a new form: the day it was given, the vials to take, and when the safety questions are read."""
    today, likely = session.clinic.date_at(now), given.likely(session, now)
    return {"given_on": likely, "screened_on": today} | _vials_to_take(session, likely or today)


def _vials_to_take(session: TreatmentSession, today: dt.date) -> dict[str, Any]:
    """Return what is kept for the person, then the first to expire, of two lots if need be, then the lot in use today.

    The last is for clinics that keep no stock here: a lot is typed once a day. Vials themselves are never shared.
    """
    shelves = usable(session.clinic, session.course.patient, today)
    taken = _enough(shelves, 1) or _enough(shelves, 2)
    if taken:
        first, *second = taken
        return _row("", *first) | (_row(SECOND, *second[0]) if second else {})
    barred = LotRecall.objects.filter(clinic=session.clinic).values("lot")
    # What was kept for one person is no lot in use: nobody else may be signed for with it.
    used = Vial.objects.filter(clinic=session.clinic, used_on=today, owned_by_patient=False).exclude(lot__in=barred)
    vial = used.order_by("-pk").first()
    if vial is None:
        return {"strength": 200}
    return _row("", vial, protocol.vials_opened(protocol.STANDARD_UNITS, vial.strength))


def _enough(shelves: list[Shelf], lots: int) -> list[tuple[Shelf, int]]:
    """Return vials of at most so many lots that hold a standard session, with how many of each; or nothing."""
    for place in range(len(shelves)):
        left, taken = protocol.STANDARD_UNITS, []
        for shelf in shelves[place : place + lots]:
            number = min(shelf.number, protocol.vials_opened(left, shelf.strength))
            taken.append((shelf, number))
            left -= number * shelf.strength
            if left <= 0:
                return taken
    return []


def _row(prefix: str, vial: Shelf | Vial, number: int) -> dict[str, Any]:
    fields = {"lot": vial.lot, "expires_on": vial.expires_on, "strength": vial.strength, "vials": number}
    return {prefix + name: value for name, value in fields.items()}


def as_signed(record: SessionRecord) -> dict[str, Any]:
    """Return the fields of the form as the record has them; what was checked then is not asked again."""
    fields: dict[str, Any] = {name_of(answer.question): as_typed(answer.yes) for answer in record.answers.all()}
    for prefix, vials in zip(("", SECOND), _alike(record.vials.all()), strict=False):
        fields |= _row(prefix, vials[0], len(vials)) | _prepared(prefix, vials[0])
    return fields | {name: getattr(record, name) for name in _AS_SIGNED}


def _alike(vials: Iterable[Vial]) -> list[list[Vial]]:
    kinds: dict[tuple[Any, ...], list[Vial]] = {}
    for vial in vials:
        kinds.setdefault((vial.lot, vial.strength, vial.reconstituted_at, vial.diluent_ml), []).append(vial)
    return list(kinds.values())


def _prepared(prefix: str, vial: Vial) -> dict[str, Any]:
    if vial.reconstituted_at is None:
        return {prefix + "diluent_ml": vial.diluent_ml}
    at = vial.reconstituted_at.astimezone(vial.clinic.zone)
    day = "1" if at.date() < vial.used_on else "0"
    return {prefix + "prepared_at": at.time(), prefix + "prepared_day": day, prefix + "diluent_ml": vial.diluent_ml}


def plan_of(record: SessionRecord) -> dict[str, int]:
    """Return what was given: site code to units."""
    return {injection.site: injection.units for injection in record.injections.all()}


def last_plan(course: Course, session: TreatmentSession) -> dict[str, int]:
    """Return the sites and units of the course's last recorded session before this one, or nothing."""
    before = TreatmentSession.objects.filter(course=course, record__isnull=False).exclude(pk=session.pk)
    last = before.select_related("record").order_by("-starts_at").first()
    return plan_of(last.record) if last and last.record else {}


def drafted_plan(fields: Mapping[str, Any]) -> tuple[dict[str, int], dict[str, str]]:
    """Return sites with units and reasons as they were left in a draft."""
    units = {code: fields.get(f"units_{code}", "") for code in fields.get("sites", []) if code in protocol.SITES}
    plan = {code: parse_whole(text) or protocol.SITES[code].units for code, text in units.items()}
    return plan, {code: fields.get(f"skip_{code}", "") for code in protocol.SITES}


def templates(last: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return the one-tap choices: their key, label and sites with units."""
    choices = [(LAST, "Same as last time", last)] if last else []
    choices += [(STANDARD, "Standard", protocol.standard_set()), (EMPTY, "Start empty", {})]
    return [
        {"key": key, "label": label, "plan": dict(plan), "units": sum(plan.values()), "sites": len(plan)}
        for key, label, plan in choices
    ]
