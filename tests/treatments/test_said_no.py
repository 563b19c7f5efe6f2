"""Whoever said no to an offered time is not called about it unknowingly: their row on Recall says so."""

import datetime as dt

import pytest
from django.urls import reverse

from clinic.models import Clinic, Injector, User
from patients.models import Patient
from tests.builders import NOW, TODAY, make_course, room_of
from tests.conftest import log_in
from tests.pages import text
from treatments.models import Course, OfferInvitation
from treatments.recall import contact, lists, offers
from treatments.slots import Slot

DAY = dt.timedelta(days=1)


@pytest.fixture
def late(maria: Patient, osei: Injector) -> Course:
    """Maria, due 16 days ago."""
    return make_course(maria, last_given_on=TODAY - 100 * DAY, injector=osei)


@pytest.fixture
def asked(late: Course, osei: Injector, front_desk: User) -> OfferInvitation:
    """Maria is offered tomorrow at ten."""
    slot = Slot(osei, room_of(osei), NOW + DAY, NOW + DAY + dt.timedelta(minutes=15))
    offer = offers.make(clinic=late.clinic, slot=slot, courses={late.uid}, by=front_desk, at=NOW)
    return offer.invitations.get()


def tries(clinic: Clinic) -> str:
    """Return what the one row of the list says was tried."""
    (row,) = lists.describe(list(lists.overdue(clinic, TODAY)), clinic, TODAY)
    words: str = row.tries
    return words


def test_the_row_says_that_they_said_no_and_when(asked: OfferInvitation, front_desk: User) -> None:
    assert tries(asked.clinic) == ""
    offers.decline(invitation=asked, at=NOW)
    assert tries(asked.clinic) == "said no to an offered time on 23 November"
    assert "said no to an offered time on 23 November" in text(log_in(front_desk).get(reverse("treatments:recall")))


def test_it_stands_after_the_other_tries(asked: OfferInvitation, front_desk: User) -> None:
    at = NOW - 10 * DAY
    contact.log_attempt(course=asked.course, outcome="no_answer", by=front_desk, at=at)
    offers.decline(invitation=asked, at=NOW)
    said = "called once; last 13 November (no answer); said no to an offered time on 23 November"
    assert tries(asked.clinic) == said


def test_a_no_before_the_last_session_is_history(asked: OfferInvitation) -> None:
    offers.decline(invitation=asked, at=NOW - 101 * DAY)
    assert tries(asked.clinic) == ""


def test_no_answer_is_no_no(asked: OfferInvitation) -> None:
    OfferInvitation.objects.update(answer=OfferInvitation.Answer.TOO_LATE, answered_at=NOW)
    assert tries(asked.clinic) == ""
