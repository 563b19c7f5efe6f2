"""Which rows are about a person: found by walking the foreign keys, so that a new table is never forgotten."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import Exists, ForeignKey, Model, OuterRef, QuerySet

from patients.models import Channel, ContactPoint, Patient
from reminders.models import InboundMessage
from treatments.models import SlotOffer

# The rooms whose tables may hold something about a person.
ROOMS = ("patients", "treatments", "reminders", "interface")
# Longer ways than from a part of a signed record to its person do not exist.
_LONGEST = 4
# A time is offered to several and taken by one: what the others said leads through it to the one who took it.
_OF_SEVERAL = (SlotOffer,)


@cache
def ways(model: type[Model]) -> tuple[str, ...]:
    """Return the look-ups from a table's rows to the person, as many as there are: ``session__course__patient``."""
    return tuple(_walk(model, (), _LONGEST))


def _walk(model: type[Model], seen: tuple[type[Model], ...], steps: int) -> Iterator[str]:
    keys = [field for field in model._meta.concrete_fields if isinstance(field, ForeignKey)]
    straight = [field.name for field in keys if field.related_model is Patient]
    # Who has the person's own key needs no way round; all keys of a row lead to the same person.
    yield from straight
    for field in keys if steps and not straight else ():
        other: Any = field.related_model
        if other._meta.app_label in ROOMS and other not in (*seen, model, *_OF_SEVERAL):
            yield from (f"{field.name}__{rest}" for rest in _walk(other, (*seen, model), steps - 1))


@cache
def tables() -> tuple[type[Model], ...]:
    """Return every table that leads to a person, the person's own and the histories included."""
    ours = [model for model in apps.get_models() if model._meta.app_label in (*ROOMS, "privacy")]
    own = (Patient, Patient.history.model)
    return (*own, *(model for model in ours if model not in own and ways(model)))


def rows_of(model: type[Model], people: Iterable[Patient]) -> QuerySet[Any]:
    """Return a table's rows about these people, the records of one person."""
    keys = [person.pk for person in people]
    rows = model._default_manager.all()
    if model is Patient:
        return rows.filter(pk__in=keys)
    if model is Patient.history.model:
        return rows.filter(id__in=keys)
    if hasattr(model, "history_type"):
        return _lines_of(model, people)
    return _by_ways(model, keys)


def _lines_of(model: Any, people: Iterable[Patient]) -> QuerySet[Any]:
    """Return the lines of history of the rows that are theirs, whoever had them when a line was written.

    Lines of a joined record name the one that had it then; after that was taken back they are the other one's again.
    Where the row itself is gone, they are whose they say.
    """
    people, kept = list(people), model.instance_type._base_manager
    named = _by_ways(model, [person.pk for person in people])
    gone = named.filter(~Exists(kept.filter(pk=OuterRef("id"))))
    theirs = model._default_manager.filter(id__in=_keys(rows_of(model.instance_type, people)))
    found: QuerySet[Any] = model._default_manager.filter(pk__in=_keys(theirs).union(_keys(gone)))
    return found


def _by_ways(model: type[Model], keys: Sequence[int]) -> QuerySet[Any]:
    rows = model._default_manager.all()
    first, *others = [rows.filter(**{f"{way}__in": keys}) for way in ways(model)]
    if not others:
        return first
    # Each way by itself: asked for one or the other at once, a database follows both from every row of the table.
    return rows.filter(pk__in=_keys(first).union(*map(_keys, others)))


def _keys(rows: QuerySet[Any]) -> QuerySet[Any, Any]:
    return rows.order_by().values("pk")


def unclaimed_texts(people: Sequence[Patient]) -> QuerySet[InboundMessage]:
    """Return what came from a number that they have or had and was put to nobody: another who has it may have written it."""
    points = ContactPoint.history.filter(patient__in=[one.pk for one in people], channel=Channel.SMS)
    # Old numbers too; what is still theirs stands in the history as well.
    theirs = points.values("address")
    return InboundMessage.objects.filter(clinic=people[0].clinic_id, patient=None, sender__in=theirs)


def records_of(patient: Patient) -> list[Patient]:
    """Return a person's record and those that were joined with it, the one they lead to first."""
    new = [patient.kept_as()]
    found = list(new)
    while new:
        new = list(Patient.objects.filter(merged_into__in=new).select_related("clinic"))
        found += new
    return found
