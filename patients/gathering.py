"""What the record already says of a person, so that an assessment types nothing twice."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from patients.diary import Day, Window, count, window_before
from patients.eligibility import WINDOW_DAYS, Answer, Count, Findings, Stage, overuse
from patients.eligibility.medicines import Trial
from patients.models import AcuteMedication, Assessment, Baseline, DiaryDay, Patient, PreventiveTrial
from patients.models.diary import DOSES, WITHOUT_MEDICINES

LETTER = "Referral letter"
ASKED = "Asked at the clinic"


@dataclass(frozen=True)
class Record:
    """What is on record on a day: three diary windows (oldest first), medicines, the letter's own number, the frozen level."""

    today: dt.date
    windows: tuple[Window, ...]
    hours: int | None
    trials: tuple[Trial, ...]
    told: int | None
    overuse: overuse.Overuse | None
    baseline: Baseline | None = None

    @property
    def frozen(self) -> frozenset[str]:
        """Return which facts of a renewal are frozen on record, so that nobody is asked for them."""
        if self.baseline is None:
            return frozenset()
        return frozenset({"baseline_days"} | ({"baseline_hours"} if self.baseline_hours is not None else set()))

    @property
    def baseline_hours(self) -> int | None:
        """The frozen headache hours, where every day of the 28 is in them; a missing day could hide any number."""
        if self.baseline is None or self.baseline.days_recorded not in (None, WINDOW_DAYS):
            return None
        return self.baseline.headache_hours

    @property
    def months(self) -> tuple[Count | None, ...]:
        """The headache days of the three windows, oldest first; None where too few days were filled in."""
        return tuple(Count(one.headache_days, one.days_recorded) if one.enough else None for one in self.windows)

    @property
    def diary(self) -> Window:
        """The last 28 days."""
        return self.windows[-1]

    @property
    def facts(self) -> dict[str, int]:
        """Return the counts that the diary gives, none when too few days were filled in."""
        window = self.diary
        if not window.enough:
            return {}
        # Where the length of some headaches is not known, what hangs on it is for a person to say.
        by_hours = {"long_headache_days": window.long_headache_days}
        if self.hours is not None:
            by_hours["headache_hours"] = self.hours
        return {
            "headache_days": window.headache_days,
            "migraine_days": window.migraine_days,
            "days_recorded": window.days_recorded,
            **({} if window.hours_unknown else by_hours),
        } | {
            name: earlier.headache_days
            for name, earlier in zip(("third_last", "second_last"), self.windows, strict=False)
            if earlier.enough
        }

    @property
    def diary_words(self) -> str:
        """Name the diary as a source, with its window."""
        return f"Diary, {_span(self.diary)}"


def _span(window: Window) -> str:
    return f"{window.first.day} {window.first:%b} to {window.last.day} {window.last:%b %Y}"


def read_record(patient: Patient, today: dt.date) -> Record:
    """Read the last three windows of the diary, the medicines and the frozen level (4 queries)."""
    _first, last = window_before(today)
    ends = [last - dt.timedelta(days=WINDOW_DAYS * back) for back in range(overuse.WINDOWS - 1, -1, -1)]
    since = ends[0] - dt.timedelta(days=WINDOW_DAYS - 1)
    rows = list(DiaryDay.objects.filter(patient=patient, date__range=(since, last)))
    days = [Day(row.date, row.headache_hours, row.migraine) for row in rows]
    windows = tuple(count(days, end) for end in ends)
    inside = [row for row in rows if row.date >= windows[-1].first]
    trials = PreventiveTrial.objects.filter(patient=patient, removed_at__isnull=True)
    return Record(
        today=today,
        windows=windows,
        hours=_hours(windows[-1], inside),
        trials=tuple(trial.fact() for trial in trials),
        told=patient.preventives_failed,
        overuse=_overuse(patient, rows, windows),
        baseline=Baseline.objects.newest().filter(patient=patient).first(),
    )


def _hours(window: Window, inside: Sequence[DiaryDay]) -> int | None:
    """Return the headache hours of a full window, rounded up; a missing day could hide any number of them."""
    if window.hours_unknown or window.days_missing:
        return None
    return ceil(sum(row.headache_hours or 0 for row in inside))


def _overuse(patient: Patient, rows: Sequence[DiaryDay], windows: Sequence[Window]) -> overuse.Overuse | None:
    """Judge by the diary's three windows where they are filled, else by what was told.

    A list that was read in has columns for two classes alone: where it shows no overuse, what was told of others stands.
    """
    taken = [_taken(rows, window) for window in windows]
    span = f"Diary, {_span(windows[0]).split(' to ')[0]} to {_span(windows[-1]).split(' to ')[1]}"
    found = overuse.from_windows(taken, span)
    listed = any(row.source == DiaryDay.Source.IMPORT for row in rows)
    if found and not (listed and found.answer is Answer.NOT_MET):
        return found
    medicines = AcuteMedication.objects.filter(patient=patient, removed_at__isnull=True)
    told = overuse.from_told([one.fact() for one in medicines])
    return told if found is None or (told and told.answer is not Answer.NOT_MET) else found


