"""A form that another site sends in somebody's name: without the token of the page nothing is heard."""

from typing import Any

from django.test import Client

from tests.addresses import ALL, BY_LINK, BY_TOKEN, OWN, SIGNED, STAFF
from tests.attacks.rows import everything
from tests.world import World

# These do without the token, each for a reason that is written beside it: gateways sign, programs show a token, a link is the secret itself
# (its pages tell no site where they come from), and all a forged form could do to the theme is to make a page dark.
# The pages of an upload check their token themselves, after the length of the file.
WITHOUT = {*SIGNED, *BY_LINK, "clinic:theme"}
ITSELF = {"treatments:import", "treatments:import_diaries"}


def test_only_known_addresses_do_without_the_token() -> None:
    exempt = {name for name, pattern in ALL.items() if getattr(pattern.callback, "csrf_exempt", False)}
    assert {name for name in exempt if not name.startswith(BY_TOKEN)} <= ITSELF | WITHOUT


def test_every_other_form_without_the_token_is_refused_and_changes_nothing(world: World, insider: Client) -> None:
    forger = Client(enforce_csrf_checks=True)
    forger.cookies = insider.cookies
    before, heard = everything(), []
    for name in sorted([*STAFF, *OWN]):
        url = world.url(name)
        if forger.post(url, {"next": "/"}).status_code != 403:
            heard.append(name)
    assert heard == []
    assert everything() == before


def test_with_the_token_the_same_forms_are_heard(world: World, insider: Client) -> None:
    honest = Client(enforce_csrf_checks=True)
    honest.cookies = insider.cookies
    page: Any = honest.get(world.url("patients:edit"))
    answer = honest.post(world.url("patients:edit"), {"csrfmiddlewaretoken": page.context["csrf_token"]})
    assert answer.status_code == 422
