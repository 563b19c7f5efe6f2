"""Erasing: contact data at once, or all that tells who somebody was. It cannot be undone.

Doses, dates and counts stay under a pseudonym: what was given still adds up, and no signature is broken.
"""

import datetime as dt
import json
from typing import Any

from django.db import transaction
from django.db.models import Exists, Model, OuterRef, QuerySet

from clinic import audit
from clinic.fields import EncryptedTextField, TextsInsideField, each_token
from clinic.models import AuditEntry, Opening, User
from patients.actions.holding import hold
from patients.actions.search_text import refresh_search
from patients.models import Channel, ContactPoint, Patient
from privacy.models import Erasure, Retention
from privacy.paths import records_of, rows_of, tables, unclaimed_texts
from privacy.rules import BLANK, CONTACT, RULES, Delete
from privacy.seen import kept_until
from reminders.models import InboundMessage, OneOff, Reminder
from reminders.models.reminder import UNSETTLED
from treatments.models import Course, ReferralLine

WORD = "erased"
ADDRESS_ERASED = "The contact data was erased"


class NotYet(Exception):
    """Why something can't be erased now, in words for the page."""


@transaction.atomic
def erase(*, patient: Patient, what: str, reason: str, by: User | None, at: dt.datetime) -> Erasure:
    """Erase something of a person, of all records that were joined with theirs, and write down that it was done.

    Who was erased since ``patient`` was read is not erased again.
    """
    there = not patient.erased
    people = _held(patient)
    if there and patient.erased:
        return Erasure.objects.filter(patient__in=people, what=Erasure.What.PERSON).latest("pk")
    refuse(people, what, reason, at)
    _forget_unclaimed(people, by, at)
    for model, rule in CONTACT.items():
        _apply(rule, _rows(model, people))
    _settle(_rows(InboundMessage, people), by, at)
    _stop_messages(people, at)
    _forget_words(people)
    for line in _rows(ReferralLine, people):
        line.forget_addresses()
    if what == Erasure.What.PERSON:
        _forget_person(people, by=by, at=at)
    for one in people:
        refresh_search(one)
        # A line of history of what is left: other programs ask what changed since, and must not keep what they copied.
        audit.save_as(one, by=by, at=at)
        audit.record(
            clinic=one.clinic_id,
            by=by,
            at=at,
            action=AuditEntry.Action.ERASE,
            kind=what,
            subject=one.uid,
            reason=reason,
        )
    return Erasure.objects.create(clinic=patient.clinic, patient=patient, what=what, reason=reason, by=by, at=at)


def _held(patient: Patient) -> list[Patient]:
    """Return a person's records as they are now, held like by everybody who changes one; one joined meanwhile too."""
    held: set[int] = set()
    while new := [one for one in records_of(patient) if one.pk not in held]:
        hold(*new)
        held |= {one.pk for one in new}
        patient.refresh_from_db()
    return records_of(patient)


def refuse(people: list[Patient], what: str, reason: str, at: dt.datetime) -> None:
    """Raise NotYet for a person who is in treatment, or whose record must still be kept."""
    if Course.objects.filter(patient__in=people, closed_on__isnull=True).exists():
        raise NotYet("This person is in treatment. End the treatment first: until then they must be reached.")
    if what == Erasure.What.PERSON and reason not in (Erasure.Reason.MISTAKE, Erasure.Reason.ORDER):
        until = kept_until(people, Retention.of(people[0].clinic))
        if until is None:
            raise NotYet(
                "Say first for how many years your clinic keeps records: Settings, Keeping and erasing. "
                "Contact data can be erased today."
            )
        if people[0].clinic.date_at(at) <= until:
            raise NotYet(
                f"The clinical record has to be kept until {until:%-d %B %Y}. Contact data can be erased today."
            )


def _forget_person(people: list[Patient], *, by: User | None, at: dt.datetime) -> None:
    histories = [model for model in tables() if hasattr(model, "history_type")]
    lines = [_rows(model, people) for model in histories]  # before the rows go by which they are found
    for model, rule in RULES.items():
        _apply(rule, _rows(model, people))
    with Opening.of_signed_texts(kind=Opening.Kind.ERASE, by=by, at=at):
        for model in tables():
            _forget_texts(model, people)
    for one in people:
        _become_nobody(one, at)
    # Last, since deleting a row writes a line of history that holds it all once more.
    for rows in (*lines, *(_rows(model, people) for model in histories)):
        _apply(Delete(), rows)


