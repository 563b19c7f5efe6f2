"""What the person's own record says counts, whatever is answered that day."""

import datetime as dt
from collections.abc import Callable
from contextlib import nullcontext

import pytest
from django.urls import reverse

from clinic.models import Injector, User
from patients.models import Patient
from tests.builders import NOW, TODAY, make_assessment, make_session
from tests.conftest import log_in
from tests.pages import text
from tests.treatments.record_form import record_url
from tests.treatments.recording.conftest import Outcome, findings
from treatments import leaving, recording
from treatments.effects.catalogue import Severity
from treatments.effects.reporting import Told, close, report
from treatments.models import Course, InjectingPolicy, OutsideDose, SessionEvent, SideEffect, Status, TreatmentSession
from treatments.outside_doses import take_off
from treatments.recording import Refused

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
Elsewhere = Callable[..., None]


@pytest.fixture
def elsewhere(nurse: User) -> Elsewhere:
    """Write down a dose of the same product that somebody had elsewhere."""

    def elsewhere(patient: Patient, *, days: int, units: int | None, product: str = "") -> None:
        OutsideDose.objects.create(
            clinic=patient.clinic,
            patient=patient,
            given_on=TODAY - days * DAY,
            same_product=not product,
            product=product,
            units=units,
            told_at=NOW,
            told_to=nurse,
        )

    return elsewhere


def told(patient: Patient, by: User, *, days: int) -> SideEffect:
    """Report trouble swallowing by phone, so many days ago."""
    what = Told(["swallowing"], Severity.MODERATE, TODAY - days * DAY)
    return report(patient=patient, told=what, by=by, at=NOW - days * DAY)[0]


@pytest.mark.parametrize(
    ("days", "units", "words"),
    [
        (0, 2, "2 units were given elsewhere on Monday 23 November 2026, the same day. "),
        (1, 1, "1 unit was given elsewhere on Sunday 22 November 2026, 1 day ago. "),
    ],
)
def test_a_dose_of_these_days_is_told_in_plain_words(
    outcome: Outcome, elsewhere: Elsewhere, maria: Patient, nurse: User, days: int, units: int, words: str
) -> None:
    elsewhere(maria, days=days, units=units)
    assert words in outcome(nurse)


@pytest.mark.parametrize(("units", "product"), [(1550, ""), (300, "Another")])
def test_a_dose_elsewhere_entered_by_mistake_counts_nowhere_once_it_is_taken_off(
    outcome: Outcome, elsewhere: Elsewhere, maria: Patient, nurse: User, units: int, product: str
) -> None:
    elsewhere(maria, days=30, units=units, product=product)
    assert outcome(nurse) != "signed"
    take_off(dose=OutsideDose.objects.get(), by=nurse, at=NOW)
    assert outcome(nurse) == "signed"


@pytest.mark.parametrize(("days", "needs"), [(83, True), (84, False)])
def test_the_same_product_elsewhere_within_twelve_weeks_is_for_a_prescriber(
    outcome: Outcome, elsewhere: Elsewhere, maria: Patient, nurse: User, prescriber: User, days: int, needs: bool
) -> None:
    elsewhere(maria, days=days, units=50)
    said = outcome(nurse, go_on_reason="A small one")
    assert (said != "signed") is needs
    if needs:
        assert "50 units were given elsewhere on Tuesday 1 September 2026, 83 days ago" in said
        assert outcome(prescriber, go_on_reason="A small one") == "signed"


@pytest.mark.parametrize(("days", "needs"), [(92, True), (93, False)], ids=["three long months", "over"])
def test_a_dose_elsewhere_of_unknown_units_is_no_dose_of_none_and_for_a_prescriber(
    outcome: Outcome, elsewhere: Elsewhere, maria: Patient, nurse: User, prescriber: User, days: int, needs: bool
) -> None:
    elsewhere(maria, days=days, units=None)
    said = outcome(nurse, go_on_reason="Looks well")
    assert (said != "signed") is needs
    if needs:
        assert (
            "A dose was given elsewhere on Sunday 23 August 2026, 92 days ago, and nobody knows its units. They count "
            "towards the 400 of three months" in said
        )
        assert outcome(prescriber, go_on_reason="The other clinic's usual dose is small") == "signed"


