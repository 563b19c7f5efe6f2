"""The protocol's table adds up, and plans outside it are refused with words."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treatments import protocol

# Every site but the spare ones.
TABLE = {site.code: site.units for site in protocol.SITES.values() if not site.spare}


def test_the_standard_set_is_31_sites_and_155_units() -> None:
    plan = protocol.standard_set()
    assert (len(plan), sum(plan.values())) == (31, 155)


@pytest.mark.parametrize(
    ("strength", "saline", "words"),
    [
        (200, Decimal("4.00"), ""),
        (100, Decimal(2), ""),
        (200, None, ""),
        (200, Decimal("2.00"), "200 units in 2 mL are not 5 units in 0.1 mL. Use 4 mL."),
        (100, Decimal("2.01"), "100 units in 2.01 mL are not 5 units in 0.1 mL. Use 2 mL."),
    ],
)
def test_a_vial_holds_50_units_in_each_ml(strength: int, saline: Decimal | None, words: str) -> None:
    assert protocol.dilution_fault(strength, saline) == words


@pytest.mark.parametrize(
    ("units", "opened"), [(0, 0), (5, 100), (100, 100), (101, 200), (155, 200), (195, 200), (200, 200), (201, 300)]
)
def test_vials_are_opened_whole(units: int, opened: int) -> None:
    assert protocol.units_opened(units) == opened


def test_the_whole_table_is_39_sites_and_195_units() -> None:
    assert (len(TABLE), sum(TABLE.values())) == (39, 195)


@pytest.mark.parametrize(
    ("muscle", "fixed", "limit", "sites"),
    [
        ("corrugator", 10, 10, 2),
        ("procerus", 5, 5, 1),
        ("frontalis", 20, 20, 4),
        ("temporalis", 40, 50, 10),
        ("occipitalis", 30, 40, 8),
        ("cervical_paraspinal", 20, 20, 4),
        ("trapezius", 30, 50, 10),
    ],
)
def test_units_and_sites_of_each_muscle(muscle: str, fixed: int, limit: int, sites: int) -> None:
    units = sum(site.units for site in protocol.SITES.values() if site.muscle == muscle and site.fixed)
    assert (units, protocol.MUSCLES[muscle].units_max, protocol.MUSCLES[muscle].sites_max) == (fixed, limit, sites)


def test_the_standard_set_may_be_given() -> None:
    assert protocol.faults(protocol.standard_set()) == []


def test_all_39_sites_may_be_given() -> None:
    assert protocol.faults(TABLE) == []


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({}, "at least one site"),
        ({"XYZ": 5}, "no site XYZ"),
        ({"COR-R": 0}, "more than zero"),
        ({"COR-R": -5}, "more than zero"),
        ({"COR-R": 10, "COR-L": 5}, "Corrugator: 15 units is over its limit of 10"),
        ({"TEM-R1": 51}, "Temporalis: 51 units is over its limit of 50"),
    ],
)
def test_a_plan_outside_the_protocol_is_refused_in_words(plan: dict[str, int], words: str) -> None:
    assert any(words in fault for fault in protocol.faults(plan))


def test_196_units_are_over_the_limit() -> None:
    plan = TABLE | {"COR-R": 6}
    assert "196 units is over the limit of 195." in protocol.faults(plan)


def test_both_extra_doses_may_go_to_one_side() -> None:
    plan = protocol.standard_set() | {"TEM-R5": 5, "TEM-R6": 5}
    assert protocol.faults(plan) == []


def test_a_third_extra_dose_is_over_the_muscles_limit() -> None:
    plan = protocol.standard_set() | {"TEM-R5": 5, "TEM-R6": 5, "TEM-L5": 5}
    assert protocol.faults(plan) == ["Temporalis: 55 units is over its limit of 50."]


def test_40_sites_are_over_the_limit_even_with_small_doses() -> None:
    plan = dict.fromkeys(TABLE, 1) | {"TEM-R6": 1}
    assert "40 sites are over the limit of 39." in protocol.faults(plan)


def test_an_eleventh_site_of_a_muscle_is_over_its_limit_even_with_small_doses() -> None:
    temporalis = [code for code, site in protocol.SITES.items() if site.muscle == "temporalis"]
    assert protocol.faults(dict.fromkeys(temporalis[:10], 4)) == []
    assert protocol.faults(dict.fromkeys(temporalis[:11], 4)) == ["Temporalis: 11 sites are over its limit of 10."]


@given(st.dictionaries(st.sampled_from(sorted(protocol.SITES)), st.integers(1, 20), min_size=1))
def test_a_plan_that_is_let_through_keeps_every_limit(plan: dict[str, int]) -> None:
    by_muscle = {
        key: sum(units for code, units in plan.items() if protocol.SITES[code].muscle == key)
        for key in protocol.MUSCLES
    }
    sites = Counter(protocol.SITES[code].muscle for code in plan)
    within = all(units <= protocol.MUSCLES[key].units_max for key, units in by_muscle.items())
    within = within and all(number <= protocol.MUSCLES[key].sites_max for key, number in sites.items())
    within = within and sum(plan.values()) <= 195 and len(plan) <= 39
    assert (protocol.faults(plan) == []) is within


@pytest.mark.parametrize(
    ("change", "us_label", "words"),
    [
        ({}, True, []),
        ({"TEM-R5": 5}, False, []),
        ({"TEM-R5": 5}, True, ["160 units are more than the 155 of the United States label. A payer may refuse."]),
        ({"PRO": 0}, True, ["150 units are fewer than the standard 155.", "Not given: Procerus, midline."]),
        ({"PRO": 0, "TEM-R5": 5}, True, ["Not given: Procerus, midline."]),
    ],
)
def test_what_is_unusual_is_said_and_not_refused(change: dict[str, int], us_label: bool, words: list[str]) -> None:
    plan = {code: units for code, units in (protocol.standard_set() | change).items() if units}
    assert protocol.faults(plan) == []
    assert protocol.doubts(plan, us_label=us_label) == words


def test_of_a_session_stopped_early_what_is_missing_is_said_by_muscle() -> None:
    given = [site.code for site in protocol.SITES.values() if site.fixed][:10]
    assert protocol.doubts(dict.fromkeys(given, 5), us_label=False) == [
        "50 units are fewer than the standard 155.",
        (
            "Not given: Temporalis, 5 of 8 sites; Occipitalis, 6 of 6 sites; Cervical paraspinal, 4 of 4 sites; "
            "Trapezius, 6 of 6 sites."
        ),
    ]


def test_one_site_of_a_muscle_keeps_its_name_among_many() -> None:
    plan = {code: units for code, units in protocol.standard_set().items() if not code.startswith(("PRO", "FRO"))}
    assert protocol.doubts(plan, us_label=False)[1] == "Not given: Procerus, midline; Frontalis, 4 of 4 sites."


def test_three_that_were_left_out_are_named_and_of_four_of_a_muscle_their_number() -> None:
    plan = protocol.standard_set()
    for code in ("FRO-R1", "FRO-R2", "FRO-L1"):
        del plan[code]
    assert protocol.doubts(plan, us_label=False)[1].count("Frontalis") == 3
    del plan["FRO-L2"]
    assert protocol.doubts(plan, us_label=False)[1] == "Not given: Frontalis, 4 of 4 sites."


def test_another_dose_than_five_units_is_said_with_its_site() -> None:
    plan = protocol.standard_set() | {"TEM-R1": 15, "OCC-L1": 4}
    assert protocol.faults(plan) == []
    assert protocol.doubts(plan, us_label=False) == [
        "Not 5 units: 15 at Temporalis, right, site 1; 4 at Occipitalis, left, site 1."
    ]


def test_of_many_other_doses_their_number_is_said() -> None:
    plan = protocol.standard_set() | dict.fromkeys(("FRO-R1", "FRO-R2", "FRO-L1", "FRO-L2"), 4)
    assert protocol.doubts(plan, us_label=False)[1] == "Not 5 units at 4 sites."


def test_names_with_a_comma_in_them_are_told_apart() -> None:
    plan = {code: units for code, units in protocol.standard_set().items() if not code.startswith("COR")}
    assert protocol.doubts(plan, us_label=False)[1] == "Not given: Corrugator, right; Corrugator, left."
