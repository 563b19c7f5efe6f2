"""A person's own diary: two taps on a clear day, a week on a page, two sources side by side."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils.translation import override

from clinic.models import User
from patients.actions.diary_days import DayFacts, Refused, settle_claim, write_days
from patients.models import AcuteMedication, DiaryClaim, DiaryDay, Patient
from reminders.own_pages import diary
from tests.builders import NOW, TODAY
from tests.reminders.reading import born, words

YESTERDAY = TODAY - dt.timedelta(days=1)
# At the clinic it is Monday evening, and later that night: Tuesday.
EVENING, NIGHT = NOW.replace(hour=20), NOW.replace(day=24, hour=2)
CLEAR = {"headache_hours": Decimal(0), "worst_pain": 0, "migraine": False}
SCRIPT = {"Accept": "application/json"}
HEADACHE = {"headache_hours": Decimal(6), "worst_pain": 2, "migraine": False}


@pytest.fixture
def own(phone: Client, diary_link: str) -> Client:
    """Maria's phone, which knows her date of birth."""
    phone.post(diary_link, born(17, 4, 1984))
    return phone


def say(own: Client, diary_link: str, date: dt.date, **facts: Any) -> int:
    return own.post(f"{diary_link}{date.isoformat()}/", facts).status_code


def week(**rows: dict[str, str]) -> dict[str, str]:
    """Return the week form with some days: ``d22={"letter": "0"}``."""
    return {f"202611{day[1:]}-{name}": value for day, row in rows.items() for name, value in row.items()}


def sent_until(page: bytes) -> dict[str, str]:
    """Return which week a page sends."""
    return dict(re.findall('name="(until)" value="([^"]+)"', page.decode()))


def test_a_clear_day_is_one_press(own: Client, diary_link: str) -> None:
    page = words(own.get(diary_link).content)
    assert "Did you have any headache on Sunday 22 November 2026?" in page
    response = own.post(f"{diary_link}{YESTERDAY}/", {"headache": "no"}, follow=True)
    assert "1 of 7 days done this week" in words(response.content)
    row = DiaryDay.objects.get()
    assert (row.date, row.headache_hours, row.migraine, row.source) == (YESTERDAY, Decimal(0), False, "patient")
    assert row.history.get().history_user is None


def test_yesterday_comes_first_then_today(own: Client, diary_link: str) -> None:
    say(own, diary_link, YESTERDAY, headache="no")
    assert "on Monday 23 November 2026?" in words(own.get(diary_link).content)


@pytest.mark.parametrize(("zone", "days"), [("America/New_York", (22, 23)), ("Pacific/Auckland", (23, 24))])
def test_a_day_begins_and_ends_where_the_person_lives(
    own: Client, diary_link: str, maria: Patient, zone: str, days: tuple[int, int]
) -> None:
    Patient.objects.filter(pk=maria.pk).update(timezone=zone)
    with time_machine.travel(EVENING if zone == "Pacific/Auckland" else NIGHT, tick=False):
        for day in days:
            assert f"headache on {dt.date(2026, 11, day):%A} {day} November" in words(own.get(diary_link).content)
            assert say(own, diary_link, dt.date(2026, 11, day), headache="no") == 302
        assert say(own, diary_link, dt.date(2026, 11, days[1] + 1), headache="no") == 404


def test_a_headache_day_is_kept_with_its_signs(own: Client, diary_link: str) -> None:
    signs = ["one_sided", "nausea", "vomiting", "light", "sound", "smell"]
    say(own, diary_link, YESTERDAY, worst_pain="3", signs=signs, headache_hours="5.5", triptan_doses="2")
    row = DiaryDay.objects.get()
    assert (row.worst_pain, row.headache_hours, row.triptan_doses, row.migraine) == (3, Decimal("5.5"), 2, True)
    assert all(getattr(row, name) for name in signs)
    assert not row.pulsating


@pytest.mark.parametrize(("signs", "migraine"), [([], False), (["migraine"], True), (["one_sided", "nausea"], True)])
def test_signs_or_the_persons_own_word_make_a_migraine(
    own: Client, diary_link: str, signs: list[str], migraine: bool
) -> None:
    say(own, diary_link, YESTERDAY, worst_pain="2", signs=signs)
    assert DiaryDay.objects.get().migraine is migraine


