"""F30, F31 and F32: what forms say to nothing, to nonsense, to dates that are none, and to what must not be given."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

import pytest
from django.test import Client
from django.urls import resolve, reverse

from clinic.models import Clinic, Injector, User
from patients.models import Patient
from tests.acceptance.forms import TYPED, Form, Page, attribute, faults, words
from tests.addresses import OWN, STAFF
from tests.builders import NOW, TODAY, make_course, make_injector, make_session, room_of
from tests.conftest import log_in
from tests.treatments.record_form import record_data
from tests.world import World
from treatments import protocol
from treatments.models import Status, TreatmentSession
from treatments.slots import Slot

DAY, HOUR, QUARTER = dt.timedelta(days=1), dt.timedelta(hours=1), dt.timedelta(minutes=15)
BUBBLES = {"date", "time", "number", "email", "url", "tel"}  # boxes about which browsers speak up by themselves
ANY_WORDS = {"search"}  # boxes in which nothing can be wrong
# Posted with nothing filled in, this is all right: a draft may have gaps, no licence need be known, no words be added.
NOTHING_NEEDED = {
    "patients:assess",
    "setup:credentials",
    "reminders:ask",
    "reminders:diary_day",
    "reminders:diary_week",
    # Without one of the times it shows others.
    "treatments:book",
    "treatments:move",
    # No note is one, too.
    "treatments:note",
}


def page_at(client: Client, url: str) -> Page | None:
    """Return the page at an address, None for what is no page or not to be read."""
    answer: Any = client.get(url)
    is_page = answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html")
    return Page(answer) if is_page else None


def refusals(client: Client, url: str, form: Form) -> Iterator[str]:
    """Yield what is wrong with how a form answers to nothing and to nonsense."""
    at = urljoin(url, form.action)
    if not form.novalidate and BUBBLES & set(form.boxes.values()):
        yield f"{at}: the browser's own bubbles"
    needed = form.method == "post" and resolve(at.split("?")[0]).view_name not in NOTHING_NEEDED
    for sent, wrong in ((form.empty(), needed), (form.nonsense(), not set(form.boxes.values()) <= ANY_WORDS)):
        send = client.post if form.method == "post" else client.get
        answer: Any = send(at, sent)
        if answer.status_code == 404 and set(form.boxes) == {"date"}:
            continue  # a calendar's picker sends whole dates only
        yield from (f"{at}: {fault}" for fault in answered(answer, form, sent, wrong=bool(form.boxes and wrong)))


def answered(answer: Any, form: Form, sent: dict[str, list[str]], *, wrong: bool) -> Iterator[str]:
    """Yield what is wrong with an answer. It may go on, or show its page without a word, where nothing is wrong."""
    goes_on, is_page = answer.status_code in {302, 204}, answer.headers.get("Content-Type", "").startswith("text/html")
    if not goes_on and not (is_page and answer.status_code in {200, 422}):
        yield f"{answer.status_code} {answer.headers.get('Content-Type')}"
        return
    page = Page(answer)
    if goes_on or (
        answer.status_code == 200 and not page.of_class("invalid-feedback") and not page.of_class("is-invalid")
    ):
        yield from [f"nothing is said about {sorted(form.boxes)}"] if wrong else []
        return
    yield from faults(page)
    yield from (f"lost {name}" for name in lost(form, sent, page))


def lost(form: Form, sent: dict[str, list[str]], page: Page) -> set[str]:
    """Return what was typed and does not stand in the boxes any more; passwords need not."""
    again: dict[str, list[str]] = {}
    for one in page.forms():
        again |= one.values
    return {
        name
        for name, kind in form.boxes.items()
        if sent.get(name) and kind != "password" and again.get(name) != sent[name]
    }


def proposing(page: Page) -> Iterator[tuple[str | None, str | None]]:
    """Yield each box of one line at which the browser may propose what was typed before, with what it is told to propose."""
    for box in page.named("input"):
        told = attribute(box, "autocomplete")
        readonly = attribute(box, "readonly") is not None
        if (attribute(box, "type") or "") in TYPED and told != "off" and not readonly:
            yield attribute(box, "name"), told


def walk(client: Client, urls: list[str]) -> tuple[set[Any], list[str]]:
    """Fill in every form of these pages twice; return the kinds of forms that were met and what is wrong with them."""
    met, wrong = set[Any](), list[str]()
    for url in urls:
        page = page_at(client, url)
        for form in page.forms() if page else []:
            action = urljoin(url, form.action).split("?")[0]
            kind = (form.method, resolve(action).view_name, *sorted(form.asked))
            if kind not in met:
                met.add(kind)
                wrong += refusals(client, url, form)
    return met, wrong


def test_f30_every_form_of_staff_says_what_is_wrong_on_top_and_at_the_field(world: World, insider: Client) -> None:
    met, wrong = walk(insider, [world.url(name) for name in sorted([*STAFF, *OWN])])
    assert wrong == []
    assert len(met) > 60


def test_f30_every_form_of_a_patient_does_so(world: World, by_link: dict[str, str]) -> None:
    later = {"starts_at": NOW + 5 * DAY, "ends_at": NOW + 5 * DAY + QUARTER, "local_date": TODAY + 5 * DAY}
    TreatmentSession.objects.filter(pk=world.session.pk).update(**later)  # tomorrow's can no longer be moved
    phone = Client()
    _met, wrong = walk(phone, [by_link["reminders:diary"]])  # which asks for the date of birth first
    phone.post(by_link["reminders:diary"], {"born_day": "17", "born_month": "4", "born_year": "1984"})
    met, also = walk(phone, list(by_link.values()))
    assert wrong + also == []
    assert len(met) > 3


def test_f30_every_form_of_the_log_in_does_so(db: None) -> None:
    met, wrong = walk(Client(), [reverse(name) for name in ("account_login", "account_reset_password")])
    assert wrong == []
    assert len(met) == 2


def test_no_browser_proposes_at_a_shared_desk_what_was_typed_about_somebody_else(
    world: World, insider: Client, by_link: dict[str, str]
) -> None:
    urls = [world.url(name) for name in sorted([*STAFF, *OWN])]
    pages = [(insider, urls), (Client(), [*by_link.values(), reverse("account_login")])]
    found = [
        (url, box)
        for client, some in pages
        for url in some
        if (page := page_at(client, url))
        for box in proposing(page)
    ]
    assert [where for where in found if where[1][1] is None] == []
    assert {told for _url, (_name, told) in found} == {"current-password", "new-password", "tel", "username"}


DATES = {
    ("29", "2", "2027"): "February 2027 has 28 days.",
    ("31", "4", "1984"): "April 1984 has 30 days.",
    ("1/6/26", "", ""): "The date of birth needs a month and a year.",
    (" ", " ", " "): "Enter the date of birth.",
    ("1", "June", "1984"): "Write day, month and year as numbers, such as 17 4 1984.",
    ("24", "11", "2026"): "must be in the past.",
}


def test_f31_a_date_that_is_none_gets_a_clear_answer_and_a_birth_to_come_is_refused(
    front_desk: User, riverside: Clinic
) -> None:
    client = log_in(front_desk)
    for (day, month, year), said in DATES.items():
        born = {"birth_date_day": day, "birth_date_month": month, "birth_date_year": year}
        answer: Any = client.post(reverse("patients:new"), born)
        page = Page(answer)
        assert said in words(page.of_class("error-summary")[0]), born
        assert faults(page) == []
    assert not Patient.objects.filter(clinic=riverside).exists()


@pytest.mark.parametrize("text", ["29 2 2027", "31 4", "1/6/26", "June"])
def test_f31_a_day_at_work_that_is_none_says_how_to_write_it(insider: Client, world: World, text: str) -> None:
    page = Page(insider.post(world.url("setup:new_leave"), {"first_day": text, "last_day": "  "}))
    assert "Enter a date such as 2026-06-01." in words(page.of_class("error-summary")[0])


def test_f31_day_83_leads_to_a_page_of_its_own_not_to_a_red_field(maria: Patient, front_desk: User) -> None:
    osei = make_injector(maria.clinic)
    course = make_course(maria, last_given_on=TODAY - 83 * DAY, injector=osei)
    slot = Slot(osei, room_of(osei), NOW + HOUR, NOW + HOUR + QUARTER)
    answer: Any = log_in(front_desk).post(
        reverse("treatments:book", args=[course.uid]), {"slot": slot.code, "uid": str(uuid.uuid4())}
    )
    page = Page(answer)
    assert "is day 83. The earliest is Tuesday 24 November 2026, day 84." in words(page.named("main")[0])
    assert "Only a prescriber" in words(page.named("main")[0])
    assert page.of_class("is-invalid") == page.of_class("error-summary") == []


FULL = {code: site.units for code, site in protocol.SITES.items() if not site.spare}
BLOCKS: dict[str, tuple[dict[str, Any], str]] = {
    "too much for a muscle": ({"units_TEM-R1": "35"}, "Temporalis: 70 units is over its limit of 50"),
    "over 195": ({"sites": [*FULL], "units_TRA-R4": "6"}, "196 units is over the limit of 195."),
    "expired": ({"expires_on": "2026-11-22"}, "expired on Sunday 22 November 2026"),
    "more than in the vial": ({"strength": "100"}, "155 units are more than the 100 in the vials"),
    "contraindicated": ({"safety_allergy": "yes"}, "Do not inject"),
}


@pytest.fixture
def in_the_room(maria: Patient, osei: Injector) -> str:
    """The address of the session form of Maria, who is in the room."""
    session = make_session(make_course(maria), osei, NOW, status=Status.IN_ROOM)
    return reverse("treatments:record", args=[session.uid])


@pytest.mark.parametrize("case", BLOCKS)
def test_f32_what_must_not_be_given_is_blocked_in_words(in_the_room: str, nurse: User, case: str) -> None:
    change, said = BLOCKS[case]
    page = Page(log_in(nurse).post(in_the_room, record_data(**change)))
    assert said in words(page.of_class("error-summary")[0])
    assert "error" not in words(page.named("main")[0]).lower()


def test_f32_a_yes_that_a_prescriber_may_outweigh_asks_for_the_reason(
    in_the_room: str, nurse: User, prescriber: User
) -> None:
    pregnant = record_data(safety_pregnant="yes")
    assert "Only a prescriber" in words(Page(log_in(nurse).post(in_the_room, pregnant)).of_class("error-summary")[0])
    doctor = log_in(prescriber)
    page = Page(doctor.post(in_the_room, pregnant))
    assert "You may decide: write why you go on" in words(page.of_class("error-summary")[0])
    assert doctor.post(in_the_room, pregnant | {"go_on_reason": "Discussed and written down"}).status_code == 302
