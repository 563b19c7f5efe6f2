"""Bands of questionnaire totals, on both sides of each line."""

import pytest
from django.db import IntegrityError, transaction

from clinic.models import User
from patients.models import Patient
from tests.builders import NOW, TODAY
from treatments.models import OutcomeScore
from treatments.scores import bands
from treatments.scores.forms import ScoreForm


@pytest.mark.parametrize(
    ("total", "words"),
    [
        (36, "little or no impact"),
        (49, "little or no impact"),
        (50, "some impact"),
        (55, "some impact"),
        (56, "substantial impact"),
        (59, "substantial impact"),
        (60, "severe impact"),
        (78, "severe impact"),
    ],
)
def test_hit6_bands(total: int, words: str) -> None:
    assert bands.hit6_band(total) == words


@pytest.mark.parametrize(
    ("total", "grade"),
    [
        (0, "grade I,"),
        (5, "grade I,"),
        (6, "grade II,"),
        (10, "grade II,"),
        (11, "grade III,"),
        (20, "grade III,"),
        (21, "grade IV,"),
    ],
)
def test_midas_grades(total: int, grade: str) -> None:
    assert bands.midas_band(total).startswith(grade)


@pytest.mark.parametrize(("total", "marked"), [(40, False), (41, True)])
def test_the_worst_midas_grade_has_two_parts(total: int, marked: bool) -> None:
    assert ("41 or more" in bands.midas_band(total)) is marked


@pytest.mark.parametrize(("answer", "words"), [(1, "very much better"), (4, "no change"), (7, "very much worse")])
def test_change_overall_is_read_in_the_words_it_was_asked_in(answer: int, words: str) -> None:
    assert bands.pgic_words(answer) == words


@pytest.mark.parametrize(
    ("field", "least", "most"),
    [
        ("hit6", 36, 78),
        ("midas", 0, 460),
        ("msq_restrictive", 0, 100),
        ("msq_preventive", 0, 100),
        ("msq_emotional", 0, 100),
        ("pgic", 1, 7),
        ("onset_weeks", 0, 12),
        ("wear_off_week", 1, 16),
    ],
)
def test_a_form_takes_a_number_from_the_least_to_the_most_that_makes_sense(field: str, least: int, most: int) -> None:
    for number, taken in ((least - 1, False), (least, True), (most, True), (most + 1, False)):
        form = ScoreForm({"taken_on": str(TODAY), field: str(number)}, today=TODAY)
        assert (field not in form.errors) is taken, number


@pytest.mark.parametrize(
    ("counts", "doubts"), [((46, 46, 92, 0, 92), 0), ((46, 47, 92, 0, 0), 1), ((47, 46, 1, 92, 0), 2)]
)
def test_counts_that_share_a_calendar_are_no_more_than_its_days(counts: tuple[int, ...], doubts: int) -> None:
    assert len(bands.midas_doubts(counts)) == doubts


@pytest.mark.django_db
@pytest.mark.parametrize("field", sorted(set(bands.RANGES) - {"onset_weeks"}))
def test_the_database_refuses_a_total_above_its_range(maria: Patient, nurse: User, field: str) -> None:
    row = OutcomeScore.objects.create(
        clinic=maria.clinic, patient=maria, taken_on=TODAY, entered_at=NOW, entered_by=nurse
    )
    OutcomeScore.objects.filter(pk=row.pk).update(**{field: bands.RANGES[field][1]})
    with pytest.raises(IntegrityError), transaction.atomic():
        OutcomeScore.objects.filter(pk=row.pk).update(**{field: bands.RANGES[field][1] + 1})
