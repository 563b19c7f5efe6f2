"""Which signs make a headache a migraine day (ICHD-3 1.1 C and D)."""

import pytest

from patients.migraine_signs import looks_like_migraine

ALL = ("one_sided", "pulsating", "worse_with_activity", "nausea", "vomiting", "light", "sound")


@pytest.mark.parametrize(
    ("pain", "signs", "migraine"),
    [
        (2, {"one_sided", "nausea"}, True),
        (3, {"pulsating", "light", "sound"}, True),
        (1, {"one_sided", "pulsating", "vomiting"}, True),
        (3, {"pulsating", "light"}, False),  # light without sound
        (1, {"one_sided", "nausea"}, False),  # one characteristic
        (3, {"nausea", "light", "sound"}, False),
        (3, {"one_sided", "pulsating", "worse_with_activity"}, False),  # nothing goes with it
        (1, set(), False),
    ],
)
def test_signs_decide(pain: int, signs: set[str], migraine: bool) -> None:
    assert looks_like_migraine(pain=pain, **{name: name in signs for name in ALL}) is migraine
