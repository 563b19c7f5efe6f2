"""Two people of one name: every page about one of them says which one it is."""

from typing import Any

from django.test import Client

from clinic.wording import born_words
from tests.addresses import STAFF
from tests.attacks.reading import body_of
from tests.world import World

ABOUT_ONE = ("patients/", "courses/", "sessions/", "assessments/", "preventives/", "acute/", "authorizations/",
             "effects/", "doses/", "waiting/", "diary-claims/", "inbox/", "reminders/")  # fmt: skip
CARD = "treatments:card"  # goes home in a pocket, and says no more than a message does


def _whose(row: Any) -> Any:
    return getattr(row, "patient", None) or getattr(getattr(row, "course", None), "patient", row)


def test_every_page_about_one_person_says_their_name_date_of_birth_and_number(world: World, insider: Client) -> None:
    paths = {name: str(pattern.pattern) for name, pattern in STAFF.items() if name != CARD}
    read, silent = 0, {}
    for name in (name for name, path in paths.items() if path.startswith(ABOUT_ONE) and "<uuid:uid>" in path):
        person = _whose(world.holder(name))
        told = [person.full_name, born_words(person.birth_date), person.record_number]
        # What stands above it is for paper.
        page = body_of(insider.get(world.url(name))).partition(b'<div class="print-body">')[2].decode()
        read += bool(page)
        if page and (missing := [words for words in told if words not in page]):
            silent[name] = missing
    assert silent == {}
    assert read > 30, "files, redirects and sheets alone were met"
