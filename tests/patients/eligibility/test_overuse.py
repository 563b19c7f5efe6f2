"""Medication overuse by class and days, ICHD-3 8.2, at both sides of every limit."""

import pytest

from patients.eligibility import Answer
from patients.eligibility.medicines import AcuteClass
from patients.eligibility.overuse import Told, Window, from_told, from_windows

MET, NOT_MET, NOT_KNOWN = Answer.MET, Answer.NOT_MET, Answer.NOT_KNOWN
SIMPLE, TRIPTAN, GEPANT = AcuteClass.SIMPLE, AcuteClass.TRIPTAN, AcuteClass.GEPANT


def told(*lines: tuple[AcuteClass, int], months: int | None = 6) -> Answer:
    found = from_told([Told(one, one.value, days, months) for one, days in lines])
    assert found
    return found.answer


@pytest.mark.parametrize(
    ("one", "days", "answer"),
    [
        (AcuteClass.SIMPLE, 14, NOT_MET),
        (AcuteClass.SIMPLE, 15, MET),
        *((one, days, answer) for one in ("triptan", "ergot", "opioid", "combination") for days, answer in ((9, NOT_MET), (10, MET))),
        (AcuteClass.GEPANT, 31, NOT_MET),  # not counted as an overuse medicine
    ],
)  # fmt: skip
def test_each_class_at_its_limit(one: str, days: int, answer: Answer) -> None:
    assert told((AcuteClass(one), days)) is answer


@pytest.mark.parametrize(("months", "answer"), [(2, NOT_MET), (3, NOT_KNOWN), (4, MET), (None, NOT_KNOWN)])
def test_overuse_is_more_than_three_months(months: int | None, answer: Answer) -> None:
    assert told((TRIPTAN, 12), months=months) is answer


@pytest.mark.parametrize(
    ("lines", "answer"),
    [
        (((SIMPLE, 5), (TRIPTAN, 4)), NOT_MET),  # nine days at most
        (((SIMPLE, 5), (TRIPTAN, 5)), NOT_KNOWN),  # five to ten days: the same days, or not
        (((SIMPLE, 10), (TRIPTAN, 1)), MET),  # ten days at least
        (((SIMPLE, 12), (TRIPTAN, 0)), NOT_MET),  # no mix
        (((SIMPLE, 0), (TRIPTAN, 0)), NOT_MET),
        (((SIMPLE, 9), (GEPANT, 9)), NOT_MET),
    ],
)
def test_a_mix_counts_from_ten_days(lines: tuple[tuple[AcuteClass, int], ...], answer: Answer) -> None:
    assert told(*lines) is answer


@pytest.mark.parametrize(
    ("months", "answer"),
    [
        ((6, 6, 1), MET),  # the first two alone are a mix for long enough
        ((6, 6, None), MET),
        ((6, 3, 1), NOT_KNOWN),
        ((6, 1, 1), NOT_MET),  # one alone is no mix
    ],
)
def test_a_medicine_taken_of_late_takes_nothing_from_the_mix_of_the_others(
    months: tuple[int | None, ...], answer: Answer
) -> None:
    lines = ((SIMPLE, 12), (TRIPTAN, 8), (AcuteClass.OPIOID, 1))
    found = from_told([Told(one, one.value, days, long) for (one, days), long in zip(lines, months, strict=True)])
    assert found
    assert found.answer is answer


