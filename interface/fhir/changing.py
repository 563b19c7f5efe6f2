"""What a changed Appointment asks for. One change is taken: cancelling, with the words why."""

from typing import Any

from interface.fhir import bodies
from interface.fhir.codes import STATUSES
from interface.fhir.outcome import Json, refuse, sayable
from interface.fhir.resources.appointment import shape
from treatments.models import Status, TreatmentSession

REASON = "Appointment.cancelationReason"
LONGEST_REASON = 300
# No set: what was sent may be anything, and a list has no place in one.
_SETTING = ("replace", "add")
_CANCELLED = STATUSES[Status.CANCELLED]
# Looked at for themselves, or ours to give.
_APART = frozenset(("resourceType", "id", "meta", "status", "start", "end", "cancelationReason"))


def replaced(body: Json, session: TreatmentSession) -> tuple[bool, str]:
    """Return whether a whole Appointment asks to cancel, and why. Raises Refused for any other change."""
    if body.get("id") != str(session.uid):
        raise refuse(400, "invalid", "The id in the body is not the one of the address.", "Appointment.id")
    for part, moment in (("start", session.starts_at), ("end", session.ends_at)):
        if part in body and bodies.moment(body[part]) != moment:
            raise refuse(
                422, "not-supported", "A visit is not moved: cancel it and book another.", f"Appointment.{part}"
            )
    reason = _words(body.get("cancelationReason"))
    to_cancel = _asks(body.get("status"), session, reason)
    if not to_cancel:  # of a visit that is called off, no other part matters
        _mind_the_rest(body, session)
    return to_cancel, reason


def patched(body: Any, session: TreatmentSession) -> tuple[bool, str]:
    """Return the same for a JSON Patch (RFC 6902)."""
    status: Any = STATUSES[Status(session.status)]
    reason = ""
    for step in bodies.members(body, "The patch"):
        op, path, value = step.get("op"), step.get("path"), step.get("value")
        if path == "/status" and op == "test":
            if value != status:
                raise refuse(409, "conflict", "The visit has another status.", "Appointment.status")
        elif path == "/status" and op in _SETTING:
            status = value
        elif path == "/cancelationReason" and op in _SETTING:
            reason = _words(value)
        else:
            raise refuse(422, "not-supported", "Only /status and /cancelationReason can be changed.")
    return _asks(status, session, reason), reason


def _asks(status: Any, session: TreatmentSession, reason: str) -> bool:
    if status == _CANCELLED:
        return True
    if status != STATUSES[Status(session.status)]:
        raise refuse(422, "not-supported", "The one change that is taken is cancelled.", "Appointment.status")
    if reason:
        raise refuse(422, "not-supported", "A cancelationReason is taken where the visit is cancelled.", REASON)
    return False


def _mind_the_rest(body: Json, session: TreatmentSession) -> None:
    """Raise Refused for what is otherwise than it was read: an answer of 200 would say that it was changed."""
    shown = shape(session, session.clinic)
    if other := sorted(part for part in body.keys() - _APART if body[part] != shown.get(part)):
        raise refuse(422, "not-supported", f"Nothing but the status is changed. Leave as they were: {sayable(other)}.")


def _words(value: Any) -> str:
    """Return why in words: the text, else what the first code that says anything calls itself, else the code."""
    reason = bodies.member(value, REASON)
    said = [(reason.get("text"), f"{REASON}.text")]
    for one in bodies.members(reason.get("coding"), f"{REASON}.coding"):
        said += [(one.get(part), f"{REASON}.coding.{part}") for part in ("display", "code")]
    return next(filter(None, [bodies.text(words, where, LONGEST_REASON) for words, where in said]), "")
