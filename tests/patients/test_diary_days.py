"""The diary by hand: what is kept, what is refused, and what two sources say of one day."""

import datetime as dt
import html
import re
from decimal import Decimal
from typing import Any
from urllib.parse import urljoin

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from clinic.models import AuditEntry, User
from clinic.wording import day_words
from patients.actions import diary_days
from patients.actions.diary_days import DayFacts, Refused, Written, settle_claim, write_days
from patients.actions.holding import hold
from patients.diary import Day, count
from patients.forms.diary import facts_of
from patients.models import DiaryClaim, DiaryDay, Patient
from patients.models.diary import DOSES
from tests.builders import NOW, TODAY, make_patient
from tests.conftest import log_in
from tests.pages import text

pytestmark = pytest.mark.django_db
YESTERDAY = TODAY - dt.timedelta(days=1)
PAPER, CLINIC, PATIENT = DiaryDay.Source.PAPER, DiaryDay.Source.CLINIC, DiaryDay.Source.PATIENT


def write(
    patient: Patient, by: User | None, source: DiaryDay.Source = PAPER, on: dt.date = YESTERDAY, **facts: Any
) -> Written:
    facts = facts or {"headache_hours": None, "migraine": True}
    return write_days(patient=patient, days=[DayFacts(on, facts)], source=source, by=by, at=NOW)


def seen_on(page: str) -> str:
    """Return which two answers a page showed."""
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found
    return html.unescape(found[1])


def test_a_headache_of_unknown_length_is_a_headache_day(maria: Patient, nurse: User) -> None:
    assert write(maria, nurse) == Written(new=1)
    row = DiaryDay.objects.get()
    window = count([Day(row.date, row.headache_hours, row.migraine)], YESTERDAY)
    assert (window.headache_days, window.long_headache_days, window.hours_unknown) == (1, 0, 1)


def test_a_day_that_staff_wrote_has_its_author(maria: Patient, nurse: User) -> None:
    write(maria, nurse)
    assert DiaryDay.history.get().history_user == nurse


def test_the_front_desk_settles_nothing_that_two_sources_say(maria: Patient, nurse: User, front_desk: User) -> None:
    write(maria, nurse, PATIENT, headache_hours=Decimal(0))
    write(maria, nurse, CLINIC)
    with pytest.raises(Refused, match="Your role"):
        settle_claim(claim=DiaryClaim.objects.get(), take=True, reason="She says so", by=front_desk, at=NOW)


@pytest.mark.parametrize("column", DOSES.values())
def test_the_square_of_a_day_says_that_medicine_was_taken_whichever_it_was(
    maria: Patient, nurse: User, column: str
) -> None:
    taken: dict[str, Any] = {"headache_hours": Decimal(6), column: 1}
    write(maria, nurse, CLINIC, **taken)
    write(maria, nurse, CLINIC, on=YESTERDAY - dt.timedelta(days=1), headache_hours=Decimal(6))
    page = log_in(nurse).get(reverse("patients:diary", args=[maria.uid])).content.decode()
    assert page.count("● medicine") == 1


def test_the_same_again_changes_nothing(maria: Patient, nurse: User) -> None:
    write(maria, nurse)
    assert write(maria, nurse) == Written(same=1)
    assert DiaryDay.history.count() == 1


def test_a_change_by_the_same_source_keeps_what_it_said(maria: Patient, nurse: User) -> None:
    write(maria, nurse)
    assert write(maria, nurse, headache_hours=Decimal(5)) == Written(changed=1)
    assert DiaryDay.history.count() == 2


def test_another_source_is_set_beside_it_and_overwrites_nothing(maria: Patient, nurse: User) -> None:
    write(maria, nurse, PATIENT, headache_hours=Decimal(0))
    assert write(maria, nurse, CLINIC) == Written(disputed=1)
    assert DiaryDay.objects.get().headache_hours == 0
    assert DiaryClaim.objects.get().letter == "M"


