"""The protocol's table adds up, and plans outside it are refused with words."""

import pytest

from treatments import protocol


def test_the_standard_set_is_31_sites_and_155_units() -> None:
    plan = protocol.standard_set()
    assert (len(plan), sum(plan.values())) == (31, 155)


def test_the_whole_table_is_39_sites_and_195_units() -> None:
    assert (len(protocol.SITES), sum(site.units for site in protocol.SITES.values())) == (39, 195)


@pytest.mark.parametrize(
    ("muscle", "fixed", "limit"),
    [
        ("corrugator", 10, 10),
        ("procerus", 5, 5),
        ("frontalis", 20, 20),
        ("temporalis", 40, 50),
        ("occipitalis", 30, 40),
        ("cervical_paraspinal", 20, 20),
        ("trapezius", 30, 50),
    ],
)
def test_units_of_each_muscle(muscle: str, fixed: int, limit: int) -> None:
    units = sum(site.units for site in protocol.SITES.values() if site.muscle == muscle and site.fixed)
    assert (units, protocol.MUSCLES[muscle].units_max) == (fixed, limit)


def test_the_standard_set_may_be_given() -> None:
    assert protocol.faults(protocol.standard_set()) == []


def test_all_39_sites_may_be_given() -> None:
    assert protocol.faults({site.code: site.units for site in protocol.SITES.values()}) == []


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
    plan = {site.code: site.units for site in protocol.SITES.values()} | {"COR-R": 6}
    assert "196 units is over the limit of 195." in protocol.faults(plan)
