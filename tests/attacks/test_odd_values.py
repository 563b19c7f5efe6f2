"""Values that no box offers and a program sends all the same: an answer in words, never a page that failed."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.world import World
from treatments.models import Status, TreatmentSession

DIGITS = "9" * 5000  # more than Python reads as one number
NUL = "Ma\0ria"  # what PostgreSQL keeps in no text
UNFOLDING = "\ufdfa" * 60  # one letter that is eighteen without its accents


@pytest.fixture
def prober(insider: Client) -> Client:
    """Somebody who may do everything and sends anything."""
    insider.raise_request_exception = False
    return insider


@pytest.mark.parametrize("text", [NUL, "a " * 3000, "\0" * 10, UNFOLDING], ids=["nul", "words", "nuls", "unfolding"])
@pytest.mark.parametrize("page", ["patients:search", "treatments:walk_in"])
def test_a_search_for_anything_is_a_search(prober: Client, page: str, text: str) -> None:
    assert prober.get(reverse(page), {"q": text}, follow=True).status_code == 200


def test_people_are_found_although_a_program_added_what_no_text_holds(prober: Client, world: World) -> None:
    assert world.patient.full_name in prober.get(reverse("patients:search"), {"q": NUL}, follow=True).content.decode()


@pytest.mark.parametrize(
    ("page", "data", "status"),
    [
        ("patients:edit", {"birth_date_day": DIGITS, "birth_date_month": "1", "birth_date_year": "1984"}, 422),
        ("patients:diary", {"first": "9999-12-31", "letters": "MMM"}, 422),
        ("patients:diary", {"first": "0001-01-01", "letters": "MMM"}, 422),
        ("treatments:recall_lot", {"lot": "\0", "reason": "Particles"}, 422),
        ("treatments:recall_lot", {"lot": "C\0", "reason": ""}, 422),
        ("treatments:step", {"step": f"{DIGITS}.arrived.booked.1"}, 400),
        ("treatments:step", {"step": "².arrived.booked.1"}, 400),
        (
            "setup:new_leave",
            {"first_day": "2026-12-01", "last_day": "2026-12-01", "ends": "00:00", "label": "Leave"},
            422,
        ),
    ],
)
def test_a_form_with_anything_in_it_is_answered(
    prober: Client, world: World, page: str, data: dict[str, str], status: int
) -> None:
    assert prober.post(world.url(page), data).status_code == status


def test_a_name_of_letters_that_unfold_is_registered_and_found(prober: Client) -> None:
    born = {"birth_date_day": "1", "birth_date_month": "1", "birth_date_year": "1984"}
    names = {"given_name": UNFOLDING, "family_name": UNFOLDING, "record_number": UNFOLDING[:20]}
    answer: Any = prober.post(
        reverse("patients:new"), names | born | {"email": "a@mail.example", "consent": "yes"}, follow=True
    )
    assert "is registered" in answer.content.decode()
    assert prober.get(reverse("patients:search"), {"q": "1984-01-01"}, follow=True).status_code == 200


@pytest.mark.parametrize("version", [DIGITS, "²", "-1"], ids=["digits", "squared", "negative"])
def test_the_form_of_a_session_opens_whatever_was_kept_of_it(prober: Client, world: World, version: str) -> None:
    TreatmentSession.objects.filter(pk=world.session.pk).update(status=Status.IN_ROOM)
    odd = {"draft_version": version, "note": "", "sites": "PRO", "units_PRO": "²", "screened_on": DIGITS}
    assert prober.post(world.url("treatments:draft"), odd).status_code == 200
    assert prober.get(world.url("treatments:record")).status_code == 200
