"""The level before treatment: frozen with the first signature, corrected by a new version, and made anew after a stop."""

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from clinic.models import AuditEntry, Injector, User
from patients.actions.baseline import Refused, move_baseline, write_baseline
from patients.eligibility import Count
from patients.models import Assessment, Baseline, DiaryDay, Patient
from tests.builders import NOW, TODAY, make_assessment, make_course, make_session
from tests.conftest import log_in
from tests.pages import text
from tests.treatments.test_recording import sign
from treatments.courses import NotAllowed, close_course, open_course
from treatments.models import Course, OutcomeScore, Status, TreatmentSession
from treatments.response.reading import response_of

ONE = dt.timedelta(days=1)


def keep_diary(patient: Patient, first: dt.date, days: int, *, headache: int, **facts: Any) -> None:
    """Fill so many days from ``first`` on, the first of them with 5 hours of headache."""
    DiaryDay.objects.bulk_create(
        DiaryDay(
            clinic=patient.clinic,
            patient=patient,
            date=first + place * ONE,
            headache_hours=Decimal(5 if place < headache else 0),
            migraine=place < headache // 2,
            entered_at=NOW,
            **{"source": "patient"} | facts,
        )
        for place in range(days)
    )


@pytest.fixture
def in_room(maria: Patient, osei: Injector, prescriber: User) -> TreatmentSession:
    """Maria, in the room for her first session, on a signed assessment with 20 headache days."""
    course = make_course(maria)
    course.assessment = make_assessment(course.patient, signed_by=prescriber)
    course.save()
    return make_session(course, osei, NOW, status=Status.IN_ROOM, due_on=TODAY)


def level_of(patient: Patient) -> Baseline:
    """Return the level that counts."""
    return Baseline.objects.newest().filter(patient=patient)[0]


def test_the_first_signature_freezes_the_diarys_28_days(in_room: TreatmentSession, nurse: User, maria: Patient) -> None:
    keep_diary(maria, TODAY - 28 * ONE, 24, headache=18, triptan_doses=1, nausea=True)
    keep_diary(maria, TODAY - 40 * ONE, 12, headache=12)  # before the window
    OutcomeScore.objects.create(
        clinic=maria.clinic, patient=maria, taken_on=TODAY - 2 * ONE, hit6=66, entered_at=NOW, entered_by=nurse
    )
    sign(in_room, nurse)
    level = level_of(maria)
    assert (level.source, level.given_on, level.last, level.days_recorded) == ("diary", TODAY, TODAY - ONE, 24)
    assert (level.headache_days, level.migraine_days, level.long_headache_days) == (18, 9, 18)
    assert (level.headache_hours, level.medicine_days, level.hit6, level.symptoms["nausea"]) == (90, 24, 66, 24)
    assert (level.frozen_by, level.frozen_at) == (nurse, NOW)
    assert AuditEntry.objects.filter(kind="baseline", action="create", subject=level.uid).exists()


def test_without_a_diary_the_signed_assessment_is_the_level_and_says_so(
    in_room: TreatmentSession, nurse: User, maria: Patient
) -> None:
    sign(in_room, nurse)
    level = level_of(maria)
    assert (level.source, level.headache_days, level.migraine_days, level.days_recorded) == ("assessment", 20, 12, None)
    assert level.assessment == in_room.course.assessment
    page = log_in(nurse).get(reverse("patients:detail", args=[maria.uid])).content.decode()
    assert "Signed assessment, for the 28 days to 22 Nov 2026" in page


@pytest.mark.parametrize(("recorded", "review"), [(1, True), (19, True), (20, False), (28, False)])
def test_fewer_than_20_days_need_review(
    in_room: TreatmentSession, nurse: User, maria: Patient, recorded: int, review: bool
) -> None:
    keep_diary(maria, TODAY - 28 * ONE, recorded, headache=1)
    sign(in_room, nurse)
    assert level_of(maria).needs_review is review
    page = log_in(nurse).get(reverse("patients:detail", args=[maria.uid])).content.decode()
    assert ("a prescriber settles what counts" in page) is review


def test_headaches_of_unknown_length_leave_the_hours_unknown(
    in_room: TreatmentSession, nurse: User, maria: Patient
) -> None:
    keep_diary(maria, TODAY - 28 * ONE, 27, headache=10)
    DiaryDay.objects.create(
        clinic=maria.clinic, patient=maria, date=TODAY - ONE, headache_hours=None, source="paper", entered_at=NOW
    )
    sign(in_room, nurse)
    level = level_of(maria)
    assert (level.headache_days, level.headache_hours, level.long_headache_days) == (11, None, None)


