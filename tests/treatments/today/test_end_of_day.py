"""The visits that are still open when the day is over, and the list on paper."""

import datetime as dt
import re

import pytest
import time_machine
from django.test import Client

from clinic.models import User
from tests.builders import NOW, TODAY
from tests.conftest import log_in
from tests.pages import text
from tests.treatments.today.conftest import TODAY_URL
from treatments import booking
from treatments.days import left_open
from treatments.models import Status, TreatmentSession

EVENING = dt.datetime(2026, 11, 23, 18, 0, tzinfo=dt.UTC)


def ticked(page: str) -> list[str]:
    """Return the ticks of the list of open visits."""
    return re.findall(r'name="visit" value="([^"]+)"\s+checked', page)


def test_in_the_morning_nothing_is_said_of_open_visits(visit: TreatmentSession, client: Client) -> None:
    assert "still open" not in text(client.get(TODAY_URL))


def test_after_the_last_visit_the_open_ones_are_counted_and_nothing_happens_by_itself(
    visit: TreatmentSession, toms: TreatmentSession, front_desk: User
) -> None:
    with time_machine.travel(EVENING, tick=False):
        assert "2 visits still open." in text(log_in(front_desk).get(TODAY_URL))
    assert TreatmentSession.objects.filter(status=Status.BOOKED).count() == 2


def test_the_ticked_ones_become_no_shows_each_with_its_line_of_history(
    visit: TreatmentSession, toms: TreatmentSession, front_desk: User
) -> None:
    with time_machine.travel(EVENING, tick=False):
        client = log_in(front_desk)
        first = next(tick for tick in ticked(text(client.get("/today/still-open/"))) if str(visit.uid) in tick)
        page = text(client.get(client.post("/today/still-open/", {"visit": first}).url))  # type: ignore[attr-defined]
    visit.refresh_from_db()
    toms.refresh_from_db()
    assert (visit.status, toms.status) == (Status.NO_SHOW, Status.BOOKED)
    assert visit.events.get().by == front_desk
    assert "1 set as no-show: Maria Santos." in page


@pytest.mark.parametrize(("days", "said"), [(1, True), (90, True), (0, False)])
def test_visits_left_open_are_said_on_every_day_after(
    visit: TreatmentSession, toms: TreatmentSession, front_desk: User, days: int, said: bool
) -> None:
    booking.change_status(session=toms, to=Status.ARRIVED, by=front_desk, at=NOW)
    booking.change_status(session=toms, to=Status.IN_ROOM, by=front_desk, at=NOW)
    with time_machine.travel(NOW + dt.timedelta(days=days), tick=False):
        page = text(log_in(front_desk).get(TODAY_URL))
    words = '2 visits of <a href="/day/2026-11-23/">Monday 23 November 2026</a> still open.'
    assert (words in page) is said


def test_the_day_counts_as_many_as_today_says_of_it_and_lists_them(
    visit: TreatmentSession, toms: TreatmentSession, front_desk: User
) -> None:
    booking.change_status(session=toms, to=Status.ARRIVED, by=front_desk, at=NOW)
    booking.change_status(session=toms, to=Status.IN_ROOM, by=front_desk, at=NOW)
    with time_machine.travel(NOW + dt.timedelta(days=1), tick=False):
        client = log_in(front_desk)
        assert "2 visits still open." in text(client.get("/day/2026-11-23/"))
        listed = text(client.get("/today/still-open/", {"date": "2026-11-23"}))
        in_room = f"{toms.uid}.in_room.{toms.version}"
        client.post("/today/still-open/?date=2026-11-23", {"visit": in_room})
    assert ticked(listed) == [f"{visit.uid}.booked.1"]
    assert f'href="/sessions/{toms.uid}/"' in listed
    assert in_room not in listed
    toms.refresh_from_db()
    assert toms.status == Status.IN_ROOM


def test_nobody_waits_on_a_day_gone_by(visit: TreatmentSession, front_desk: User) -> None:
    booking.change_status(session=visit, to=Status.ARRIVED, by=front_desk, at=NOW)
    with time_machine.travel(NOW + dt.timedelta(days=3), tick=False):
        assert "Waiting" not in text(log_in(front_desk).get("/day/2026-11-23/"))


def test_a_list_sent_without_a_tick_says_so(visit: TreatmentSession, front_desk: User) -> None:
    with time_machine.travel(EVENING, tick=False):
        page = text(log_in(front_desk).post("/today/still-open/", follow=True))
    assert "Tick those who did not come." in page
    assert "Visits still open" in page


def test_visits_that_somebody_closed_are_not_asked_for_again(visit: TreatmentSession, front_desk: User) -> None:
    booking.change_status(session=visit, to=Status.NO_SHOW, by=front_desk, at=EVENING)
    assert left_open(visit.clinic, TODAY + dt.timedelta(days=1)) == []


def test_a_visit_that_changed_since_the_list_stays_as_it_is(
    visit: TreatmentSession, front_desk: User, nurse: User
) -> None:
    with time_machine.travel(EVENING, tick=False):
        client = log_in(front_desk)
        ticks = ticked(text(client.get("/today/still-open/")))
        booking.change_status(session=visit, to=Status.ARRIVED, by=nurse, at=EVENING)
        page = text(client.get(client.post("/today/still-open/", {"visit": ticks}).url))  # type: ignore[attr-defined]
    visit.refresh_from_db()
    assert visit.status == Status.ARRIVED
    assert "1 changed meanwhile and stayed as it is. Look at it." in page


def test_the_printed_list_names_people_by_birth_and_number_under_a_head_that_repeats(
    visit: TreatmentSession, client: Client
) -> None:
    page = text(client.get(TODAY_URL))
    assert "Born 17 April 1984" in page
    assert visit.course.patient.record_number in page
    assert 'class="print-row"> <th colspan="7">Riverside Clinic, Monday 23 November 2026' in page
