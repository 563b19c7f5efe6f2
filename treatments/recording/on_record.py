"""What the person's own record says against a session, whatever is answered that day.

It is the record of one person: what stands in a record that was joined with theirs counts as if it stood here.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Max, Q, QuerySet

from clinic.wording import day_words
from patients.eligibility.policy import LABEL
from patients.models import Assessment
from treatments import cycle, protocol, safety
from treatments.effects import catalogue
from treatments.models import OutsideDose, SideEffect, TreatmentSession
from treatments.recording.findings import Findings
from treatments.recording.since import last_given_on
from treatments.units import units_given

_PRESCRIBER = safety.FOR_A_PRESCRIBER
_THREE_MONTHS = f"the {protocol.MAX_UNITS_IN_THREE_MONTHS} of three months"


def for_review(
    session: TreatmentSession, answers: Mapping[str, bool | None], planned: int, given_on: dt.date, at: dt.datetime
) -> list[str]:
    """Return what a prescriber decides about: age, toxin lately, a course that has lapsed, an emergency.

    ``answers`` to the safety questions as far as they were asked: a Yes to another toxin is decided about by itself.
    ``planned``: the units of the session. ``at`` is when it was given: what was told later was not on record.
    """
    people, wrong = session.course.patient.joined(), []
    adult = LABEL.adult_years
    if adult is not None and session.course.patient.age(given_on) < adult:
        wrong.append(f"The person is under {adult}. {_PRESCRIBER}")
    if not answers.get("other_toxin"):
        wrong += elsewhere(people, given_on, session.course.interval_days, at)
    wrong += _not_written_down(session, planned, given_on, at)
    return [*wrong, *_lapsed(session, people, given_on, at), *_emergencies(session, people, at)]


def _lapsed(session: TreatmentSession, people: Collection[int], given_on: dt.date, at: dt.datetime) -> list[str]:
    """Rule 36: after so long a prescriber looks first. Who signed an assessment since the session was due has looked."""
    course = session.course
    last = course.sessions.filter(given_on__lt=given_on).aggregate(last=Max("given_on"))["last"]
    if last is None or cycle.lateness(last, given_on, course.interval_days) is not cycle.Lateness.LAPSED:
        return []
    looked = Assessment.objects.filter(
        patient__in=people, signed_at__lte=at, assessed_on__gte=cycle.due_on(last, course.interval_days)
    )
    return [] if looked.exists() else [f"{cycle.late_words(last, given_on, course.interval_days)} {_PRESCRIBER}"]


def elsewhere(people: Collection[int], given_on: dt.date, interval_days: int, at: dt.datetime) -> list[str]:
    """Return what a day is too near to: another product within four months (rule 11), ours within the twelve weeks (rule 9).

    For whatever reason it was given. Of ours whose units nobody knows it goes by the three months of rule 10 as well.
    """
    doses = OutsideDose.objects.on_record(people, at).filter(given_on__lte=given_on)
    others = doses.filter(same_product=False, given_on__gte=safety.other_toxin_since(given_on))
    too_near = Q(given_on__gt=given_on - dt.timedelta(days=interval_days))
    counts = Q(units__isnull=True, given_on__gte=safety.window_start(given_on))
    ours = doses.filter(too_near | counts, same_product=True)
    return [
        f"{dose.product} was given elsewhere on {day_words(dose.given_on)}. Its units cannot be converted: "
        "only a prescriber may decide to go on."
        for dose in others
    ] + [_too_near(dose, given_on, interval_days) for dose in ours]


def _too_near(dose: OutsideDose, given_on: dt.date, interval_days: int) -> str:
    when = f"given elsewhere on {day_words(dose.given_on)}, {_ago((given_on - dose.given_on).days)}"
    if dose.units is None:
        return f"A dose was {when}, and nobody knows its units. They count towards {_THREE_MONTHS}: find out first. {_PRESCRIBER}"
    return (
        f"{dose.units} {'unit was' if dose.units == 1 else 'units were'} {when}. The interval is {interval_days} days: "
        "only a prescriber may decide to go on."
    )


def _ago(days: int) -> str:
    return f"{days} day{'s' * (days != 1)} ago" if days else "the same day"


def _emergencies(session: TreatmentSession, people: Collection[int], at: dt.datetime) -> list[str]:
    """The boxed warning's effects since the last dose, told between visits and settled: a No today does not undo them."""
    last = last_given_on(session)
    told = SideEffect.objects.filter(patient__in=people, level=catalogue.Level.EMERGENCY, reported_at__lte=at)
    lately = told.filter(began_on__gte=last) if last else told
    return [f"{one.label} was reported on {_day(one)}. {_PRESCRIBER}" for one in lately if one.closed_at]


