"""F34: a clinic in which nothing has happened yet. Each screen says so in a sentence and offers something to do.

That the first steps can be left and taken up again is in tests/clinic/first_run, that made-up data goes without a trace
in tests/clinic/demo/test_installed.py.
"""

from typing import Any

import pytest
from django.test import Client
from django.test.html import Element
from django.urls import reverse

from clinic import founding
from clinic.models import Clinic, Role
from tests.acceptance.forms import Page, attribute, walk, words
from tests.addresses import STAFF
from tests.builders import make_user
from tests.conftest import log_in

SCREENS = {
    "treatments:today": "No visits on this day. Book a visit from the recall list",
    "treatments:calendar": "No working hours this week. Set hours",
    "treatments:calendar_day": "No working hours this day. Set hours",
    "treatments:calendar_all": "No working hours this week. Set hours",
    "treatments:recall": "Nobody is overdue. Find a patient",
    "treatments:offers": "No time has become free.",
    "treatments:effects": "Nothing waits. Every side effect is settled.",
    "treatments:stock": "No vials in stock. Receive vials",
    "treatments:waste": "No session was signed in these days.",
    "treatments:log": "No sessions match. Clear filters",
    "treatments:capacity": "No working hours in these weeks. Set hours",
    "treatments:still_open": "No visits are open.",
    "treatments:feeds": "No feeds yet. Make the first one above.",
    "treatments:claims": "No claim was drafted for a session in these days. Open a signed session",
    "treatments:response": "Nobody",
    "reminders:centre": "Nothing needs you. No message is waiting. A visit brings its messages when it is booked. Open",
    "reminders:inbox": "Nothing waits for you. See all texts",
    "reminders:tomorrow": "Nobody to call",
    "reminders:rules": "Add a message",
    "reports:first": "Nothing to count in these days.",
    "reports:sessions": "No sessions match.",
    "reports:message_rows": "No messages in these days.",
    "hooks:list": "Nothing is told to anybody yet. Add the first address below.",
    "integrations:list": "No program may ask yet. Let the first one in below.",
    "setup:outside": "Every booked visit lies in working hours.",
    "setup:overview": "First steps: 1 of 7. Next: Public holidays",
    "setup:changes": "Nothing has been changed yet.",
    "patients:search": "Register a person",
    "treatments:to_renew": "Nothing to renew.",
    "patients:policies": "None yet. Copy one below",
}

# Pages that are not about what the clinic has: they ask for something, or list what is there from the first day.
NEVER_EMPTY = {
    "demo:demo",
    "first_run:steps",
    "setup:holidays",
    "treatments:changes",  # parts of Today that a refresh asks for
    "reminders:line",
    "treatments:trace",
    "treatments:walk_in",
}
# Lists that fill by themselves: where nothing has come, there is nothing to do but to go back.
FILL_THEMSELVES = {
    "treatments:offers",
    "treatments:effects",
    "treatments:still_open",
    "treatments:response",
    "reports:sessions",
    "setup:outside",
    "setup:changes",
    "treatments:to_renew",
}


@pytest.fixture
def first(riverside: Clinic, mighty: None) -> Client:
    """The first person of a clinic that was founded just now."""
    founding.begin(riverside)
    return log_in(make_user("first@riverside.example", "Fia Rowe", (riverside, Role.PRESCRIBER)))


def test_f34_every_screen_of_a_new_clinic_has_a_sentence_and_something_to_do(first: Client) -> None:
    for name, sentence in SCREENS.items():
        main = Page(first.get(reverse(name))).named("main")[0]
        assert sentence in words(main), name
        actions = [one for one in walk(main) if one.name in {"a", "button"}]
        assert [one for one in actions if name in FILL_THEMSELVES or "back-link" not in classes(one)], name


def test_f34_no_screen_was_left_out(first: Client) -> None:
    """Whoever adds a page says what it says when there is nothing, unless it asks for something."""
    plain = [name for name, pattern in STAFF.items() if "<" not in str(pattern.pattern)]
    left_out = [name for name in plain if name not in {*SCREENS, *NEVER_EMPTY} and shows(first.get(reverse(name)))]
    assert left_out == []


def shows(answer: Any) -> bool:
    """Return whether an answer is a page that asks for nothing."""
    if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
        return False
    return not [form for form in Page(answer).forms() if form.method == "post"]


def classes(one: Element) -> list[str]:
    """Return the classes of an element."""
    return (attribute(one, "class") or "").split()
