"""From an empty installation to a clinic with everything settled, and the ways in which strangers might get in."""

import datetime as dt
import io
import re
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from clinic import founding
from clinic.first_run.steps import steps
from clinic.models import Absence, AuditEntry, Clinic, FirstStep, Invitation, Membership, Role, Room, SetUpToken, User
from clinic.tokens import hash_of
from interface import tokens
from interface.scopes import BOOKING
from reminders.models import ReminderRule
from tests.builders import NOW, PASSWORD, make_injector, make_patient, make_user
from tests.conftest import log_in

pytestmark = pytest.mark.django_db

WHO = {"full_name": "Mo Khan", "email": "Mo@Hillside.example", "password": "a long enough password"}
CLINIC = {
    "name": "Hillside Headache Clinic",
    "message_name": "Hillside Clinic",
    "phone": "020 7946 0321",
    "address": "3 Hill Road",
    "country": "GB",
    "subdivision": "eng",
    "timezone": "Europe/London",
}


def address() -> str:
    """Print the address of the first log-in, as on the server."""
    output = io.StringIO()
    call_command("set_up", stdout=output)
    return "/" + output.getvalue().strip().partition("//")[2].partition("/")[2]


@pytest.fixture
def mo() -> Client:
    """Mo, who was let in to set the installation up."""
    return log_in(make_user("mo@hillside.example", "Mo Khan"))


@pytest.fixture
def ada(riverside: Clinic, admin: User) -> Client:
    """Ada, whose clinic has just begun."""
    founding.begin(riverside)
    return log_in(admin)


def test_from_the_printed_address_to_the_list_of_first_steps() -> None:
    client = Client()
    response = client.post(address(), WHO, follow=True)
    assert "Your clinic" in response.content.decode()
    response = client.post(reverse("first_run:found"), CLINIC, follow=True)
    page = response.content.decode()
    assert "Public holidays" in page
    assert Membership.objects.get().role == Role.ADMIN
    clinic = Clinic.objects.get()
    assert (clinic.slug, clinic.subdivision, clinic.timezone) == ("hillside-headache-clinic", "ENG", "Europe/London")
    assert ReminderRule.objects.filter(clinic=clinic).exists()
    trace = AuditEntry.objects.get(action=AuditEntry.Action.CREATE)
    assert trace.actor == User.objects.get(email="mo@hillside.example")


def test_who_made_the_first_log_in_just_now_sets_up_the_second_step_without_that_password_again() -> None:
    client = Client(HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0")
    client.post(address(), WHO)
    assert "Firefox on Windows</strong>, network 127.0.…" in client.get(reverse("account_me")).content.decode()
    assert client.get(reverse("mfa_activate_totp")).status_code == 200


def test_the_browser_of_the_first_admin_may_fill_in_what_is_their_own() -> None:
    page = Client().get(address()).content.decode()
    assert re.findall(r'autocomplete="([^"]*)"', page) == ["name", "username", "new-password"]


def test_the_printed_address_works_once() -> None:
    url = address()
    Client().post(url, WHO)
    again = Client().get(url)
    assert again.status_code == 404
    assert "If you made your log-in with it, sign in." in again.content.decode()
    assert Client().post(url, WHO | {"email": "eve@hillside.example"}).status_code == 404
    assert User.objects.count() == 1


def test_of_two_who_press_at_once_one_comes_too_late() -> None:
    token = address().split("/")[-2]
    SetUpToken.objects.update(used_at=NOW)  # the other one has just taken it
    with pytest.raises(founding.NotAllowed):
        founding.make_first_admin(token=token, email="a@b.example", full_name="A", password=PASSWORD, at=NOW)
    assert not User.objects.exists()


def test_the_printed_address_ends_after_a_day_and_when_another_is_printed() -> None:
    first = address()
    second = address()
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200
    with time_machine.travel(NOW + dt.timedelta(days=1, seconds=1), tick=False):
        late = Client().get(second)
        assert late.status_code == 404
        assert "the command <code>set_up</code>" in late.content.decode()


def test_there_is_no_address_where_somebody_can_log_in() -> None:
    make_user("mo@hillside.example", "Mo Khan")
    SetUpToken.objects.create(token_hash=hash_of("guessed"), made_at=NOW, expires_at=NOW + dt.timedelta(days=1))
    assert Client().get(reverse("first_run:first_admin", args=["guessed"])).status_code == 404
    with pytest.raises(CommandError, match="can log in already"):
        call_command("set_up")


def test_where_there_is_a_clinic_no_command_is_named_that_would_be_refused(front_desk: User) -> None:
    with pytest.raises(CommandError, match="There is a clinic already") as caught:
        call_command("set_up")
    assert "create_admin" not in str(caught.value)


def test_only_the_hash_of_the_token_is_kept() -> None:
    token = address().split("/")[-2]
    assert token not in str(SetUpToken.objects.values_list().get())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"password": "short"}, "too short"),
        ({"password": "mo@hillside.example"}, "too similar"),
        ({"email": "mo"}, "Enter your email address."),
        ({"full_name": ""}, "Enter your name."),
    ],
)
def test_a_log_in_that_is_no_good_is_said_and_the_address_still_works(changes: dict[str, str], words: str) -> None:
    url = address()
    response = Client().post(url, WHO | changes)
    assert (response.status_code, words in response.content.decode()) == (422, True)
    assert Client().post(url, WHO).status_code == 302


