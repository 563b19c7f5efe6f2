"""Feeds: an address that nobody can guess, that shows times without names, and that can be revoked."""

import datetime as dt
import re

import pytest
import vobject
from django.test import Client
from django.urls import reverse

from clinic.models import AuditEntry, Clinic, Injector, User
from patients.models import Patient
from tests.builders import NOW, make_course, make_injector, make_patient, make_session
from tests.conftest import log_in
from treatments import feeds
from treatments.models import CalendarFeed, Status

WEEK = dt.timedelta(weeks=1)


@pytest.fixture
def token(osei: Injector, admin: User) -> str:
    """What guards the feed of Dr Osei."""
    return feeds.make_feed(injector=osei, by=admin, at=NOW)[1]


def url(token: str) -> str:
    return reverse("treatments:feed", args=[token])


def starts(content: bytes) -> list[dt.datetime]:
    """Return when the visits in a feed begin."""
    events = vobject.readOne(content.decode()).contents.get("vevent", [])
    return [event.dtstart.value.astimezone(dt.UTC) for event in events]


def test_it_opens_without_a_log_in_and_shows_the_visits(token: str, osei: Injector, maria: Patient) -> None:
    session = make_session(make_course(maria), osei, NOW + WEEK)
    response = Client().get(url(token))
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert "no-store" in response["Cache-Control"]
    assert starts(response.content) == [session.starts_at]


def test_it_ends_with_the_injector_s_access(token: str, osei: Injector, prescriber: User) -> None:
    Injector.objects.filter(pk=osei.pk).update(user=prescriber)
    assert Client().get(url(token)).status_code == 200
    prescriber.memberships.update(active=False)
    assert Client().get(url(token)).status_code == 404


def test_it_names_nobody(token: str, osei: Injector, maria: Patient) -> None:
    make_session(make_course(maria), osei, NOW + WEEK)
    content = Client().get(url(token)).content.decode()
    assert "SUMMARY:Clinic visit" in content
    for word in ("Maria", "Santos", maria.record_number, str(maria.uid)):
        assert word not in content


def test_it_shows_four_weeks_back_and_26_ahead(token: str, osei: Injector, riverside: Clinic) -> None:
    moments = [NOW - 5 * WEEK, NOW - 3 * WEEK, NOW + 25 * WEEK, NOW + 27 * WEEK]
    for number, moment in enumerate(moments):
        patient = make_patient(riverside, f"P{number}", "Reid")
        make_session(make_course(patient), osei, moment)
    assert starts(Client().get(url(token)).content) == moments[1:3]


def test_cancelled_visits_and_those_of_others_are_not_in_it(token: str, osei: Injector, riverside: Clinic) -> None:
    make_session(make_course(make_patient(riverside)), osei, NOW + WEEK, status=Status.CANCELLED)
    make_session(make_course(make_patient(riverside, "Tom", "Reid")), make_injector(riverside, "RN Bello"), NOW + WEEK)
    assert starts(Client().get(url(token)).content) == []


def test_revoked_it_answers_no_more(token: str, admin: User) -> None:
    feed = CalendarFeed.objects.get()
    log_in(admin).post(reverse("treatments:revoke_feed", args=[feed.uid]))
    assert Client().get(url(token)).status_code == 404


def test_before_it_is_revoked_a_page_says_what_ends_and_changes_nothing(token: str, admin: User) -> None:
    browser, address = log_in(admin), reverse("treatments:revoke_feed", args=[CalendarFeed.objects.get().uid])
    assert f'href="{address}"' in browser.get(reverse("treatments:feeds")).content.decode()
    assert "its address answers no more" in browser.get(address).content.decode()
    assert Client().get(url(token)).status_code == 200


def test_it_ends_when_the_injector_leaves(token: str, osei: Injector) -> None:
    osei.active = False
    osei.save()
    assert Client().get(url(token)).status_code == 404


@pytest.mark.parametrize("wrong", ["x", "A" * 32, "%00"])
def test_a_guess_finds_nothing(token: str, wrong: str) -> None:
    assert Client().get(f"/feeds/{wrong}/visits.ics").status_code == 404


def test_reading_it_changes_nothing_and_only_reading_is_possible(token: str) -> None:
    before = CalendarFeed.objects.values().get()
    Client().get(url(token))
    assert CalendarFeed.objects.values().get() == before
    assert Client().post(url(token)).status_code == 405


def test_the_address_is_shown_once_and_stored_nowhere(osei: Injector, admin: User) -> None:
    client = log_in(admin)
    page = client.post(reverse("treatments:make_feed"), {"injector": osei.uid}).content.decode()
    found = re.search(r"/feeds/([\w-]{32})/visits\.ics", page)
    assert found
    assert Client().get(url(found[1])).status_code == 200
    assert found[1] not in client.get(reverse("treatments:feeds")).content.decode()
    assert found[1] not in str(CalendarFeed.objects.values().get())


def test_making_and_revoking_leave_a_trace(osei: Injector, admin: User) -> None:
    feed, _token = feeds.make_feed(injector=osei, by=admin, at=NOW)
    for _ in range(2):
        feeds.revoke_feed(feed=feed, by=admin, at=NOW)
    trace = AuditEntry.objects.filter(kind="calendar_feed", subject=feed.uid, actor=admin)
    assert [entry.action for entry in trace.order_by("pk")] == ["create", "change"]


def test_a_feed_is_made_only_for_the_own_clinics_injectors(lakeside: Clinic, admin: User) -> None:
    other = make_injector(lakeside, "Dr Sato")
    answer = log_in(admin).post(reverse("treatments:make_feed"), {"injector": other.uid})
    assert answer.status_code == 404
    assert not CalendarFeed.objects.exists()
