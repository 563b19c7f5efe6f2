"""The clinical rules of a session, each on both sides of its line: what stops, what a prescriber may decide, what warns."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from clinic.models import User
from tests.builders import NOW, TODAY
from tests.conftest import log_in
from tests.pages import text
from tests.treatments.record_form import record_url
from tests.treatments.recording.conftest import ALL_NO, Outcome
from tests.treatments.stock.conftest import EXPIRY
from treatments import protocol
from treatments.models import Course, TreatmentSession
from treatments.recording import VialUsed

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
STANDARD = protocol.standard_set()
FULL = {code: site.units for code, site in protocol.SITES.items() if not site.spare}  # 39 sites, 195 units
FOR_A_PRESCRIBER = ("new_headache", "neuromuscular", "pregnant", "breastfeeding", "antibiotics", "other_toxin")


def vial(**more: Any) -> VialUsed:
    """Return the vial of a standard session, changed by a test."""
    fields: dict[str, Any] = {"lot": "C4471", "expires_on": EXPIRY, "strength": 200}
    return VialUsed(**fields | more)


def yes(key: str) -> dict[str, Any]:
    return {"answers": ALL_NO | {key: True}}


def unknown(key: str) -> dict[str, Any]:
    return {"answers": ALL_NO | {key: None}}


# Rule, what is signed, and the words that refuse it whoever asks and whatever the reason ("signed": nothing does).
STOPS = [
    # 12: per muscle and in all (PREEMPT; 195 units at 39 sites is the most there is)
    ("12", {"plan": FULL}, "signed"),
    ("12", {"plan": STANDARD | {"TEM-R5": 5, "TEM-L5": 6}}, "Temporalis: 51 units is over its limit of 50."),
    ("12", {"plan": STANDARD | {"OCC-R4": 5, "OCC-L4": 6}}, "Occipitalis: 41 units is over its limit of 40."),
    ("12", {"plan": FULL | {"TRA-R4": 6}}, "Trapezius: 51 units is over its limit of 50."),
    (
        "12",
        {"plan": STANDARD | {"TEM-R1": 2, "TEM-R2": 2, "TEM-R5": 5, "TEM-R6": 4, "TEM-L5": 4}},
        "Temporalis: 11 sites are over its limit of 10.",
    ),
    ("12", {"plan": FULL | {"TRA-R4": 6}}, "196 units is over the limit of 195."),
    ("12", {"plan": STANDARD | {"PRO": 6}}, "Procerus: 6 units is over its limit of 5."),
    # 14: twenty-four hours after the diluent went in
    ("14", {"vials": [vial(reconstituted_at=NOW - DAY)]}, "signed"),
    ("14", {"vials": [vial(reconstituted_at=NOW - DAY - dt.timedelta(minutes=1))]}, "more than 24 hours ago"),
    ("14", {"vials": [vial(reconstituted_at=NOW)]}, "signed"),
    ("14", {"vials": [vial(reconstituted_at=NOW + dt.timedelta(minutes=1))]}, "is after the session"),
    # 15: the day of expiry still counts
    ("15", {"vials": [vial(expires_on=TODAY)]}, "signed"),
    ("15", {"vials": [vial(expires_on=TODAY - DAY)]}, "Lot C4471 expired on Sunday 22 November 2026."),
    ("15", {"vials": [vial(lot=" ")]}, "Enter the lot number on the vial."),
    # 16: never more given than drawn
    ("16", {"plan": {"TEM-R1": 50, "OCC-R1": 40, "PRO": 5, "FRO-R1": 5}, "vials": [vial(strength=100)]}, "signed"),
    (
        "16",
        {"plan": {"TEM-R1": 50, "OCC-R1": 40, "PRO": 5, "FRO-R1": 6}, "vials": [vial(strength=100)]},
        "101 units are more than the 100 in the vials.",
    ),
    ("16", {"vials": [vial(strength=150)]}, "A vial holds 100 or 200 units."),
    # 17 and the boxed warning: no override
    ("17", yes("allergy"), "Do not inject. Tell the prescriber."),
    ("17", yes("infection"), "Do not inject until it has gone."),
    ("18a", yes("swallowing"), "Do not inject. This can be an emergency"),
    # 20: these warn and do not hold anybody up
    ("20", yes("medicines"), "signed"),
    ("20", yes("care"), "signed"),
    # 21: the screen is of the day
    ("21", {"screened_on": TODAY}, "signed"),
    ("21", {"screened_on": TODAY - DAY}, "answered on Sunday 22 November 2026. Ask them again today."),
    ("21", {"answers": {}}, "Answer the safety question"),
]


@pytest.mark.parametrize(("rule", "change", "words"), STOPS, ids=[f"{row[0]} {row[2][:40]}" for row in STOPS])
def test_what_stops_a_session_stops_it_for_everybody(
    outcome: Outcome, prescriber: User, rule: str, change: dict[str, Any], words: str
) -> None:
    assert words in outcome(prescriber, go_on_reason="Decided", **change), rule


# What needs a review: a prescriber may go on with a reason, a nurse may not, and nobody without one.
REVIEWS = [
    *((f"18-20 {key}", yes(key)) for key in FOR_A_PRESCRIBER),
    *((f"not known {key}", unknown(key)) for key in ALL_NO),
    ("13 half the saline", {"vials": [vial(diluent_ml=Decimal("2"))]}),
    ("13 small vial, large saline", {"vials": [vial(strength=100, diluent_ml=Decimal("4"))] * 2}),
]


@pytest.mark.parametrize("change", [row[1] for row in REVIEWS], ids=[row[0] for row in REVIEWS])
def test_what_needs_a_review_is_for_a_prescriber_with_a_reason(
    outcome: Outcome, nurse: User, prescriber: User, change: dict[str, Any]
) -> None:
    assert outcome(nurse, go_on_reason="I think so", **change) != "signed"
    assert outcome(prescriber, go_on_reason=" ", **change) != "signed"
    assert outcome(prescriber, go_on_reason="Decided and written down", **change) == "signed"


def test_not_known_says_what_follows(outcome: Outcome, nurse: User) -> None:
    assert "Pregnant, may be, or trying to be? Not known is not No: find out first." in outcome(
        nurse, **unknown("pregnant")
    )


def test_what_was_not_known_is_kept_as_such(outcome: Outcome, in_room: Any, prescriber: User) -> None:
    outcome(prescriber, go_on_reason="Examined", **unknown("allergy"))
    in_room.refresh_from_db()
    assert in_room.record.answers.get(question="allergy").yes is None
    assert in_room.record.answers.filter(yes=False).count() == len(ALL_NO) - 1


@pytest.mark.parametrize("size", [(200, "4"), (100, "2")])
def test_the_protocols_dilution_asks_nobody(outcome: Outcome, nurse: User, size: tuple[int, str]) -> None:
    strength, saline = size
    assert outcome(nurse, vials=[vial(strength=strength, diluent_ml=Decimal(saline))] * (200 // strength)) == "signed"


def test_that_it_is_too_early_by_now_is_said_on_the_form_before_the_first_injection(
    in_room: TreatmentSession, nurse: User
) -> None:
    said = "A prescriber has to give a reason before it."
    client = log_in(nurse)
    assert said not in text(client.get(record_url(in_room)))
    Course.objects.update(interval_days=112)  # after it was booked in time
    assert f"The earliest day is Monday 21 December 2026. {said}" in text(client.get(record_url(in_room)))