@pytest.mark.parametrize(
    ("source", "headache", "medicine_days", "nausea"),
    [("paper", 10, None, None), ("import", 10, 0, None), ("paper", 0, None, 0), ("clinic", 10, 0, 0)],
)
def test_what_a_sheet_or_a_list_has_no_place_for_is_not_none(
    in_room: TreatmentSession, nurse: User, maria: Patient, source: str, headache: int,
    medicine_days: int | None, nausea: int | None,
) -> None:  # fmt: skip
    keep_diary(maria, TODAY - 28 * ONE, 28, headache=headache, source=source)
    sign(in_room, nurse)
    level = level_of(maria)
    assert (level.medicine_days, level.symptoms.get("nausea")) == (medicine_days, nausea)


def test_a_later_session_freezes_nothing(in_room: TreatmentSession, osei: Injector, nurse: User) -> None:
    sign(in_room, nurse)
    later = NOW + dt.timedelta(days=84)
    second = make_session(in_room.course, osei, later, status=Status.IN_ROOM, due_on=later.date())
    sign(second, nurse, at=later)
    assert Baseline.objects.count() == 1


def test_who_was_treated_elsewhere_has_no_level_until_it_is_written_down(
    maria: Patient, osei: Injector, nurse: User, prescriber: User
) -> None:
    before = TODAY - dt.timedelta(days=84)
    course = make_course(maria, last_given_on=before, injector=osei)
    keep_diary(maria, TODAY - 28 * ONE, 28, headache=6)
    sign(make_session(course, osei, NOW, status=Status.IN_ROOM, due_on=TODAY), nurse)
    assert not Baseline.objects.exists()
    data = {"headache_days": "22", "reason": "Letter of the clinic before"}
    answer = log_in(prescriber).post(reverse("treatments:write_level", args=[course.uid]), data)
    assert answer.status_code == 302
    assert (level_of(maria).source, level_of(maria).given_on, level_of(maria).headache_days) == ("told", before, 22)


def test_the_database_refuses_any_change_to_it(in_room: TreatmentSession, nurse: User, maria: Patient) -> None:
    sign(in_room, nurse)
    with pytest.raises(IntegrityError, match="baseline_is_frozen"), transaction.atomic():
        Baseline.objects.update(headache_days=28)
    with pytest.raises(IntegrityError, match="baseline_is_frozen"), transaction.atomic():
        Baseline.objects.all().delete()
    with pytest.raises(IntegrityError, match="baseline_is_frozen"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE patients_baseline SET headache_days = 1")
    assert level_of(maria).headache_days == 20


def test_what_is_typed_later_does_not_change_the_response(
    in_room: TreatmentSession, nurse: User, maria: Patient
) -> None:
    keep_diary(maria, TODAY - 28 * ONE, 28, headache=20)
    sign(in_room, nurse)
    DiaryDay.objects.filter(patient=maria).update(headache_hours=0, migraine=False)
    later = TODAY + dt.timedelta(days=84)
    keep_diary(maria, later - 28 * ONE, 28, headache=10)
    in_room.refresh_from_db()
    found = response_of(maria, [in_room], DiaryDay.objects.filter(patient=maria).facts(), later).response
    assert found.latest
    assert found.latest.fewer == 50


def numbers(**changes: int | None) -> dict[str, int | None]:
    """Return the counts of a correction."""
    return {"headache_days": 24, "migraine_days": None, **changes}


class TestACorrection:
    """A new version with a reason; the old one stays."""

    @pytest.fixture
    def level(self, in_room: TreatmentSession, nurse: User, maria: Patient) -> Baseline:
        """Maria's level, frozen by the nurse's signature."""
        sign(in_room, nurse)
        return level_of(maria)

    def write(self, level: Baseline, by: User, reason: str = "Paper diary found") -> Baseline:
        """Correct it."""
        return write_baseline(
            patient=level.patient,
            given_on=level.given_on,
            numbers=numbers(),
            reason=reason,
            by=by,
            at=NOW + ONE,
            corrects=level,
        )

    def test_it_counts_and_the_old_one_stays(self, level: Baseline, prescriber: User, maria: Patient) -> None:
        new = self.write(level, prescriber)
        assert level_of(maria) == new
        assert Baseline.objects.get(pk=level.pk).headache_days == 20
        url = reverse("treatments:level", args=[Course.objects.get(patient=maria).uid])
        page = log_in(prescriber).get(url).content.decode()
        assert "Paper diary found" in page
        assert "Before it was corrected" in page

    def test_it_says_why(self, level: Baseline, prescriber: User) -> None:
        with pytest.raises(Refused, match="Say why"):
            self.write(level, prescriber, reason=" ")

    def test_it_is_a_prescribers(self, level: Baseline, nurse: User) -> None:
        with pytest.raises(PermissionDenied):
            self.write(level, nurse)
        url = reverse("treatments:write_level", args=[Course.objects.get(patient=level.patient).uid])
        assert log_in(nurse).post(url, {"headache_days": "24", "reason": "Why"}).status_code == 403

    def test_the_second_of_two_is_told(self, level: Baseline, prescriber: User) -> None:
        self.write(level, prescriber)
        with pytest.raises(Refused, match="at the same moment"):
            self.write(level, prescriber)

    def test_one_who_writes_while_the_day_is_corrected_is_told(self, level: Baseline, prescriber: User) -> None:
        earlier = level.given_on - ONE
        move_baseline(
            patient=level.patient, before=level.given_on, given_on=earlier, reason="Wrong day", by=prescriber, at=NOW
        )
        with pytest.raises(Refused, match="at the same moment"):
            self.write(level, prescriber)

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            ({"headache_days": "29"}, "enter a whole number from 0 to 28"),
            ({"headache_days": "20", "migraine_days": "21"}, "21 is more than the 20 headache days"),
            ({"headache_days": "1", "migraine_days": "2"}, "2 is more than the 1 headache day."),
            ({"headache_days": "20", "days_recorded": "19"}, "20 is more than the 19 recorded days"),
            ({"headache_days": "20", "hit6": "35"}, "HIT-6 total is a number from 36 to 78."),
            ({"headache_days": "20", "hit6": "79"}, "HIT-6 total is a number from 36 to 78."),
            ({"headache_days": "20", "reason": ""}, "Say why, and where the numbers come from."),
        ],
    )
    def test_bad_numbers_are_refused_in_words(
        self, level: Baseline, prescriber: User, data: dict[str, str], words: str
    ) -> None:
        url = reverse("treatments:write_level", args=[Course.objects.get(patient=level.patient).uid])
        answer = log_in(prescriber).post(url, {"reason": "Typed"} | data)
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert Baseline.objects.count() == 1