def test_medicines_on_record_are_asked_for_by_name(own: Client, diary_link: str, maria: Patient) -> None:
    AcuteMedication.objects.create(
        clinic=maria.clinic, patient=maria, drug_class="gepant", drug="Rimegepant", days_a_month=4, told_on=TODAY
    )
    page = words(own.get(diary_link).content)
    assert "Rimegepant" in page
    assert "Painkillers" not in page
    say(own, diary_link, YESTERDAY, worst_pain="1", gepant_doses="1")
    assert DiaryDay.objects.get().gepant_doses == 1


@pytest.mark.parametrize(
    ("facts", "words_"),
    [
        ({}, "Choose how bad it was."),
        ({"worst_pain": "4"}, "Choose how bad it was."),
        ({"worst_pain": "1", "headache_hours": "25"}, "Enter hours from 0.25 to 24, or leave it empty."),
        ({"worst_pain": "1", "triptan_doses": "x"}, "Enter a whole number from 0 to 50."),
        ({"worst_pain": "1", "signs": "tail"}, "Choose from the signs on the page."),
    ],
)
def test_bad_input_is_said_in_words_and_nothing_typed_is_lost(
    own: Client, diary_link: str, facts: dict[str, str], words_: str
) -> None:
    response = own.post(f"{diary_link}{YESTERDAY}/", facts | {"simple_analgesic_doses": "3"})
    page = response.content.decode()
    assert response.status_code == 422
    assert page.count(words_) == 2 or "signs on the page" in page
    assert 'name="simple_analgesic_doses" value="3"' in page
    assert re.search(r"<title>\s*Error:", page)
    assert not DiaryDay.objects.exists()


def test_what_is_wrong_is_listed_as_the_page_goes_on_and_says_of_which_medicine(own: Client, diary_link: str) -> None:
    wrong = {"worst_pain": "4", "headache_hours": "25", "simple_analgesic_doses": "99", "triptan_doses": "99"}
    summary = words(own.post(f"{diary_link}{YESTERDAY}/", wrong).content).partition("Did you have")[0]
    said = ("how bad it was", "Painkillers: Enter a whole", "Triptans: Enter a whole", "Enter hours")
    places = [summary.find(one) for one in said]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize("date", ["2026-11-24", "2026-10-26", "2026-02-30", "nonsense"])
def test_days_ahead_and_days_long_past_have_no_page(own: Client, diary_link: str, date: str) -> None:
    assert own.get(f"{diary_link}{date}/").status_code == 404
    assert own.post(f"{diary_link}{date}/", {"headache": "no"}).status_code == 404


def test_a_changed_day_keeps_what_it_said_before(own: Client, diary_link: str) -> None:
    say(own, diary_link, YESTERDAY, worst_pain="3", signs=["nausea", "one_sided"])
    say(own, diary_link, YESTERDAY, headache="no")
    row = DiaryDay.objects.get()
    assert (row.letter, row.nausea, row.worst_pain) == ("0", False, 0)
    assert row.history.count() == 2


@pytest.mark.parametrize("language", Patient.Language.values)
def test_the_hours_of_a_day_stay_in_their_box_in_every_language(own: Client, diary_link: str, language: str) -> None:
    say(own, diary_link, YESTERDAY, worst_pain="2", headache_hours="2.5")
    own.cookies["language"] = language
    page = own.get(f"{diary_link}{YESTERDAY}/").content.decode()
    # A browser empties a box for numbers that holds "2,50": to save the day then took its hours away.
    assert 'name="headache_hours" value="2.50"' in page


def test_what_the_clinic_wrote_is_shown_beside_and_both_are_kept(
    own: Client, diary_link: str, maria: Patient, prescriber: User
) -> None:
    days = [DayFacts(YESTERDAY, HEADACHE)]
    write_days(patient=maria, days=days, source=DiaryDay.Source.CLINIC, by=prescriber, at=NOW)
    page = words(own.get(f"{diary_link}{YESTERDAY}/").content)
    assert "The clinic wrote: Headache, middling." in page
    response = own.post(f"{diary_link}{YESTERDAY}/", {"headache": "no"}, follow=True)
    page = words(response.content)
    assert "The clinic wrote: Headache, middling." in page
    assert "You wrote: No headache. Both are kept" in page
    assert (DiaryDay.objects.get().source, DiaryClaim.objects.get().source) == ("clinic", "patient")
    settle_claim(claim=DiaryClaim.objects.get(), take=True, reason="asked again", by=prescriber, at=NOW)
    assert DiaryDay.objects.get().letter == "0"