def test_a_log_in_made_by_command_founds_the_clinic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMIN_PASSWORD", PASSWORD)
    output = io.StringIO()
    call_command("create_admin", email="Mo@hillside.example", name="Mo Khan", stdout=output)
    assert PASSWORD not in output.getvalue()
    client = log_in(User.objects.get())
    assert client.get(reverse("clinic:home"))["Location"] == reverse("first_run:found")


@pytest.mark.parametrize(
    ("email", "name", "words"),
    [
        ("MO@Hillside.example", "Mo Khan", "^email: User with this Email already exists"),
        ("ann@hillside.example", " ", "^name: This field cannot be blank"),
    ],
)
def test_of_a_log_in_that_is_no_good_the_command_names_the_option(
    monkeypatch: pytest.MonkeyPatch, email: str, name: str, words: str
) -> None:
    monkeypatch.setenv("ADMIN_PASSWORD", PASSWORD)
    call_command("create_admin", email="mo@hillside.example", name="Mo Khan", stdout=io.StringIO())
    with pytest.raises(CommandError, match=words):
        call_command("create_admin", email=email, name=name)


def test_with_a_clinic_no_command_makes_somebody_who_could_found(riverside: Clinic) -> None:
    with pytest.raises(CommandError, match="There is a clinic already"):
        call_command("create_admin", email="mo@hillside.example", name="Mo Khan")


def test_nobody_founds_a_clinic_where_there_is_one(mo: Client, riverside: Clinic, front_desk: User) -> None:
    for client in (mo, log_in(front_desk)):
        response = client.post(reverse("first_run:found"), CLINIC)
        assert response["Location"] == reverse("clinic:home")
    assert Clinic.objects.count() == 1
    assert mo.get(reverse("treatments:today")).status_code == 403


def test_a_clinic_whose_messages_cannot_be_made_is_not_founded(mo: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("reminders.defaults.install", lambda clinic: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            mo.post(reverse("first_run:found"), CLINIC)
    assert not Clinic.objects.exists()
    assert mo.post(reverse("first_run:found"), CLINIC).url == reverse("first_run:steps")  # type: ignore[attr-defined]
    assert ReminderRule.objects.exists()


def test_a_stranger_founds_nothing() -> None:
    response: Any = Client().post(reverse("first_run:found"), CLINIC)
    assert response.url.startswith(reverse("account_login"))
    assert not Clinic.objects.exists()


def test_a_second_press_founds_no_second_clinic(mo: Client) -> None:
    for _ in range(2):
        mo.post(reverse("first_run:found"), CLINIC)
    assert Clinic.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"message_name": "Migraine Clinic"}, "leave out"),
        ({"address": "Migraine Centre, 3 Hill Road"}, "leave out Migraine"),
        ({"timezone": "London"}, "Choose a time zone from the list."),
        ({"country": "XX"}, "Choose a country from the list."),
        ({"subdivision": "Bavaria"}, "Nobody has listed holidays for BAVARIA. Known are ENG"),
        ({"phone": ""}, "Enter the phone number patients call."),
        ({"phone": "the desk"}, "Enter a number that patients can call"),
    ],
)
def test_what_is_wrong_with_a_clinic_is_said_and_nothing_typed_is_lost(
    mo: Client, changes: dict[str, str], words: str
) -> None:
    response = mo.post(reverse("first_run:found"), CLINIC | changes)
    page = response.content.decode()
    assert (response.status_code, words in page, "3 Hill Road" in page) == (422, True, True)
    assert not Clinic.objects.exists()