@pytest.mark.parametrize(
    ("one", "lines", "answer", "words"),
    [
        (SIMPLE, ((6, 6), (5, 6)), NOT_MET, "no class reaches its limit"),  # 11 days of one medicine are no mix
        (SIMPLE, ((8, 6), (7, 6)), NOT_KNOWN, "Aspirin, told 2 times, on 8 to 15 days a month"),
        (SIMPLE, ((15, 6), (7, 6)), MET, "Aspirin, told 2 times, on 15 to 22 days a month"),
        (SIMPLE, ((15, 2), (7, 6)), NOT_MET, "no class reaches its limit"),  # not for long enough
        (TRIPTAN, ((9, 6), (8, 6)), NOT_KNOWN, "Aspirin, told 2 times, on 9 to 17 days a month"),
        (TRIPTAN, ((10, 3), (8, 6)), NOT_KNOWN, "Aspirin, told 2 times, on 10 to 18 days a month"),
    ],
)
def test_a_medicine_told_of_twice_goes_by_its_own_limit_and_leaves_the_number_to_a_clinician(
    one: AcuteClass, lines: tuple[tuple[int, int], ...], answer: Answer, words: str
) -> None:
    names = ("Aspirin", " aspirin")
    found = from_told([Told(one, drug, days, months) for drug, (days, months) in zip(names, lines, strict=True)])
    assert found
    assert (found.answer, found.detail) == (answer, words)


def test_a_medicine_told_of_twice_counts_in_a_mix_with_another() -> None:
    lines = [Told(SIMPLE, "Aspirin", 4, 6), Told(SIMPLE, "aspirin", 5, 6), Told(TRIPTAN, "Sumatriptan", 1, 6)]
    found = from_told(lines)
    assert found
    assert (found.answer, found.detail) == (NOT_KNOWN, "a mix on 5 to 10 days a month")


def test_nothing_told_is_no_answer() -> None:
    assert from_told([]) is None


def windows(*days: int, one: AcuteClass = TRIPTAN, recorded: int = 28, any_day: int | None = None) -> list[Window]:
    return [Window({one: count}, count if any_day is None else any_day, recorded) for count in days]


@pytest.mark.parametrize(
    ("found", "answer"),
    [
        (windows(10, 10, 10), MET),
        (windows(10, 9, 12), NOT_MET),
        (windows(15, 15, 15, one=SIMPLE), MET),
        (windows(15, 14, 15, one=SIMPLE), NOT_MET),
        (windows(10, 9, 10, recorded=27), NOT_KNOWN),  # the missing day decides
        (windows(28, 28, 28, one=GEPANT), NOT_MET),
    ],
)
def test_the_diary_must_reach_the_limit_in_each_of_three_windows(found: list[Window], answer: Answer) -> None:
    overuse = from_windows(found, "Diary")
    assert overuse
    assert (overuse.answer, overuse.came_from) == (answer, "Diary")


@pytest.mark.parametrize(("any_day", "answer"), [(9, NOT_MET), (10, MET)])
def test_a_mix_in_the_diary_counts_days_with_any(any_day: int, answer: Answer) -> None:
    found = [Window({SIMPLE: 6, TRIPTAN: 6}, any_day, 28)] * 3
    overuse = from_windows(found, "Diary")
    assert overuse
    assert overuse.answer is answer


@pytest.mark.parametrize("found", [windows(12, 12), windows(12, 12, 12, recorded=19)])
def test_a_thin_diary_gives_no_answer(found: list[Window]) -> None:
    assert from_windows(found, "Diary") is None


@pytest.mark.parametrize(
    ("first", "second", "third", "words"),
    [
        ((9, 28), (9, 28), (9, 28), "no class reaches its limit"),
        ((10, 28), (10, 28), (10, 28), "triptan on 10, 10 and 10 days in 28"),
        ((9, 20), (9, 24), (10, 28), "triptan on 9, 9 and 10 days of 20, 24 and 28 recorded"),
    ],
)
def test_missing_days_that_leave_overuse_open_are_said(
    first: tuple[int, int], second: tuple[int, int], third: tuple[int, int], words: str
) -> None:
    found = from_windows(
        [Window({TRIPTAN: days}, days, recorded) for days, recorded in (first, second, third)], "Diary"
    )
    assert found
    assert found.detail == words


def test_missing_days_of_a_mix_are_said() -> None:
    found = from_windows([Window({SIMPLE: 5, TRIPTAN: 4}, 9, 24)] * 3, "Diary")
    assert found
    assert found.detail == "a mix on 9, 9 and 9 days of 24, 24 and 24 recorded"