def test_who_comes_to_say_the_same_disputes_it_no_more(
    own: Client, diary_link: str, maria: Patient, prescriber: User
) -> None:
    days = [DayFacts(YESTERDAY, HEADACHE)]
    write_days(patient=maria, days=days, source=DiaryDay.Source.CLINIC, by=prescriber, at=NOW)
    say(own, diary_link, YESTERDAY, headache="no")
    say(own, diary_link, YESTERDAY, worst_pain="2", headache_hours="6")
    assert not DiaryClaim.objects.exists()


def test_a_week_is_kept_in_one_go(own: Client, diary_link: str) -> None:
    form = week(
        d17={"letter": "M", "triptan_doses": "1"},
        d18={"same": "on"},
        d19={"same": "on"},
        d20={"letter": "H"},
        d21={"letter": "0"},
        d22={"same": "on"},
    )
    response = own.post(f"{diary_link}week/?back=0", form, follow=True)
    assert "Saved. 6 of 7 days done" in words(response.content)
    assert [day.letter for day in DiaryDay.objects.order_by("date")] == ["M", "M", "M", "H", "0", "0"]
    assert list(DiaryDay.objects.order_by("date").values_list("triptan_doses", flat=True)) == [1, 1, 1, 0, 0, 0]


def test_a_day_sent_alone_is_kept_alone(own: Client, diary_link: str) -> None:
    form = week(d17={"letter": "M"}, d18={"letter": "0"}) | {"only": "20261118"}
    answer = own.post(f"{diary_link}week/?back=0", form, headers=SCRIPT)
    assert answer.status_code == 204
    assert DiaryDay.objects.get().date == dt.date(2026, 11, 18)


def test_a_wrong_day_of_a_week_does_not_lose_the_others(own: Client, diary_link: str) -> None:
    form = week(d17={"letter": "M"}, d18={"letter": "X"}, d19={"letter": "0", "triptan_doses": "99"})
    response = own.post(f"{diary_link}week/?back=0", form)
    page = words(response.content)
    assert response.status_code == 422
    assert "The other days are saved." in page
    assert "Wednesday 18 November 2026: Choose no headache, headache or migraine." in page
    assert "Thursday 19 November 2026: Triptans: Enter a whole number from 0 to 50." in page
    assert DiaryDay.objects.get().letter == "M"


def test_medicine_of_a_day_without_a_word_on_it_is_asked_about_and_not_dropped(own: Client, diary_link: str) -> None:
    response = own.post(f"{diary_link}week/", week(d21={"letter": "0"}, d22={"triptan_doses": "2"}))
    page = response.content.decode()
    assert response.status_code == 422
    assert "Sunday 22 November 2026: Choose no headache, headache or migraine." in words(response.content)
    assert 'name="20261122-triptan_doses" value="2"' in page
    assert DiaryDay.objects.get().date.day == 21


def test_a_week_sent_unchanged_takes_no_details_away(own: Client, diary_link: str) -> None:
    say(own, diary_link, YESTERDAY, worst_pain="3", signs=["nausea", "one_sided"], triptan_doses="1")
    own.post(f"{diary_link}week/?back=0", week(d22={"letter": "M", "triptan_doses": "1"}))
    row = DiaryDay.objects.get()
    assert (row.worst_pain, row.nausea, row.history.count()) == (3, True, 1)


def test_weeks_before_can_be_filled_in_too(own: Client, diary_link: str) -> None:
    page = own.get(f"{diary_link}week/?back=3").content.decode()
    assert "Tuesday 27 October 2026" in page
    assert "back=4" not in page
    own.post(f"{diary_link}week/?back=3", {"20261027-letter": "H"})
    assert DiaryDay.objects.get().date == dt.date(2026, 10, 27)


@pytest.mark.parametrize(("touched", "letter"), [(False, "M"), (True, "H")])
def test_a_week_takes_nothing_back_that_was_said_elsewhere_since(
    own: Client, diary_link: str, touched: bool, letter: str
) -> None:
    say(own, diary_link, YESTERDAY, worst_pain="1", triptan_doses="1")
    page = own.get(f"{diary_link}week/").content.decode()
    shown = dict(re.findall('name="(20261122-shown)" value="([^"]+)"', page))
    say(own, diary_link, YESTERDAY, worst_pain="3", signs=["migraine"], triptan_doses="1")
    form = week(d21={"letter": "0"}, d22={"letter": "H", "triptan_doses": "1"})
    own.post(f"{diary_link}week/?back=0", form | ({"20261122-shown": ""} if touched else shown))
    assert [day.letter for day in DiaryDay.objects.order_by("date")] == ["0", letter]