def shown(client: Client, name: str) -> str:
    """Return what a page shows of the first steps."""
    return client.get(reverse(name)).content.decode()


def test_today_lists_what_is_left_until_nothing_is(ada: Client, riverside: Clinic) -> None:
    assert "First steps: 1 of 7" in shown(ada, "treatments:today")
    Room.objects.create(clinic=riverside, name="Room 1")
    make_injector(riverside)
    for key in founding.FIRST_STEPS:
        ada.post(reverse("first_run:settle", args=[key]), {"state": "done"})
    assert "First steps" not in shown(ada, "treatments:today")
    assert "Add a patient" in shown(ada, "first_run:steps")


def test_only_who_can_do_the_steps_is_asked_for_them(ada: Client, front_desk: User) -> None:
    assert "First steps" not in shown(log_in(front_desk), "treatments:today")


def test_a_clinic_that_was_set_up_another_way_is_not_asked(admin: User) -> None:
    assert "First steps" not in shown(log_in(admin), "treatments:today")


def test_a_step_is_skipped_and_taken_up_again(ada: Client) -> None:
    url = reverse("first_run:settle", args=["holidays"])
    response = ada.post(url, {"state": "skipped"})
    assert response["Location"] == reverse("first_run:step", args=["rooms"])
    page = shown(ada, "first_run:steps")
    assert "Skipped" in page
    assert "Ada Lind" in page  # who said so
    ada.post(url, {"state": "open"})
    assert FirstStep.objects.get(key="holidays").state == "open"


def test_what_was_skipped_stands_in_settings_when_nothing_else_is_left(ada: Client) -> None:
    FirstStep.objects.exclude(key="injectors").update(state="done")
    ada.post(reverse("first_run:settle", args=["injectors"]), {"state": "skipped"})
    assert "First steps" not in shown(ada, "treatments:today")
    page = shown(ada, "setup:overview")
    assert "First steps that were skipped:" in page
    assert reverse("first_run:step", args=["injectors"]) in page
    FirstStep.objects.update(state="done")
    assert "First steps" not in shown(ada, "setup:overview")


@pytest.mark.parametrize(
    ("key", "words"), [("rooms", "There is no room yet."), ("injectors", "Nobody has working hours yet.")]
)
def test_what_nothing_can_be_booked_without_is_not_done_while_there_is_none(ada: Client, key: str, words: str) -> None:
    response = ada.post(reverse("first_run:settle", args=[key]), {"state": "done"}, follow=True)
    assert response.redirect_chain == [(reverse("first_run:step", args=[key]), 302)]
    assert f"{words} Add it, or skip this for now." in response.content.decode()
    assert FirstStep.objects.get(key=key).state == "open"


def test_a_state_that_there_is_not_changes_nothing(ada: Client) -> None:
    ada.post(reverse("first_run:settle", args=["rooms"]), {"state": "perfect"})
    assert FirstStep.objects.get(key="rooms").state == "open"


def test_what_the_settings_show_needs_no_tick(ada: Client, riverside: Clinic) -> None:
    Room.objects.create(clinic=riverside, name="Room 1")
    assert "First steps: 2 of 7" in shown(ada, "setup:overview")
    osei = make_injector(riverside)
    assert "First steps: 3 of 7" in shown(ada, "setup:overview")
    osei.opening_hours.all().delete()
    page = shown(ada, "first_run:steps")
    assert "In progress" in page
    assert "Dr Osei: no working hours yet." in page


def test_inviting_somebody_settles_the_step_of_people_and_taking_it_back_opens_it_again(
    ada: Client, riverside: Clinic
) -> None:
    assert 'href="/settings/people/"' in ada.get(reverse("first_run:step", args=["people"])).content.decode()
    ada.post(reverse("staff:people"), {"email": "fran@hillside.example", "role": Role.FRONT_DESK})
    assert "First steps: 2 of 7" in shown(ada, "treatments:today")
    invitation = Invitation.objects.get(clinic=riverside)
    ada.post(reverse("staff:withdraw", args=[invitation.uid]))
    assert "First steps: 1 of 7" in shown(ada, "treatments:today")


def test_people_of_another_clinic_settle_nothing_here(ada: Client, stranger: User) -> None:
    assert "First steps: 1 of 7" in shown(ada, "treatments:today")


