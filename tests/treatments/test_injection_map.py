"""The map shows every site once, where a finger can hit it, and says in words what it shows."""

from itertools import combinations
from math import dist

import pytest

from treatments import injection_map, protocol
from treatments.injection_map import CROPS, VIEWS, Picture

PHONE = 328  # CSS pixels that a picture has on a phone 360 wide


def test_the_four_views_show_every_site_once() -> None:
    shown = [site.code for picture in VIEWS for site in picture.sites]
    assert sorted(shown) == sorted(protocol.SITES)


def test_the_six_crops_hold_every_numbered_site() -> None:
    shown = {site.code for picture in CROPS for site in picture.sites}
    assert len(CROPS) == 6
    assert {site.code for site in protocol.SITES.values() if not site.spare} <= shown


@pytest.mark.parametrize("picture", CROPS, ids=lambda picture: picture.key)
def test_on_a_phone_no_two_sites_are_closer_than_a_finger(picture: Picture) -> None:
    scale = PHONE / int(picture.box.split()[2])
    places = [(site.x * scale, site.y * scale) for site in picture.sites if not site.spare]
    assert all(dist(one, other) >= 24 for one, other in combinations(places, 2))


def test_right_is_the_patients_right() -> None:
    front = {site.code: site.x for site in VIEWS[0].sites}
    back = {site.code: site.x for site in VIEWS[1].sites}
    assert front["COR-R"] < front["COR-L"]
    assert back["OCC-R1"] > back["OCC-L1"]


@pytest.mark.parametrize(
    ("code", "units", "skipped", "looks"),
    [
        ("PRO", 5, "", "site site--fixed is-given"),
        ("PRO", 4, "", "site site--fixed is-given is-changed"),
        ("PRO", 0, "", "site site--fixed"),
        ("PRO", 0, "drooped", "site site--fixed is-skipped"),
        ("TEM-R5", 0, "", "site site--extra"),
        ("TEM-R5", 5, "", "site site--extra is-given"),
        ("TEM-R6", 0, "", "site site--extra site--spare"),
    ],
)
def test_each_state_has_its_own_look(code: str, units: int, skipped: str, looks: str) -> None:
    assert injection_map.Mark(protocol.SITES[code], units, skipped).looks == looks


def test_what_was_given_is_said_in_words() -> None:
    words = injection_map.in_words({"COR-R": 5, "COR-L": 5, "CPS-R1": 5})
    assert words == "3 sites, 15 units: corrugator 10, cervical paraspinal 5."
    assert injection_map.in_words({"PRO": 5}) == "1 site, 5 units: procerus 5."
    assert injection_map.in_words({}) == "No site given."