def test_a_week_that_stood_open_since_yesterday_keeps_its_first_day(own: Client, diary_link: str) -> None:
    until = sent_until(own.get(f"{diary_link}week/").content)
    with time_machine.travel(NOW + dt.timedelta(days=1), tick=False):
        own.post(f"{diary_link}week/?back=0", week(d17={"letter": "M"}, d18={"same": "on"}) | until)
    assert [day.letter for day in DiaryDay.objects.order_by("date")] == ["M", "M"]


def test_a_day_that_is_not_kept_is_not_said_to_be_saved(own: Client, diary_link: str) -> None:
    form = week(d17={"letter": "M"}) | {"only": "20261117"}
    until = sent_until(own.get(f"{diary_link}week/").content)
    with time_machine.travel(NOW + dt.timedelta(days=40), tick=False):
        answers = [own.post(f"{diary_link}week/", form | more, headers=SCRIPT).status_code for more in (until, {})]
    assert answers == [404, 404]
    assert not DiaryDay.objects.exists()


def test_a_week_before_is_kept_when_the_date_of_birth_is_asked_for_in_between(phone: Client, diary_link: str) -> None:
    form = {"20261027-letter": "H", "until": "2026-11-02"}
    page = phone.post(f"{diary_link}week/?back=3", form)
    assert 'name="until" value="2026-11-02"' in page.content.decode()
    phone.post(f"{diary_link}week/", form | born(17, 4, 1984))
    assert DiaryDay.objects.get().date == dt.date(2026, 10, 27)


def test_patients_write_in_their_own_name_alone(maria: Patient) -> None:
    with pytest.raises(Refused):
        write_days(patient=maria, days=[DayFacts(YESTERDAY, CLEAR)], source=DiaryDay.Source.PAPER, by=None, at=NOW)


def test_a_patient_may_write_of_today_but_staff_wait_until_it_is_over(maria: Patient, prescriber: User) -> None:
    days = [DayFacts(TODAY, CLEAR)]
    with pytest.raises(Refused):
        write_days(patient=maria, days=days, source=DiaryDay.Source.PAPER, by=prescriber, at=NOW)
    assert write_days(patient=maria, days=days, source=DiaryDay.Source.PATIENT, by=None, at=NOW).new == 1


def test_the_titles_and_addresses_name_no_illness(own: Client, diary_link: str) -> None:
    for page in ("", "week/", f"{YESTERDAY}/", f"saved/{YESTERDAY}/"):
        title = re.search(r"<title>(.*?)</title>", own.get(f"{diary_link}{page}").content.decode(), re.DOTALL)
        assert title
        assert title[1].split() == ["Diary"]


@pytest.mark.parametrize("filled", [0, 7])
def test_the_week_page_asks_the_database_as_often_for_a_full_week(
    own: Client, diary_link: str, maria: Patient, filled: int, django_assert_num_queries: Any
) -> None:
    days = [DayFacts(TODAY - dt.timedelta(days=place), CLEAR) for place in range(filled)]
    if days:
        write_days(patient=maria, days=days, source=DiaryDay.Source.PATIENT, by=None, at=NOW)
    with django_assert_num_queries(5):  # limit, link, days, claims, medicines
        own.get(f"{diary_link}week/")


@pytest.mark.parametrize(("language", "comma"), [("en", ", "), ("pl", ", "), ("ur", "، ")])
def test_what_stands_in_a_row_has_the_comma_of_its_language(maria: Patient, language: str, comma: str) -> None:
    for drug in ("Sumatriptan", "Rizatriptan"):
        AcuteMedication.objects.create(
            clinic=maria.clinic, patient=maria, drug_class="triptan", drug=drug, days_a_month=4, told_on=TODAY
        )
    with override(language):
        assert list(diary.medicines_of(maria).values()) == [f"Sumatriptan{comma}Rizatriptan"]
        assert diary.words_of({"migraine": True, "worst_pain": 2, "triptan_doses": 1}).count(comma) == 2
