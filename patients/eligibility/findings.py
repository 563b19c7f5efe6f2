"""What is known of a person when a policy is applied."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from patients.eligibility.counts import Count
from patients.eligibility.medicines import Trial
from patients.eligibility.overuse import Overuse


@dataclass(frozen=True)
class Findings:
    """What is known of a person. Counts are days per 28-day window; None is "not known"."""

    age: int | None
    headache_days: int | None
    long_headache_days: int | None  # days with headache of 4 hours or longer
    migraine_days: int | None
    months_at_this_level: int | None
    days_recorded: int | None = None  # of 28, when the counts come from a diary; None for a referral's own counts
    self_reported: bool = False  # the counts were asked at the clinic: they are of no diary and no letter
    attacks: int | None = None
    better_diagnosis: bool | None = None
    preventives: tuple[Trial, ...] = ()
    preventives_told: int | None = None  # a letter's own number, where nobody listed them
    overuse: Overuse | None = None
    overuse_plan: str = ""
    specialist: bool | None = None
    diagnosis_code: str = ""
    aura: bool | None = None
    intractable: bool | None = None  # does not yield to treatment
    # The last three windows of 28 days, oldest first: to go on as they were told, to start as the diary has them.
    last_months: tuple[Count | None, ...] = ()
    # For going on: the frozen level before treatment, and the cycles given.
    baseline: Count | None = None
    baseline_hours: int | None = None
    headache_hours: int | None = None
    cycles: int | None = None
    on: dt.date | None = None
    diary_since: dt.date | None = None  # the first diary day that any of this rests on
    # Where each fact came from, in words.
    sources: Mapping[str, str] = field(default_factory=dict)

    def count(self, name: str) -> Count | None:
        """Return one of the counts of days with how many days it rests on."""
        days: int | None = getattr(self, name)
        return None if days is None else Count(days, self.days_recorded)

    def where(self, name: str) -> str:
        """Return where a fact came from."""
        return self.sources.get(name, "")