def test_a_day_that_a_list_brings_at_the_same_moment_stands_and_what_the_person_says_beside_it(
    maria: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def after_the_list(patient: Patient) -> None:
        hold(patient)
        own = {"clinic": maria.clinic, "patient": maria, "date": YESTERDAY}
        DiaryDay.objects.create(**own, migraine=True, source="import", entered_at=NOW)

    def beaten_by_the_list(*_row: object) -> None:
        monkeypatch.undo()
        monkeypatch.setattr(diary_days, "hold_to_write", after_the_list)
        raise IntegrityError

    monkeypatch.setattr(diary_days, "_write", beaten_by_the_list)
    assert write(maria, None, PATIENT, headache_hours=Decimal(0)) == Written(disputed=1)


def test_a_person_settles_which_counts(maria: Patient, nurse: User) -> None:
    write(maria, nurse, PATIENT, headache_hours=Decimal(0))
    write(maria, nurse, CLINIC, headache_hours=Decimal("5.5"), migraine=True)
    claim = DiaryClaim.objects.get()
    settle_claim(claim=claim, take=True, reason="She remembered", by=nurse, at=NOW)
    row = DiaryDay.objects.get()
    assert (row.headache_hours, row.migraine, row.source) == (Decimal("5.5"), True, CLINIC)
    with pytest.raises(Refused, match="already"):
        settle_claim(claim=claim, take=False, reason="Again", by=nurse, at=NOW)


def test_keeping_the_first_source_changes_nothing(maria: Patient, nurse: User) -> None:
    write(maria, nurse, PATIENT, headache_hours=Decimal(0))
    write(maria, nurse, CLINIC)
    settle_claim(claim=DiaryClaim.objects.get(), take=False, reason="Her own word", by=nurse, at=NOW)
    assert DiaryDay.objects.get().source == PATIENT


def test_what_was_settled_stays_on_record_when_the_same_is_said_again(maria: Patient, nurse: User) -> None:
    write(maria, nurse, PATIENT, headache_hours=Decimal(0))
    write(maria, nurse, CLINIC)
    settle_claim(claim=DiaryClaim.objects.get(), take=True, reason="She remembered", by=nurse, at=NOW)
    assert write(maria, nurse, CLINIC) == Written(same=1)
    assert DiaryClaim.objects.get().settled_by == nurse


def test_what_two_sources_say_is_not_settled_without_a_reason(maria: Patient, nurse: User) -> None:
    write(maria, nurse, PATIENT, headache_hours=Decimal(0))
    write(maria, nurse, CLINIC)
    with pytest.raises(Refused, match="Say why"):
        settle_claim(claim=DiaryClaim.objects.get(), take=True, reason=" ", by=nurse, at=NOW)


@pytest.mark.parametrize("letter", ["M", "H"])
def test_a_letter_is_taken_though_the_person_made_the_day_clear_meanwhile(
    maria: Patient, nurse: User, letter: str
) -> None:
    write(maria, None, PATIENT, headache_hours=Decimal(5), worst_pain=2, migraine=letter == "H")
    write(maria, nurse, PAPER, **facts_of(letter, DiaryDay.objects.get()))
    write(maria, None, PATIENT, headache_hours=Decimal(0), worst_pain=0, migraine=False)
    claim = DiaryClaim.objects.get()
    assert claim.letter == letter
    settle_claim(claim=claim, take=True, reason="She remembered", by=nurse, at=NOW)
    row = DiaryDay.objects.get()
    assert (row.letter, row.headache_hours, row.worst_pain) == (letter, None, None)


def test_a_day_that_was_settled_as_clear_keeps_no_signs(maria: Patient, nurse: User) -> None:
    write(maria, None, PATIENT, headache_hours=Decimal(5), worst_pain=2, migraine=True, nausea=True)
    write(maria, nurse, CLINIC, headache_hours=Decimal(0), migraine=False)
    settle_claim(claim=DiaryClaim.objects.get(), take=True, reason="Another day", by=nurse, at=NOW)
    assert count(DiaryDay.objects.facts(), YESTERDAY).symptoms["nausea"] == 0
    assert DiaryDay.objects.get().worst_pain == 0


def test_an_answer_whose_day_is_gone_is_settled_all_the_same(maria: Patient, nurse: User) -> None:
    write(maria, nurse, PATIENT, headache_hours=Decimal(0))
    write(maria, nurse, CLINIC, headache_hours=Decimal("5.5"))
    DiaryDay.objects.all().delete()
    settle_claim(claim=DiaryClaim.objects.get(), take=True, reason="She remembered", by=nurse, at=NOW)
    assert DiaryDay.objects.get().headache_hours == Decimal("5.5")


@pytest.mark.parametrize(
    ("on", "facts", "words"),
    [
        (TODAY, {"migraine": False}, "not over yet"),
        (TODAY + dt.timedelta(days=1), {"migraine": False}, "not over yet"),
        (dt.date(1984, 4, 16), {"migraine": False}, "before the person was born"),
        (YESTERDAY, {"headache_hours": Decimal(25)}, "A day has 24 hours."),
        (YESTERDAY, {"headache_hours": Decimal(0), "migraine": True}, "A migraine day has a headache"),
        (YESTERDAY, {"headache_hours": Decimal(0), "worst_pain": 2}, "A clear day has no pain"),
    ],
)
def test_a_day_that_makes_no_sense_is_refused(
    maria: Patient, nurse: User, on: dt.date, facts: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        write(maria, nurse, on=on, **facts)
    assert not DiaryDay.objects.exists()


def test_all_of_a_sheet_is_kept_or_none(maria: Patient, nurse: User) -> None:
    days = [DayFacts(YESTERDAY, {"migraine": False}), DayFacts(TODAY, {"migraine": False})]
    with pytest.raises(Refused):
        write_days(patient=maria, days=days, source=PAPER, by=nurse, at=NOW)
    assert not DiaryDay.objects.exists()


def test_the_front_desk_writes_no_diary(maria: Patient, front_desk: User) -> None:
    with pytest.raises(Refused, match="Your role"):
        write(maria, front_desk)


@pytest.mark.parametrize("facts", [{"headache_hours": Decimal(25)}, {"worst_pain": 4}, {"function_lost": 4}])
def test_the_database_refuses_what_no_day_can_hold(maria: Patient, nurse: User, facts: dict[str, Any]) -> None:
    write(maria, nurse)
    with pytest.raises(IntegrityError), transaction.atomic():
        DiaryDay.objects.update(**facts)


def test_the_database_keeps_one_row_a_day(maria: Patient, nurse: User) -> None:
    write(maria, nurse)
    with pytest.raises(IntegrityError), transaction.atomic():
        DiaryDay.objects.create(
            clinic=maria.clinic, patient=maria, date=YESTERDAY, headache_hours=0, source=CLINIC, entered_at=NOW
        )


class TestPages:
    """The diary in the browser."""

    @pytest.fixture
    def clinician(self, nurse: User) -> Client:
        return log_in(nurse)

    def test_a_sheet_of_28_days_is_typed_in_one_go(self, clinician: Client, maria: Patient) -> None:
        fields = {"first": "2026-10-26", "letters": "MMH00H. MMH00H. MMH00H. MMH00H."}
        page = clinician.post(reverse("patients:diary", args=[maria.uid]), fields, follow=True).content.decode()
        assert "Diary saved: 24 days new" in page
        assert "16 headache days, 8 migraine days, 24 of 28 recorded" in page
        assert "Scaled to 28 days: 18.6 headache days" in page

    def test_a_sheet_typed_again_keeps_the_hours_that_no_letter_says(
        self, clinician: Client, maria: Patient, nurse: User
    ) -> None:
        first, second = dt.date(2026, 10, 26), dt.date(2026, 10, 27)
        known = {"headache_hours": Decimal(5), "worst_pain": 2, "migraine": False}
        write(maria, nurse, PAPER, first, **known)
        write(maria, None, PATIENT, second, **known)
        clinician.post(reverse("patients:diary", args=[maria.uid]), {"first": "2026-10-26", "letters": "MH0"})
        hours = DiaryDay.objects.order_by("date").values_list("headache_hours", "worst_pain", "migraine")
        assert list(hours) == [(Decimal(5), 2, True), (Decimal(5), 2, False), (Decimal(0), 0, False)]
        assert not DiaryClaim.objects.exists()

    def test_a_day_that_turns_out_clear_leaves_no_signs_behind(
        self, clinician: Client, maria: Patient, nurse: User
    ) -> None:
        first = dt.date(2026, 10, 26)
        write(maria, nurse, PAPER, first, headache_hours=Decimal(5), migraine=True, nausea=True)
        clinician.post(reverse("patients:diary", args=[maria.uid]), {"first": "2026-10-26", "letters": "0"})
        assert count(DiaryDay.objects.facts(), first).symptoms["nausea"] == 0

    def test_a_wrong_letter_is_named_and_the_sheet_stays(self, clinician: Client, maria: Patient) -> None:
        answer = clinician.post(reverse("patients:diary", args=[maria.uid]), {"first": "2026-10-26", "letters": "MXH"})
        assert answer.status_code == 422
        assert "Letter 2 is X." in answer.content.decode()
        assert 'value="MXH"' in answer.content.decode()
        assert not DiaryDay.objects.exists()

    def test_one_day_is_kept_in_full(self, clinician: Client, maria: Patient) -> None:
        url = reverse("patients:diary_day", args=[maria.uid, "2026-11-22"])
        fields = {
            "letter": "M",
            "headache_hours": "6.5",
            "worst_pain": "3",
            "signs": ["nausea", "smell"],
            "triptan_doses": "2",
        }
        clinician.post(url, fields)
        row = DiaryDay.objects.get()
        assert (row.headache_hours, row.worst_pain, row.nausea, row.smell, row.light) == (
            Decimal("6.5"),
            3,
            True,
            True,
            False,
        )
        assert (row.triptan_doses, row.source) == (2, "clinic")
        assert "checked" in clinician.get(url).content.decode()

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"letter": "M", "headache_hours": "25"}, "Enter hours from 0 to 24."),
            ({"letter": "M", "headache_hours": "100"}, "Enter hours from 0 to 24."),
            ({"letter": "0", "headache_hours": "3"}, "A clear day has no headache"),
            ({"letter": "0", "signs": "nausea"}, "A clear day has no headache"),
            ({"letter": "H", "headache_hours": "0"}, "A headache lasts longer than 0 hours"),
            ({}, "Choose clear, headache or migraine."),
            ({"letter": "H", "triptan_doses": "51"}, "Enter a whole number from 0 to 50."),
        ],
    )
    def test_a_day_that_makes_no_sense_is_explained(
        self, clinician: Client, maria: Patient, fields: dict[str, str], words: str
    ) -> None:
        answer = clinician.post(reverse("patients:diary_day", args=[maria.uid, "2026-11-22"]), fields)
        assert answer.status_code == 422
        page = answer.content.decode()
        assert words in page
        assert "Ensure that" not in page

    @pytest.mark.parametrize("date", ["2026-11-23", "2026-12-01", "yesterday", "2026-02-30"])
    def test_a_day_that_is_not_over_or_does_not_exist_has_no_page(
        self, clinician: Client, maria: Patient, date: str
    ) -> None:
        assert clinician.get(reverse("patients:diary_day", args=[maria.uid, date])).status_code == 404

    def test_two_answers_of_one_letter_say_in_what_they_differ(
        self, clinician: Client, maria: Patient, nurse: User
    ) -> None:
        write(maria, None, PATIENT, headache_hours=Decimal("4.50"), migraine=True, worst_pain=2, note="By the sea")
        write(maria, nurse, CLINIC, headache_hours=None, migraine=True, worst_pain=2, nausea=True, note="At work")
        page = text(clinician.get(reverse("patients:diary", args=[maria.uid])))
        assert "patient says M, clinic says M." in page
        assert "Differs: headache hours 4.5 or not known, nausea no or yes, note." in page

    def test_two_answers_are_shown_and_settled(self, clinician: Client, maria: Patient, nurse: User) -> None:
        write(maria, nurse, PATIENT, headache_hours=Decimal(0))
        write(maria, nurse, CLINIC)
        page = clinician.get(reverse("patients:diary", args=[maria.uid])).content.decode()
        assert "patient says 0, clinic says M" in page
        assert f'Keep 0<span class="visually-hidden"> for {day_words(YESTERDAY)}</span>' in page
        url = reverse("patients:settle_claim", args=[DiaryClaim.objects.get().uid])
        refused = clinician.post(url, {"take": "yes"})
        assert refused.status_code == 422
        assert "Say why." in refused.content.decode()
        clinician.post(url, {"take": "yes", "reason": "She remembered", "seen": seen_on(page)})
        assert DiaryDay.objects.get().migraine

    def test_from_an_answer_that_was_refused_the_diary_is_still_reached(
        self, clinician: Client, maria: Patient, nurse: User
    ) -> None:
        write(maria, nurse, PATIENT, headache_hours=Decimal(0))
        write(maria, nurse, CLINIC)
        url = reverse("patients:settle_claim", args=[DiaryClaim.objects.get().uid])
        page = clinician.post(url, {"take": "yes"}).content.decode()
        earlier, theme = re.search(r'href="([^"]*\?last=[^"]+)"', page), re.search(r'name="next" value="([^"]+)"', page)
        assert earlier
        assert theme
        assert [clinician.get(urljoin(url, lead[1])).status_code for lead in (earlier, theme)] == [200, 200]

    def test_what_was_written_again_since_is_not_taken_unseen(
        self, clinician: Client, maria: Patient, nurse: User
    ) -> None:
        write(maria, nurse, CLINIC)
        write(maria, None, PATIENT, headache_hours=Decimal(0), migraine=False)
        page = clinician.get(reverse("patients:diary", args=[maria.uid])).content.decode()
        later = NOW + dt.timedelta(minutes=5)
        again = DayFacts(YESTERDAY, {"headache_hours": Decimal(2), "migraine": False})
        write_days(patient=maria, days=[again], source=PATIENT, by=None, at=later)
        url = reverse("patients:settle_claim", args=[DiaryClaim.objects.get().uid])
        answer = clinician.post(url, {"take": "yes", "reason": "Her word", "seen": seen_on(page)}, follow=True)
        assert "This day was written again since you saw it." in answer.content.decode()
        assert 'value="Her word"' in answer.content.decode(), "what was typed stands there still"
        assert DiaryClaim.objects.get().settled_at is None
        assert DiaryDay.objects.get().migraine

    def test_reading_a_diary_leaves_a_trace(self, clinician: Client, maria: Patient) -> None:
        clinician.get(reverse("patients:diary", args=[maria.uid]))
        assert AuditEntry.objects.get(kind="diary").subject == maria.uid

    def test_staff_of_another_clinic_find_no_claim(self, stranger: User, maria: Patient, nurse: User) -> None:
        write(maria, nurse, PATIENT, headache_hours=Decimal(0))
        write(maria, nurse, CLINIC)
        url = reverse("patients:settle_claim", args=[DiaryClaim.objects.get().uid])
        assert log_in(stranger).post(url, {"take": "yes", "reason": "x"}).status_code == 404

    def test_the_page_costs_a_fixed_number_of_queries(
        self, clinician: Client, maria: Patient, nurse: User, django_assert_max_num_queries: Any
    ) -> None:
        make_patient(maria.clinic, "Tom", "Reid")
        for back in range(1, 25):
            write(maria, nurse, on=TODAY - dt.timedelta(days=back))
        with django_assert_max_num_queries(10):
            clinician.get(reverse("patients:diary", args=[maria.uid]))