def test_units_that_are_known_refuse_beside_those_that_are_not(
    outcome: Outcome, elsewhere: Elsewhere, maria: Patient, prescriber: User
) -> None:
    elsewhere(maria, days=85, units=None)
    elsewhere(maria, days=90, units=246)
    assert "155 units with the 246 of the last three months are 401." in outcome(prescriber, go_on_reason="Decided")


@pytest.mark.parametrize(("units", "needs"), [(50, False), (51, True)])
def test_a_session_of_unknown_units_may_have_had_as_many_as_one_may_have(
    outcome: Outcome, elsewhere: Elsewhere, maria: Patient, nurse: User, prescriber: User, units: int, needs: bool
) -> None:
    elsewhere(maria, days=90, units=units)
    said = outcome(nurse, go_on_reason="Looks well")
    assert (said != "signed") is needs
    if needs:
        assert (
            "Nobody wrote down how many units the session on Monday 31 August 2026 had: it may have been 195. With more "
            "than 154 units now it may be over the 400 of three months: find out first." in said
        )
        assert outcome(prescriber, go_on_reason="It was 155") == "signed"


@pytest.mark.parametrize(("days", "needs"), [(124, True), (125, False)], ids=["four long months", "over"])
def test_another_product_within_four_months_is_for_a_prescriber(
    outcome: Outcome, elsewhere: Elsewhere, maria: Patient, nurse: User, days: int, needs: bool
) -> None:
    elsewhere(maria, days=days, units=50, product="Another")
    assert ("Another was given elsewhere" in outcome(nurse)) is needs


def test_what_was_had_elsewhere_counts_after_two_records_became_one(
    outcome: Outcome, elsewhere: Elsewhere, maria: Patient, tom: Patient, nurse: User, prescriber: User
) -> None:
    elsewhere(tom, days=90, units=246)
    elsewhere(tom, days=100, units=300, product="Another")
    leaving.merge(patient=tom, into=maria, by=nurse, at=NOW)
    said = outcome(prescriber, go_on_reason="Decided")
    assert "155 units with the 246 of the last three months are 401." in said
    assert "Another was given elsewhere" in outcome(nurse)


@pytest.mark.parametrize(("units", "said"), [(50, "signed"), (51, "are 401")])
def test_units_that_a_list_told_of_the_session_before_count_towards_the_limit(
    outcome: Outcome, course: Course, elsewhere: Elsewhere, maria: Patient, nurse: User, units: int, said: str
) -> None:
    before = course.sessions.get(status=Status.GIVEN_BEFORE)
    for told_units in (155, 195):  # the second list corrects the first
        SessionEvent.objects.create(
            clinic=before.clinic,
            session=before,
            at=NOW,
            by=nurse,
            kind=SessionEvent.Kind.IMPORTED,
            after={"given_on": before.given_on, "units": told_units},
        )
    elsewhere(maria, days=90, units=units)
    assert said in outcome(nurse)


@pytest.mark.parametrize(("days", "needs"), [(180, False), (181, True)])
def test_who_comes_back_after_more_than_180_days_is_for_a_prescriber(
    outcome: Outcome, course: Course, nurse: User, prescriber: User, days: int, needs: bool
) -> None:
    course.sessions.filter(status=Status.GIVEN_BEFORE).update(given_on=TODAY - days * DAY, due_on=TODAY - days * DAY)
    said = outcome(nurse, go_on_reason="Glad to see them")
    assert (f"Day {days}, lapsed: a new diary of 28 days" in said) is needs
    if needs:
        assert outcome(prescriber, go_on_reason="Looked at") == "signed"


