"""Who looked at a person, and who changed, printed or exported something of theirs."""

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from clinic.models import AuditEntry, Clinic, User
from patients.models import Patient
from privacy.paths import records_of, rows_of, tables

PAGE = 50
COLUMNS = ("when", "who", "what", "of", "reason")
ROOMS = ("patients", "treatments", "reminders", "privacy")
# What a trace calls a thing in one word, or a page by its name in the code, in words for who reads the list.
WORDS = {
    "baseline": "level before treatment",
    "privacy about": "privacy page",
    "privacy erase": "page for erasing",
    "patients edit": "details, to change them",
    "treatments close record": "page for closing the record",
    "treatments report effect": "page for a side effect",
    "treatments book": "times to book",
    "treatments move": "times to move to",
    "treatments record": "session form",
    "treatments correct": "session form, to correct",
    "treatments score": "page for scores",
    "reminders links": "links to their own pages",
}


@dataclass(frozen=True)
class Page:
    """One page of entries, the newest first, and where the next begins; 0 when it is the last."""

    entries: list[AuditEntry]
    after: int


def traces_of(patient: Patient) -> QuerySet[AuditEntry]:
    """Return every entry about a person: about the record itself, its visits, assessments, messages, and joined records."""
    entries = AuditEntry.objects.filter(clinic=patient.clinic_id, subject__in=_subjects(patient))
    return entries.select_related("actor").order_by("-pk")


def chosen(
    entries: QuerySet[AuditEntry], clinic: Clinic, who: User | None, first: dt.date | None, last: dt.date | None
) -> QuerySet[AuditEntry]:
    """Return the entries of one person of staff, and of days as the clinic counts them."""
    if who:
        entries = entries.filter(actor=who)
    if first:
        entries = entries.filter(at__gte=_begin(first, clinic))
    if last:
        entries = entries.filter(at__lt=_begin(last + dt.timedelta(days=1), clinic))
    return entries


def page_after(entries: QuerySet[AuditEntry], after: str) -> Page:
    """Return the page behind an entry, found by its key: the hundredth page is as quick as the first."""
    if after.isascii() and after.isdigit() and len(after) < 19:
        entries = entries.filter(pk__lt=int(after))
    found = list(entries[: PAGE + 1])
    return Page(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else 0)


def of_what(entry: AuditEntry) -> str:
    """Return what an entry is of: a page without words of its own by its name, without the room's."""
    room, _, rest = entry.kind.partition(" ")
    return WORDS.get(entry.kind) or (rest if room in ROOMS and rest else entry.kind)


def table(entries: QuerySet[AuditEntry], clinic: Clinic) -> Iterator[list[str]]:
    """Yield the head and a line for each entry, times as the clinic's clock showed them."""
    yield list(COLUMNS)
    for entry in entries.iterator(chunk_size=2000):
        who = entry.actor.full_name if entry.actor else "System or patient"
        when = entry.at.astimezone(clinic.zone).strftime("%Y-%m-%d %H:%M:%S")
        yield [when, who, entry.get_action_display(), of_what(entry), entry.reason]


def _subjects(patient: Patient) -> set[uuid.UUID]:
    people = records_of(patient)
    found: set[uuid.UUID] = set()
    for model in tables():
        if any(field.name == "uid" for field in model._meta.concrete_fields):
            found.update(rows_of(model, people).order_by().values_list("uid", flat=True))
    return found


def _begin(day: dt.date, clinic: Clinic) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.min, clinic.zone).astimezone(dt.UTC)