def test_a_restart_freezes_a_new_level_and_keeps_the_old(
    in_room: TreatmentSession, osei: Injector, nurse: User, prescriber: User, maria: Patient
) -> None:
    keep_diary(maria, TODAY - 28 * ONE, 28, headache=24)
    sign(in_room, nurse)
    stopped = NOW + dt.timedelta(days=100)
    close_course(course=in_room.course, reason="Episodic by now", by=prescriber, at=stopped)
    again = stopped + dt.timedelta(days=130)
    keep_diary(maria, again.date() - 28 * ONE, 28, headache=16)
    assessment = make_assessment(maria, signed_by=prescriber, assessed_on=again.date())
    course = open_course(assessment=assessment, by=prescriber, at=again)
    sign(make_session(course, osei, again, status=Status.IN_ROOM, due_on=again.date()), nurse, at=again)
    assert [one.headache_days for one in Baseline.objects.newest().filter(patient=maria)] == [16, 24]


def test_a_restart_needs_an_assessment_from_after_the_stop(
    in_room: TreatmentSession, nurse: User, prescriber: User
) -> None:
    sign(in_room, nurse)
    old = in_room.course.assessment
    assert old
    close_course(course=in_room.course, reason="Episodic by now", by=prescriber, at=NOW + ONE)
    with pytest.raises(NotAllowed, match="from before the last course ended"):
        open_course(assessment=old, by=prescriber, at=NOW + 2 * ONE)
    new = make_assessment(old.patient, signed_by=prescriber, assessed_on=TODAY + ONE)
    assert open_course(assessment=new, by=prescriber, at=NOW + 2 * ONE).pk


class TestARenewal:
    """An assessment to go on takes the frozen level, and nobody is asked for it."""

    ANSWERS: ClassVar = {"profile": "nice:continue", "source": "clinic", "headache_days": "14", "cycles": "2"}

    def assess(self, user: User, patient: Patient, **changes: str) -> Assessment:
        """Assess by NICE to continue."""
        url = reverse("patients:assess", args=[patient.uid])
        assert log_in(user).post(url, self.ANSWERS | changes).status_code == 302
        return Assessment.objects.get(patient=patient, signed_at__isnull=True)

    def test_it_rests_on_the_frozen_level_whatever_somebody_types(
        self, in_room: TreatmentSession, nurse: User, maria: Patient
    ) -> None:
        sign(in_room, nurse)
        found = self.assess(nurse, maria, baseline_days="28").findings()
        assert found.baseline == Count(20)
        assert found.where("baseline") == "Signed assessment, for the 28 days to 22 Nov 2026"
        page = log_in(nurse).get(reverse("patients:assess", args=[maria.uid]) + "?profile=nice:continue")
        shown = text(page)
        assert "baseline_days" not in shown
        assert (
            "Before treatment: 20 headache days in 28. Signed assessment, for the 28 days to 22 Nov 2026, frozen"
            in shown
        )

    def test_too_thin_a_level_needs_review(self, in_room: TreatmentSession, nurse: User, maria: Patient) -> None:
        keep_diary(maria, TODAY - 28 * ONE, 19, headache=19)
        sign(in_room, nurse)
        draft = self.assess(nurse, maria)
        assert draft.outcome == "review"
        assert "not enough days recorded to judge" in str(draft.criteria)

    def test_without_a_frozen_level_it_asks(self, maria: Patient, nurse: User) -> None:
        assert self.assess(nurse, maria, baseline_days="20").findings().baseline == Count(20)