@pytest.mark.parametrize(("ago", "needs"), [(100, True), (99, False)], ids=["before it was due again", "since"])
def test_an_assessment_signed_since_the_session_was_due_is_that_review(
    outcome: Outcome, course: Course, maria: Patient, nurse: User, prescriber: User, ago: int, needs: bool
) -> None:
    course.sessions.filter(status=Status.GIVEN_BEFORE).update(given_on=TODAY - 183 * DAY, due_on=TODAY - 183 * DAY)
    make_assessment(maria, signed_by=prescriber, assessed_on=TODAY - ago * DAY)
    assert ("lapsed" in outcome(nurse)) is needs


def test_an_emergency_that_nobody_settled_stops_the_session_whoever_asks(
    outcome: Outcome, maria: Patient, front_desk: User, prescriber: User
) -> None:
    told(maria, front_desk, days=60)
    assert "Trouble swallowing was reported on Thursday 24 September 2026, and nobody has settled it" in outcome(
        prescriber, go_on_reason="Gone by now"
    )


def test_it_is_said_on_the_form_before_the_first_injection(
    in_room: TreatmentSession, maria: Patient, front_desk: User, nurse: User
) -> None:
    told(maria, front_desk, days=60)
    page = log_in(nurse).get(record_url(in_room)).content.decode()
    assert "and nobody has settled it: do not inject before a clinician has." in page


@pytest.mark.parametrize(
    ("days", "units", "product", "words"),
    [
        (83, 50, "", "50 units were given elsewhere on Tuesday 1 September 2026, 83 days ago."),
        (124, 50, "Another", "Another was given elsewhere on Wednesday 22 July 2026."),
        (90, 206, "", "206 units were given in the last three months: at most 194 may be given now."),
        (90, 400, "", "400 units were given in the last three months: none may be given now."),
        (90, None, "", "90 days ago, and nobody knows its units."),
        (124, None, "Another", "Another was given elsewhere on Wednesday 22 July 2026."),
    ],
)
def test_so_are_doses_elsewhere_and_the_units_that_they_leave(
    in_room: TreatmentSession, elsewhere: Elsewhere, maria: Patient, nurse: User,
    days: int, units: int | None, product: str, words: str,
) -> None:  # fmt: skip
    elsewhere(maria, days=days, units=units, product=product)
    assert words in text(log_in(nurse).get(record_url(in_room)))


def test_units_that_leave_room_for_the_largest_dose_are_not_worth_a_line(
    in_room: TreatmentSession, elsewhere: Elsewhere, maria: Patient, nurse: User
) -> None:
    elsewhere(maria, days=90, units=205)
    assert "last three months" not in text(log_in(nurse).get(record_url(in_room)))


@pytest.mark.parametrize(
    ("units", "said"),
    [(10, ""), (11, "With more than 194 units now it may be over"), (205, "With any units now it may be over")],
)
def test_so_is_what_is_sure_to_be_left_beside_a_session_of_unknown_units(
    in_room: TreatmentSession, elsewhere: Elsewhere, maria: Patient, nurse: User, units: int, said: str
) -> None:
    elsewhere(maria, days=90, units=units)
    page = text(log_in(nurse).get(record_url(in_room)))
    assert ("Nobody wrote down" in page) is bool(said)
    assert said in page


def test_so_is_what_a_prescriber_decides_about_and_whose_licence_has_run_out(
    in_room: TreatmentSession, maria: Patient, front_desk: User, nurse: User
) -> None:
    close(effect=told(maria, front_desk, days=60), outcome="recovered", advice="Gone", by=nurse, at=NOW)
    Patient.objects.filter(pk=maria.pk).update(birth_date=TODAY.replace(year=TODAY.year - 17))
    InjectingPolicy.objects.create(clinic=in_room.clinic, licence_required=True)
    page = text(log_in(nurse).get(record_url(in_room)))
    assert "Trouble swallowing was reported on Thursday 24 September 2026. Only a prescriber may decide" in page
    assert "The person is under 18. Only a prescriber may decide to go on." in page
    assert "No licence is on record for this injector." in page


