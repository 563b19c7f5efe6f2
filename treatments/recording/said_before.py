"""What was answered Yes before, of the safety questions whose Yes does not pass by itself (clinical rules 17 and 18).

A No that is said by habit does not undo it: neither that of the last session, with which a prescriber went on, nor one
since for which nothing was injected. No signature keeps the latter; it stands in the form as it was left.
"""

import datetime as dt
from collections.abc import Collection, Mapping

from clinic.wording import day_words
from treatments import safety
from treatments.models import SafetyAnswer, SessionDraft, TreatmentSession
from treatments.recording import drafting


def for_review(
    session: TreatmentSession, answers: Mapping[str, bool | None], given_on: dt.date, at: dt.datetime
) -> list[str]:
    """Return each such Yes that is a No today, or was not asked about yet. ``at`` is when the session was given."""
    said = _said_yes(session, session.course.patient.joined(), given_on, at)
    return [
        f"On {day_words(said[question.key])} the answer was Yes: {question.text} {safety.FOR_A_PRESCRIBER}"
        for question in safety.QUESTIONS
        if question.lasting and question.key in said and answers.get(question.key, False) is False
    ]


def _said_yes(
    session: TreatmentSession, people: Collection[int], given_on: dt.date, at: dt.datetime
) -> dict[str, dt.date]:
    """Return the keys of the questions answered Yes at the person's last session or at a visit since, with the day."""
    said: dict[str, dt.date] = {}
    earlier = TreatmentSession.objects.filter(course__patient__in=people, given_on__lt=given_on)
    last = earlier.exclude(pk=session.pk).order_by("-given_on").first()
    visits = SessionDraft.objects.filter(
        session__course__patient__in=people, session__local_date__lte=given_on, saved_at__lte=at
    ).exclude(session=session)
    if last and last.given_on:
        signed = SafetyAnswer.objects.filter(record=last.record_id, yes=True)
        said = dict.fromkeys(signed.values_list("question", flat=True), last.given_on)
        visits = visits.filter(session__local_date__gt=last.given_on)
    for draft in visits.select_related("session").order_by("session__starts_at"):
        said |= {question.key: draft.session.local_date for question in drafting.answered_yes(draft)}
    return said