def test_a_program_that_books_is_nobody_who_signs_in(ada: Client, admin: User, riverside: Clinic) -> None:
    ends = NOW + dt.timedelta(days=30)
    tokens.make(clinic=riverside, name="Hospital file", scopes=[BOOKING], expires_at=ends, by=admin, at=NOW)
    assert not next(step for step in steps(riverside) if step.row.key == "people").settled


def test_the_steps_cost_four_queries_however_many_people_there_are(
    ada: Client, riverside: Clinic, front_desk: User, prescriber: User, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(4):
        steps(riverside)


@pytest.mark.parametrize("key", founding.FIRST_STEPS)
def test_each_step_leads_to_pages_that_there_are(ada: Client, key: str) -> None:
    response = ada.get(reverse("first_run:step", args=[key]))
    for _, name in response.context["step"].kind.pages:
        assert ada.get(reverse(name)).status_code == 200


def test_a_step_of_another_clinic_is_out_of_reach(ada: Client, stranger: User, lakeside: Clinic) -> None:
    Membership.objects.filter(user=stranger).update(role=Role.ADMIN)
    response = log_in(stranger).post(reverse("first_run:settle", args=["rooms"]), {"state": "done"})
    assert response.status_code == 404
    assert FirstStep.objects.get(key="rooms").state == "open"


ELSEWHERE = {"country": "US", "subdivision": "ny", "timezone": "America/New_York"}


def test_a_wrong_time_zone_is_set_right_while_nobody_is_registered(ada: Client, riverside: Clinic, admin: User) -> None:
    assert f'href="{reverse("first_run:place")}"' in shown(ada, "setup:details")
    over = {"starts_at": NOW - dt.timedelta(days=2), "ends_at": NOW - dt.timedelta(days=1)}
    Absence.objects.create(clinic=riverside, injector=make_injector(riverside), **over)  # Settings list it no more
    page = ada.post(reverse("first_run:place"), ELSEWHERE, follow=True).content.decode()
    assert "The country and the time zone are saved." in page
    riverside.refresh_from_db()
    assert (riverside.country, riverside.subdivision, riverside.timezone) == ("US", "NY", "America/New_York")
    assert riverside.history.latest().history_user == admin
    entry = AuditEntry.objects.get(kind="clinic", actor=admin)
    assert (entry.action, entry.subject, entry.at) == (AuditEntry.Action.CHANGE, riverside.uid, NOW)


@pytest.mark.parametrize(
    ("held", "remedy"),
    [("somebody is registered here already", "make another clinic"), ("leave or a closed time", "remove that")],
)
def test_what_hangs_on_the_time_zone_keeps_it_and_the_page_says_what_to_do(
    ada: Client, riverside: Clinic, held: str, remedy: str
) -> None:
    if "registered" in held:
        make_patient(riverside)
    else:
        Absence.objects.create(
            clinic=riverside, injector=make_injector(riverside), starts_at=NOW, ends_at=NOW + dt.timedelta(days=1)
        )
    page = shown(ada, "first_run:place")
    assert held in page
    assert remedy in page
    refused = ada.post(reverse("first_run:place"), ELSEWHERE)
    assert (refused.status_code, held in refused.content.decode()) == (409, True)
    riverside.refresh_from_db()
    assert riverside.timezone == "Europe/London"


def test_a_place_that_there_is_not_is_refused_in_words(ada: Client, riverside: Clinic) -> None:
    answer = ada.post(reverse("first_run:place"), ELSEWHERE | {"timezone": "Moon/Crater"})
    assert answer.status_code == 422
    assert "Choose a time zone from the list." in answer.content.decode()


def test_who_saves_a_place_second_sees_what_the_first_one_saved(ada: Client, riverside: Clinic) -> None:
    opened = ada.get(reverse("first_run:place")).context["form"].initial["shown"]
    ada.post(reverse("first_run:place"), ELSEWHERE)
    answer = ada.post(reverse("first_run:place"), ELSEWHERE | {"timezone": "Europe/Paris", "shown": opened})
    assert answer.status_code == 409
    assert "America, New York" in answer.content.decode()
    riverside.refresh_from_db()
    assert riverside.timezone == "America/New_York"


def test_only_an_admin_changes_where_a_clinic_lies(riverside: Clinic, front_desk: User) -> None:
    assert log_in(front_desk).post(reverse("first_run:place"), ELSEWHERE).status_code == 403