def _forget_texts(model: type[Model], people: list[Patient]) -> None:
    for field in model._meta.concrete_fields:
        if isinstance(field, EncryptedTextField):
            word = "" if (model, field.name) in BLANK else WORD
            _rows(model, people).exclude(**{field.name: ""}).update(**{field.name: word})
        elif isinstance(field, TextsInsideField):
            _forget_inside(_rows(model, people), field.name)


def _forget_inside(rows: QuerySet[Any], name: str) -> None:
    for pk, value in rows.values_list("pk", name):
        stored = json.dumps(value)
        left = each_token(stored, lambda _: "")
        if left != stored:
            rows.filter(pk=pk).update(**{name: json.loads(left)})


def _forget_words(people: list[Patient]) -> None:
    """Take the words out of what was written to them alone. Others are yet to get the rest, or may answer it."""
    written = Reminder.objects.filter(patient__in=people, one_off__isnull=False).values_list("one_off", flat=True)
    # The log names every record that was erased; an erasure names one, and records that were joined go together.
    erasures = AuditEntry.objects.filter(action=AuditEntry.Action.ERASE, subject=OuterRef("patient__uid"))
    gone = erasures.filter(at__gte=OuterRef("one_off__made_at"))
    others = Reminder.objects.filter(~Exists(gone), one_off=OuterRef("pk")).exclude(patient__in=people)
    OneOff.objects.filter(~Exists(others), pk__in=list(written)).update(subject="", body="")
    points = ContactPoint.history.model
    _apply(Delete(), _rows(points, people))


def _forget_unclaimed(people: list[Patient], by: User | None, at: dt.datetime) -> None:
    """Empty what came from their numbers and was never put to anybody, unless others here have the number too."""
    texts = unclaimed_texts(people)
    others = ContactPoint.objects.filter(clinic=people[0].clinic, channel=Channel.SMS).exclude(patient__in=people)
    shared = list(others.filter(address__in=texts.values("sender")).values_list("address", flat=True))
    unclaimed = texts.exclude(sender__in=shared)
    _settle(unclaimed, by, at)
    _apply(CONTACT[InboundMessage], unclaimed)


def _settle(emptied: QuerySet[Any], by: User | None, at: dt.datetime) -> None:
    """Let texts whose words are gone wait for nobody: there is nothing left to answer.

    Somebody has to have done it; so what is erased by itself, years after it came, is left as it is.
    """
    if by:
        waiting = emptied.filter(state=InboundMessage.State.OPEN)
        waiting.update(state=InboundMessage.State.DONE, done_by=by, done_at=at)


def _stop_messages(people: list[Patient], at: dt.datetime) -> None:
    """Stop what was yet to go to them, and ask nobody to call instead: there is no number and no address left."""
    Reminder.objects.filter(UNSETTLED, patient__in=people).stop(reason=ADDRESS_ERASED, at=at)


def _become_nobody(patient: Patient, at: dt.datetime) -> None:
    """Leave the year of birth, for counting, and a number that stands for nobody."""
    own = "merged" if patient.merged_into_id else "erased"
    Patient.objects.filter(pk=patient.pk).update(
        given_name="Erased",
        family_name="person",
        record_number=f"erased-{patient.pk}",
        birth_date=patient.birth_date.replace(month=1, day=1),
        timezone="",
        language=Patient.Language.ENGLISH,
        payer="",
        referred_on=None,
        safety_note="",
        closed=own,
        closed_on=patient.closed_on if own == "merged" else patient.clinic.date_at(at),
    )
    patient.refresh_from_db()


def _rows(model: type[Model], people: list[Patient]) -> QuerySet[Any]:
    keys = list(rows_of(model, people).order_by().values_list("pk", flat=True))
    return model._base_manager.filter(pk__in=keys)


def _apply(rule: Delete | dict[str, Any], rows: QuerySet[Any]) -> None:
    if isinstance(rule, Delete):
        rows._raw_delete(rows.db)  # past the histories, which would keep a copy
    elif rule:
        rows.update(**rule)
