"""Who was written to today: a text message a day is all that anybody gets, so another offer by text would not reach them."""

import datetime as dt
from collections.abc import Collection

from django.db.models import Q

from clinic.models import Clinic
from clinic.wording import short_words
from treatments.cycle import day_begins
from treatments.models import ContactAttempt, OfferInvitation, SlotOffer

Answer, Outcome = OfferInvitation.Answer, ContactAttempt.Outcome


def written_today(clinic: Clinic, courses: Collection[int], at: dt.datetime) -> dict[int, str]:
    """Return for each course, by its key, what its person was written today at the clinic, in words (2 queries).

    Who was asked about a time is told with their answer. What was taken back before anybody answered may never have
    left, and counts for nothing.
    """
    since = day_begins(clinic.date_at(at), clinic.zone)
    return _texted(courses, since) | _asked(clinic, courses, since, at)


def _texted(courses: Collection[int], since: dt.datetime) -> dict[int, str]:
    tries = ContactAttempt.objects.filter(course__in=courses, at__gte=since).order_by("pk")
    newest = dict(tries.values_list("course", "outcome"))
    return {course: "texted today" for course, outcome in newest.items() if outcome == Outcome.TEXTED}


def _asked(clinic: Clinic, courses: Collection[int], since: dt.datetime, at: dt.datetime) -> dict[int, str]:
    taken_back = Q(answer=Answer.NONE, offer__state=SlotOffer.State.ENDED, offer__expires_at__gt=at)
    asked = OfferInvitation.objects.filter(~taken_back, course__in=courses, offer__offered_at__gte=since)
    return {
        one.course_id: f"asked today about {short_words(one.offer.starts_at.astimezone(clinic.zone))}"
        + (f": {one.get_answer_display().lower()}" if one.answer else "")
        for one in asked.select_related("offer").order_by("pk")
    }
