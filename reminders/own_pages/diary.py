"""A person's diary as their own page shows it: which day to ask about, and what stands there."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from patients.eligibility.medicines import AcuteClass
from patients.models import AcuteMedication, DiaryClaim, DiaryDay, Patient
from patients.models.diary import DOSES, SIGNS
from patients.paper import CLEAR, HEADACHE, MIGRAINE

WEEK_DAYS = 7
WEEKS_BACK = 3  # what a person still remembers; with this week, 28 days
# Asked of everybody of whom no medicine is on record.
USUAL = (AcuteClass.SIMPLE, AcuteClass.TRIPTAN)
# All but an aura, which the clinic alone writes down.
OWN_SIGNS = tuple(sign for sign in SIGNS if sign != "aura")
PATIENT = DiaryDay.Source.PATIENT


@dataclass(frozen=True)
class OwnDay:
    """One day: what the person said, and what the clinic did, where each said something."""

    date: dt.date
    row: DiaryDay | None = None
    claim: DiaryClaim | None = None

    @property
    def mine(self) -> dict[str, Any] | None:
        """What the person said."""
        return self._said(by_patient=True)

    @property
    def theirs(self) -> dict[str, Any] | None:
        """What the clinic, its list or a paper sheet said."""
        return self._said(by_patient=False)

    @property
    def facts(self) -> dict[str, Any]:
        """What a form about the day starts with: the person's own word before the clinic's."""
        return self.mine or self.theirs or {}

    @property
    def letter(self) -> str:
        """The day in one letter; empty when nobody filled it in."""
        return letter_of(self.facts) if self.facts else ""

    @property
    def words(self) -> str:
        """What counts for the person, in words."""
        return words_of(self.facts) if self.facts else ""

    @property
    def mine_in_words(self) -> str:
        """What the person said, in words."""
        return words_of(self.mine) if self.mine else ""

    @property
    def theirs_in_words(self) -> str:
        """What the clinic said, in words."""
        return words_of(self.theirs) if self.theirs else ""

    def _said(self, *, by_patient: bool) -> dict[str, Any] | None:
        if self.claim and (self.claim.source == PATIENT) == by_patient:
            return _read(self.claim.facts)
        if self.row and (self.row.source == PATIENT) == by_patient:
            names = ("headache_hours", "worst_pain", "migraine", *OWN_SIGNS, *DOSES.values())
            return {name: getattr(self.row, name) for name in names}
        return None


def days_of(patient: Patient, first: dt.date, last: dt.date) -> list[OwnDay]:
    """Return the days from ``first`` to ``last``, the oldest first (2 queries)."""
    between = {"patient": patient, "date__range": (first, last)}
    rows = {row.date: row for row in DiaryDay.objects.filter(**between)}
    claims = {one.date: one for one in DiaryClaim.objects.filter(**between, settled_at__isnull=True)}
    dates = [first + dt.timedelta(days=place) for place in range((last - first).days + 1)]
    return [OwnDay(date, rows.get(date), claims.get(date)) for date in dates]


def day_of(patient: Patient, date: dt.date) -> OwnDay:
    """Return one day."""
    return days_of(patient, date, date)[0]


def week_until(patient: Patient, last: dt.date) -> list[OwnDay]:
    """Return the seven days that end with this one."""
    return days_of(patient, last - dt.timedelta(days=WEEK_DAYS - 1), last)


def day_to_ask(week: Sequence[OwnDay]) -> dt.date:
    """Return which day to ask about: yesterday until it is filled in, then today."""
    yesterday, today = week[-2:]
    return today.date if yesterday.facts else yesterday.date


def medicines_of(patient: Patient) -> dict[str, str]:
    """Return the fields that count doses for a person, each with what the person calls it (1 query)."""
    drugs: dict[str, list[str]] = {}
    for one in AcuteMedication.objects.filter(patient=patient, removed_at__isnull=True):
        drugs.setdefault(DOSES[AcuteClass(one.drug_class)], []).append(one.drug)
    if drugs:
        return {name: _(", ").join(dict.fromkeys(found)) for name, found in drugs.items()}
    words = {AcuteClass.SIMPLE: _("Painkillers"), AcuteClass.TRIPTAN: _("Triptans")}
    return {DOSES[one]: words[one] for one in USUAL}


def letter_of(facts: dict[str, Any]) -> str:
    """Return a day in one letter, as a paper diary has it."""
    if facts.get("migraine"):
        return MIGRAINE
    return CLEAR if facts.get("headache_hours") == 0 else HEADACHE


def words_of(facts: dict[str, Any]) -> str:
    """Return a day in a few words."""
    letter = letter_of(facts)
    if letter == CLEAR:
        return _("No headache")
    kind = _("Migraine") if letter == MIGRAINE else _("Headache")
    pain = {1: _("mild"), 2: _("middling"), 3: _("severe")}.get(facts.get("worst_pain") or 0)
    doses = sum(facts.get(name) or 0 for name in DOSES.values())
    parts = [kind, pain, _("medicine taken: %(number)s") % {"number": doses} if doses else ""]
    return _(", ").join(filter(None, parts))


def _read(facts: dict[str, Any]) -> dict[str, Any]:
    """Return stored facts with hours as the number they are."""
    hours = facts.get("headache_hours")
    return facts | {"headache_hours": None if hours is None else Decimal(hours)}
