"""F34: a clinic in which nothing has happened yet. Each screen says so in a sentence and offers something to do.

That the first steps can be left and taken up again is in tests/clinic/first_run, that made-up data goes without a trace
in tests/clinic/demo/test_installed.py.
"""

from django.urls import reverse

from clinic import founding
from clinic.models import Clinic, Role
from tests.acceptance.forms import Page, walk, words
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
    "treatments:feeds": "No feeds yet. Make the first one above.",
    "treatments:claims": "No claim was drafted for a session in these days. Open a signed session",
    "treatments:response": "Nobody",
    "reminders:centre": "Nothing needs you. No message is waiting. A visit brings its messages when it is booked. Open",
    "reminders:inbox": "Nothing waits for you. See all texts",
    "reminders:tomorrow": "Nobody to call",
    "reminders:rules": "Add a message",
    "reports:first": "Nothing to count in these days.",
    "setup:overview": "First steps: 1 of 7. Next: Public holidays",
    "setup:changes": "Nothing has been changed yet.",
    "patients:search": "Register a person",
    "patients:to_renew": "Nothing to renew.",
    "patients:policies": "None yet. Copy one below",
}


def test_f34_every_screen_of_a_new_clinic_has_a_sentence_and_something_to_do(riverside: Clinic, mighty: None) -> None:
    founding.begin(riverside)
    first = log_in(make_user("first@riverside.example", "Fia Rowe", (riverside, Role.PRESCRIBER)))
    for name, sentence in SCREENS.items():
        main = Page(first.get(reverse(name))).named("main")[0]
        assert sentence in words(main), name
        assert [one for one in walk(main) if one.name in {"a", "button"}], name
