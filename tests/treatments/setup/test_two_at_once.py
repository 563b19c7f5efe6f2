"""Two admins with the same settings open: who saves second sees what the first one saved, and nothing is lost."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import Absence, Clinic, Injector, Role, Room
from privacy.models import Retention
from tests.builders import make_user
from tests.conftest import log_in
from tests.treatments.setup.conftest import hours_form, leave_form
from tests.treatments.setup.test_details import DETAILS
from treatments.models import InjectingPolicy, InjectorCredentials


@pytest.fixture
def oda(riverside: Clinic) -> Client:
    """The browser of Oda, another admin of Riverside."""
    return log_in(make_user("oda@riverside.example", "Oda Lund", (riverside, Role.ADMIN)))


def shown(browser: Client, url: str) -> str:
    """Open a page; return what its form says was shown."""
    [token] = re.findall(r'name="shown" value="(\w+)"', browser.get(url).content.decode())
    return str(token)


def race(ada: Client, oda: Client, url: str, theirs: dict[str, Any], mine: dict[str, Any]) -> Any:
    """Let both open a page, Oda save, then Ada; return the answer to Ada and what she sends when she saves again."""
    first, second = shown(oda, url), shown(ada, url)
    assert oda.post(url, theirs | {"shown": first}).status_code == 302
    answer = ada.post(url, mine | {"shown": second})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Somebody changed this while you were typing" in page
    [again] = re.findall(r'name="shown" value="(\w+)"', page)
    return page, mine | {"shown": again}


def test_hours_that_a_colleague_ended_stay_ended_until_somebody_chooses(
    ada: Client, oda: Client, osei: Injector
) -> None:
    row = osei.opening_hours.get(weekday=1)
    url = reverse("setup:edit_hours", args=[osei.uid, row.pk])
    usual = hours_form(weekdays=["1"], opens="09:00", closes="17:00")
    page, again = race(ada, oda, url, usual | {"valid_until": "2026-12-31"}, usual | {"closes": "16:00"})
    row.refresh_from_db()
    assert (row.valid_until, row.closes) == (dt.date(2026, 12, 31), dt.time(17))
    assert "Thursday 31 December 2026" in page
    assert 'value="16:00"' in page
    assert ada.post(url, again).status_code == 302
    row.refresh_from_db()
    assert (row.valid_until, row.closes) == (None, dt.time(16))


def test_what_a_colleague_saved_has_the_focus_and_the_title_says_that_something_is_wrong(
    ada: Client, oda: Client, riverside: Clinic
) -> None:
    url = reverse("setup:edit_room", args=[Room.objects.create(clinic=riverside, name="Room 1").uid])
    page, _ = race(ada, oda, url, {"name": "Room one"}, {"name": "Blue room"})
    assert re.search(r'<section class="panel" role="alert" tabindex="-1" aria-labelledby="theirs-h" data-focus>', page)
    assert re.search(r"<title>\s*Error: ", page)


def test_a_room_is_not_given_back_to_who_was_just_taken_out(
    ada: Client, oda: Client, osei: Injector, riverside: Clinic
) -> None:
    room = Room.objects.create(clinic=riverside, name="Room 1")
    url = reverse("setup:edit_room", args=[room.uid])
    page, _ = race(ada, oda, url, {"name": "Room 1", "injectors": [osei.uid]}, {"name": "Blue room"})
    room.refresh_from_db()
    assert (room.name, list(room.injectors.all())) == ("Room 1", [osei])
    assert "<dd>Dr Osei</dd>" in page


def test_leave_that_was_made_longer_is_not_cut_short(ada: Client, oda: Client, osei: Injector) -> None:
    url = reverse("setup:new_leave", args=[osei.uid])
    ada.post(url, leave_form())
    leave = Absence.objects.get()
    url = reverse("setup:edit_leave", args=[leave.uid])
    race(ada, oda, url, leave_form(last="2026-12-04"), leave_form(label="Teaching"))
    assert Absence.objects.get().ends_at == dt.datetime(2026, 12, 5, tzinfo=dt.UTC)


def test_an_injectors_new_address_is_not_written_over(ada: Client, oda: Client, osei: Injector) -> None:
    url = reverse("setup:edit_injector", args=[osei.uid])
    race(ada, oda, url, {"name": "Dr Osei", "email": "new@x.example"}, {"name": "Dr O", "email": osei.email})
    osei.refresh_from_db()
    assert (osei.name, osei.email) == ("Dr Osei", "new@x.example")


def test_the_clinics_new_number_is_not_written_over(ada: Client, oda: Client, riverside: Clinic) -> None:
    page, again = race(ada, oda, reverse("setup:details"), DETAILS, DETAILS | {"phone": "020 7946 0002"})
    assert "<dd>020 7946 0001</dd>" in page
    ada.post(reverse("setup:details"), again)
    riverside.refresh_from_db()
    assert riverside.phone == "020 7946 0002"


def test_a_licence_and_who_may_inject_are_not_written_over(ada: Client, oda: Client, osei: Injector) -> None:
    url = reverse("setup:credentials", args=[osei.uid])
    race(ada, oda, url, {"licence_number": "A1"}, {"trained_by": "Dr Lind"})
    assert InjectorCredentials.objects.get().licence_number == "A1"
    race(ada, oda, reverse("setup:injecting"), {"licence_required": "on"}, {"training_required": "on"})
    assert InjectingPolicy.objects.get().licence_required


def test_how_long_records_are_kept_is_not_written_over(ada: Client, oda: Client, riverside: Clinic) -> None:
    theirs = {"record_years": "20", "text_days": "90"}
    race(ada, oda, reverse("privacy:settings"), theirs, theirs | {"record_years": "8", "erase_by_itself": "on"})
    assert (Retention.of(riverside).record_years, Retention.of(riverside).erase_by_itself) == (20, False)


def test_two_who_type_the_same_are_in_no_ones_way(ada: Client, oda: Client, riverside: Clinic) -> None:
    url = reverse("setup:details")
    first, second = shown(oda, url), shown(ada, url)
    assert oda.post(url, DETAILS | {"shown": first}).status_code == 302
    assert ada.post(url, DETAILS | {"shown": second}).status_code == 302