def test_the_form_leads_to_where_a_clinician_settles_it(
    in_room: TreatmentSession, maria: Patient, front_desk: User, nurse: User
) -> None:
    place = reverse("treatments:effect", args=[told(maria, front_desk, days=60).uid])
    page = text(log_in(nurse).get(record_url(in_room)))
    assert f'<a href="{place}">Settle it</a>' in page


def test_one_that_was_settled_since_the_last_dose_is_for_a_prescriber(
    outcome: Outcome, maria: Patient, front_desk: User, nurse: User, prescriber: User
) -> None:
    close(effect=told(maria, front_desk, days=60), outcome="recovered", advice="Gone", by=nurse, at=NOW)
    assert "Trouble swallowing was reported" in outcome(nurse, go_on_reason="Gone by now")
    assert outcome(prescriber, go_on_reason="Examined, gone for six weeks") == "signed"


def test_one_from_before_the_last_dose_was_looked_at_then(
    outcome: Outcome, maria: Patient, front_desk: User, nurse: User
) -> None:
    close(effect=told(maria, front_desk, days=85), outcome="recovered", advice="Gone", by=nurse, at=NOW)
    assert outcome(nurse) == "signed"


def test_an_effect_that_came_of_a_session_keeps_nobody_from_correcting_its_record(
    in_room: TreatmentSession, outcome: Outcome, maria: Patient, front_desk: User, nurse: User
) -> None:
    outcome(nurse)
    in_room.refresh_from_db()
    report(patient=maria, told=Told(["breathing"], Severity.MILD, TODAY), by=front_desk, at=NOW + DAY)
    assert in_room.record is not None
    kept = recording.correct_record(record=in_room.record, found=findings(), reason="Slip", by=nurse, at=NOW + 2 * DAY)
    assert kept.started_at == in_room.record.started_at  # when it was given did not change


def test_a_dose_that_was_told_later_keeps_nobody_from_correcting_a_record(
    in_room: TreatmentSession, outcome: Outcome, elsewhere: Elsewhere, maria: Patient, nurse: User
) -> None:
    outcome(nurse)
    in_room.refresh_from_db()
    elsewhere(maria, days=30, units=300)
    OutsideDose.objects.update(told_at=NOW + DAY)
    assert in_room.record is not None
    recording.correct_record(record=in_room.record, found=findings(), reason="Slip", by=nurse, at=NOW + 2 * DAY)


def test_what_is_asked_of_injectors_since_keeps_nobody_from_correcting_a_record(
    in_room: TreatmentSession, outcome: Outcome, nurse: User
) -> None:
    outcome(nurse)
    in_room.refresh_from_db()
    InjectingPolicy.objects.create(clinic=in_room.clinic, training_required=True)
    assert in_room.record is not None
    recording.correct_record(record=in_room.record, found=findings(), reason="Slip", by=nurse, at=NOW + 2 * DAY)


@pytest.mark.parametrize(("days", "refused"), [(1, True), (0, False)])
def test_a_reason_to_be_early_is_for_the_day_it_was_given_for(
    course: Course, osei: Injector, nurse: User, prescriber: User, days: int, refused: bool
) -> None:
    course.sessions.update(given_on=TODAY - 60 * DAY)
    early = {"due_on": TODAY + 24 * DAY, "early_reason": "Worn off", "early_by": prescriber}
    session = make_session(course, osei, NOW + days * DAY, status=Status.IN_ROOM, **early)
    signing = pytest.raises(Refused, match="refused") if refused else nullcontext()
    with signing:
        recording.sign_session(session=session, found=findings(), by=nurse, at=NOW)