def waiting(session: TreatmentSession, at: dt.datetime) -> list[SideEffect]:
    """Return the emergencies told by then that nobody has settled yet.

    Nothing is injected before a clinician has, whoever asks.
    """
    people = session.course.patient.joined()
    told = SideEffect.objects.filter(patient__in=people, level=catalogue.Level.EMERGENCY, closed_at__isnull=True)
    return list(told.filter(reported_at__lte=at).select_related("clinic"))


def unsettled(session: TreatmentSession, at: dt.datetime) -> list[str]:
    """Return what is said of each of them."""
    return [unsettled_words(one) for one in waiting(session, at)]


def unsettled_words(effect: SideEffect) -> str:
    """Return why nothing is injected, in one sentence."""
    return (
        f"{effect.label} was reported on {_day(effect)}, and nobody has settled it: "
        "do not inject before a clinician has."
    )


def _day(effect: SideEffect) -> str:
    return day_words(effect.reported_at.astimezone(effect.clinic.zone).date())


def too_much(session: TreatmentSession, found: Findings, given_on: dt.date, at: dt.datetime) -> list[str]:
    """Rule 10, of what is to be signed.

    ``at`` is when the session was given: no dose told later keeps its record from being corrected.
    """
    fault = safety.cumulative_fault(found.given, _lately(session, given_on, at))
    return [fault] if fault else []


def room_left(session: TreatmentSession, given_on: dt.date, at: dt.datetime) -> list[str]:
    """Rule 10, before anything is given."""
    words = safety.room_words(_lately(session, given_on, at))
    return [words] if words else []


def _not_written_down(session: TreatmentSession, planned: int, given_on: dt.date, at: dt.datetime) -> list[str]:
    """Rule 10, of sessions whose units nobody wrote down, as a list may leave them out: they are no sessions of none."""
    unknown = _sessions(session, given_on).filter(units__isnull=True).values_list("given_on", flat=True)
    room = safety.sure_room(_lately(session, given_on, at), len(unknown)) if unknown else planned
    if planned <= room:
        return []
    over = f"more than {room}" if room else "any"
    return [
        f"Nobody wrote down how many units the session on {day_words(day)} had: it may have been {protocol.MAX_UNITS}. "
        f"With {over} units now it may be over {_THREE_MONTHS}: find out first. {_PRESCRIBER}"
        for day in unknown
    ]


def _lately(session: TreatmentSession, given_on: dt.date, at: dt.datetime) -> list[int]:
    """Return the known doses that count together: our sessions, those before this system, what the person had elsewhere."""
    told = OutsideDose.objects.on_record(session.course.patient.joined(), at).filter(
        same_product=True, given_on__range=(safety.window_start(given_on), given_on)
    )
    doses = (*_sessions(session, given_on).values_list("units", flat=True), *told.values_list("units", flat=True))
    return [units for units in doses if units is not None]


def _sessions(session: TreatmentSession, given_on: dt.date) -> QuerySet[Any]:
    """Return the person's other sessions of the three months that end with a day, with their ``units``."""
    people, days = session.course.patient.joined(), (safety.window_start(given_on), given_on)
    given = TreatmentSession.objects.filter(course__patient__in=people, given_on__range=days)
    return given.exclude(pk=session.pk).annotate(units=units_given())