def _taken(rows: Sequence[DiaryDay], window: Window) -> overuse.Window:
    inside = [row for row in rows if window.first <= row.date <= window.last and _says_of_medicines(row)]
    days = {one: sum(getattr(row, field) > 0 for row in inside) for one, field in DOSES.items()}
    limited = [field for one, field in DOSES.items() if one in overuse.LIMITS]
    any_day = sum(any(getattr(row, field) for field in limited) for row in inside)
    return overuse.Window(days, any_day, len(inside))


def _says_of_medicines(row: DiaryDay) -> bool:
    """Return whether a day tells what was taken: a sheet of letters has no place for it, so none there is not zero."""
    return row.source not in WITHOUT_MEDICINES or any(getattr(row, field) for field in DOSES.values())


def findings_of(patient: Patient, record: Record, answers: dict[str, Any], stage: Stage) -> Findings:
    """Put together what was answered and what is on record, each fact with its source."""
    from_diary = answers["source"] == Assessment.Source.DIARY
    recorded = answers.get("days_recorded")
    return Findings(
        age=patient.age(record.today),
        headache_days=answers.get("headache_days"),
        long_headache_days=answers.get("long_headache_days"),
        migraine_days=answers.get("migraine_days"),
        months_at_this_level=answers.get("months_at_this_level"),
        days_recorded=recorded,
        self_reported=answers["source"] == Assessment.Source.CLINIC,
        attacks=answers.get("attacks"),
        better_diagnosis=answers.get("better_diagnosis"),
        preventives=record.trials,
        preventives_told=record.told,
        overuse=record.overuse,
        overuse_plan=answers.get("overuse_plan") or "",
        specialist=answers.get("specialist"),
        aura=answers.get("aura"),
        intractable=answers.get("intractable"),
        diagnosis_code=answers.get("diagnosis_code") or "",
        baseline=record.baseline.count if record.baseline else _told_count(answers.get("baseline_days")),
        baseline_hours=_first(record.baseline_hours, answers.get("baseline_hours")),
        headache_hours=answers.get("headache_hours"),
        cycles=answers.get("cycles"),
        last_months=_months(record, answers) if stage is Stage.CONTINUE else record.months,
        on=record.today,
        diary_since=_diary_since(record, from_diary=from_diary),
        sources=_sources(record, answers),
    )


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)


def _told_count(days: int | None) -> Count | None:
    return None if days is None else Count(days)


def _months(record: Record, answers: dict[str, Any]) -> tuple[Count | None, ...]:
    """Return the last three windows, oldest first; those of the diary with the days they rest on.

    Of the last one that number is asked for: however it differs from the diary here, too few days are not a whole month.
    """
    earlier = zip((answers.get("third_last"), answers.get("second_last")), record.windows, strict=False)
    counts = [_month(days, window) for days, window in earlier]
    last, recorded = answers.get("headache_days"), answers.get("days_recorded")
    counts.append(_month(last, record.diary) if last is None or recorded is None else Count(last, recorded))
    return tuple(counts)


def _month(days: int | None, window: Window) -> Count | None:
    if days is None:
        return None
    return Count(days, window.days_recorded if window.enough and window.headache_days == days else None)


def _diary_since(record: Record, *, from_diary: bool) -> dt.date | None:
    """Return the first diary day that this rests on: the months before the last one, and overuse, take all three windows."""
    overuse_by_diary = record.overuse is not None and record.overuse.came_from.startswith("Diary")
    rests_on_it = from_diary or overuse_by_diary or any(record.months[:-1])
    return record.windows[0].first if rests_on_it else None


def _sources(record: Record, answers: dict[str, Any]) -> dict[str, str]:
    """Name the source of every fact; a count that differs from the diary says what the diary had, and why."""
    label = str(dict(Assessment.Source.choices)[answers["source"]])
    from_diary = answers["source"] == Assessment.Source.DIARY
    said = {name: ASKED for name, value in answers.items() if value is not None}
    said |= dict.fromkeys(("headache_days", "long_headache_days", "migraine_days", "months_at_this_level"), label)
    for name, value in record.facts.items():
        if name not in answers:
            continue
        if answers[name] == value:
            said[name] = record.diary_words if from_diary or name not in said else said[name]
        elif answers.get("change_reason"):
            said[name] = f"{said.get(name, ASKED)}; the diary had {value}. {answers['change_reason']}"
    said |= {"age": "Date of birth", "last_months": record.diary_words if from_diary else ASKED}
    said["baseline"] = record.baseline.came_from if record.baseline else said.get("baseline_days", "")
    said["preventives"] = "List of preventives" if record.trials else LETTER if record.told is not None else ""
    return {name: words for name, words in said.items() if words}
