"""The session form, as injectors use it."""

import datetime as dt
import re
from typing import Any

import pytest
from django.urls import reverse

from clinic.models import AuditEntry, Clinic, Injector, User
from tests.builders import NOW, TODAY, make_course, make_patient, make_session
from tests.conftest import log_in
from tests.pages import text
from tests.treatments.record_form import record_data, record_url
from tests.treatments.views.conftest import book_url
from treatments.models import Course, SessionRecord, Status, TreatmentSession
from treatments.protocol import SITES
from treatments.safety import QUESTIONS
from treatments.stock.changes import Delivery, receive


def test_the_session_form_begins_with_the_standard_set(in_room: TreatmentSession, nurse: User) -> None:
    page = text(log_in(nurse).get(record_url(in_room)))
    assert page.count('name="sites"') == len(SITES)
    assert len(re.findall(r'name="sites"[^>]*checked', page)) == 31


def test_signing_leads_to_book_next(in_room: TreatmentSession, nurse: User) -> None:
    client = log_in(nurse)
    signed: Any = client.post(record_url(in_room), record_data())
    page = text(client.get(signed.url))
    assert "Session signed." in page
    assert "Next due" in page
    assert "Monday 15 February 2027" in page
    assert book_url(in_room.course) in page


@pytest.mark.parametrize("since", ["given", "ended", "arrived"])
def test_a_session_that_another_followed_is_not_said_to_have_nothing_booked(
    in_room: TreatmentSession, osei: Injector, nurse: User, since: str
) -> None:
    client = log_in(nurse)
    client.post(record_url(in_room), record_data())
    at, course = NOW + dt.timedelta(days=84), in_room.course
    if since == "ended":
        Course.objects.filter(pk=course.pk).update(closed_on=TODAY, close_reason="Stopped")
    else:
        status, given_on = (Status.DONE, at.date()) if since == "given" else (Status.ARRIVED, None)
        make_session(course, osei, at, status=status, given_on=given_on)
    page = text(client.get(reverse("treatments:session", args=[in_room.uid])))
    assert "Nothing booked yet" not in page
    assert ("Next due" in page) is (since == "arrived")


def test_a_form_with_gaps_keeps_what_was_typed_and_says_all_that_is_missing(
    in_room: TreatmentSession, nurse: User
) -> None:
    data = record_data(lot="", expires_on="31 November") | {"safety_allergy": ""}
    response = log_in(nurse).post(record_url(in_room), data)
    page = text(response)
    assert response.status_code == 422
    for words in ("There is a problem", "Enter the lot number on the vial.", "Answer Yes, No or Not known: Allergy"):
        assert words in page
    assert len(re.findall(r'name="sites"[^>]*checked', page)) == 31


def test_an_empty_record_says_once_that_the_safety_questions_have_no_answer(
    in_room: TreatmentSession, nurse: User
) -> None:
    page = text(log_in(nurse).post(record_url(in_room), {"screened_on": TODAY.isoformat()}))
    summary = page.split("There is a problem")[1].split("</ul>")[0]
    together = f"Answer {len(QUESTIONS)} safety questions, each with Yes, No or Not known."
    assert f'<a href="#id_safety_{QUESTIONS[0].key}_0">{together}</a>' in summary
    assert "Answer Yes, No or Not known:" not in summary
    assert page.count("Answer Yes, No or Not known.") == len(QUESTIONS)  # below each, which has its own words above
    assert "Answer Yes, No or Not known:" not in page
    assert summary.count("<li>") == 9  # not one for each question


def test_it_says_beside_the_vial_which_is_not_to_be_used_and_where_that_leaves_the_stock(
    in_room: TreatmentSession, nurse: User
) -> None:
    client = log_in(nurse)
    words = (
        "Not to be used: seal broken, no vacuum drew the saline in, not kept at 2 to 8 °C. Take another vial and <a "
    )
    page = text(client.get(record_url(in_room)))
    (link,) = re.findall(re.escape(words) + '[^>]*href="([^"]+)"', page)
    assert link == reverse("treatments:stock")
    assert client.get(link).status_code == 200, "whoever injects may discard"
    client.post(record_url(in_room), record_data())
    assert "Not to be used" not in text(client.get(reverse("treatments:correct", args=[in_room.uid]))), "it was used"


def test_an_expired_lot_is_a_reason_not_a_crash(in_room: TreatmentSession, nurse: User) -> None:
    response = log_in(nurse).post(record_url(in_room), record_data(expires_on="2026-11-22"))
    assert response.status_code == 422
    assert "expired on Sunday 22 November 2026" in text(response)


def test_the_lot_of_today_is_typed_once(
    in_room: TreatmentSession, riverside: Clinic, osei: Injector, nurse: User
) -> None:
    log_in(nurse).post(record_url(in_room), record_data())
    toms = make_course(make_patient(riverside, "Tom", "Reid"))
    second = make_session(toms, osei, NOW + dt.timedelta(hours=2), status=Status.IN_ROOM)
    assert 'value="C4471"' in text(log_in(nurse).get(record_url(second)))


def test_the_vial_of_one_person_is_not_offered_for_the_next(
    in_room: TreatmentSession, riverside: Clinic, osei: Injector, nurse: User
) -> None:
    delivery = Delivery("C4471", 200, dt.date(2027, 11, 30), 1, TODAY, owner=in_room.course.patient)
    receive(clinic=riverside, delivery=delivery, by=nurse, at=NOW)
    log_in(nurse).post(record_url(in_room), record_data())
    toms = make_course(make_patient(riverside, "Tom", "Reid"))
    second = make_session(toms, osei, NOW + dt.timedelta(hours=2), status=Status.IN_ROOM)
    assert 'value="C4471"' not in text(log_in(nurse).get(record_url(second)))


def test_the_form_of_a_signed_session_leads_to_its_record(in_room: TreatmentSession, nurse: User) -> None:
    client = log_in(nurse)
    client.post(record_url(in_room), record_data())
    again: Any = client.get(record_url(in_room))
    assert again.url == reverse("treatments:session", args=[in_room.uid])
    assert client.post(record_url(in_room), record_data(lot="OTHER")).status_code == 409
    assert SessionRecord.objects.get().vials.get().lot == "C4471"


def test_the_front_desk_has_no_session_form(in_room: TreatmentSession, front_desk: User) -> None:
    assert log_in(front_desk).get(record_url(in_room)).status_code == 403


def test_opening_a_visit_leaves_a_trace(visit: TreatmentSession, reader: User) -> None:
    log_in(reader).get(reverse("treatments:session", args=[visit.uid]))
    assert AuditEntry.objects.filter(actor=reader, kind="session", subject=visit.uid, action="read").count() == 1


@pytest.mark.parametrize(("start", "ticked"), [("standard", 31), ("empty", 0), ("last", 31)])
def test_the_form_starts_with_what_was_asked_for(
    in_room: TreatmentSession, nurse: User, start: str, ticked: int
) -> None:
    page = text(log_in(nurse).get(record_url(in_room), {"start": start}))
    assert len(re.findall(r'name="sites"[^>]*checked', page)) == ticked


def test_units_and_reasons_of_single_sites_are_kept(in_room: TreatmentSession, nurse: User) -> None:
    sites = [site for site in record_data()["sites"] if site != "PRO"]
    data = record_data() | {"sites": sites, "units_TEM-R1": "10", "skip_PRO": "drooped"}
    log_in(nurse).post(record_url(in_room), data)
    record = SessionRecord.objects.get()
    assert record.injections.get(site="TEM-R1").units == 10
    assert (record.units_given, record.skipped) == (155, {"PRO": "drooped"})


@pytest.mark.parametrize("units", ["0", "51", "some", "2.5"])
def test_units_that_make_no_sense_are_refused_in_words(in_room: TreatmentSession, nurse: User, units: str) -> None:
    answer = log_in(nurse).post(record_url(in_room), record_data() | {"units_TEM-R1": units})
    assert answer.status_code == 422
    assert "enter whole units from 1 to 50" in text(answer)
    assert f'value="{units}"' in text(answer)
    assert not SessionRecord.objects.exists()


def test_a_session_that_was_stopped_keeps_what_was_given(in_room: TreatmentSession, nurse: User) -> None:
    data = record_data() | {"sites": ["COR-R", "COR-L"], "stopped_reason": "Fainted"}
    client = log_in(nurse)
    page = text(client.post(record_url(in_room), data, follow=True))
    assert "Partly done. Stopped because: Fainted" in page
    assert SessionRecord.objects.get().units_given == 10


def test_a_signed_record_is_corrected_in_the_browser(in_room: TreatmentSession, nurse: User) -> None:
    client = log_in(nurse)
    client.post(record_url(in_room), record_data())
    url = reverse("treatments:correct", args=[in_room.uid])
    assert 'value="C4471"' in text(client.get(url))
    missing = client.post(url, record_data())
    assert missing.status_code == 422
    assert "Say why the record is corrected." in text(missing)
    page = text(client.post(url, record_data() | {"sites": ["PRO"], "reason": "Wrong person's list"}, follow=True))
    assert "Earlier versions (1)" in page
    assert "OnabotulinumtoxinA, <strong>5 units</strong> at 1 site." in page


def test_each_earlier_version_stays_readable_in_all_that_was_signed(in_room: TreatmentSession, nurse: User) -> None:
    client, url = log_in(nurse), reverse("treatments:correct", args=[in_room.uid])
    first = {"sites": ["COR-R"], "skip_PRO": "skin", "stopped_reason": "Fainted", "safety_medicines": "yes"}
    client.post(record_url(in_room), record_data() | first | {"note": "Lay down", "diluent_ml": "4"})
    client.post(url, record_data() | {"reason": "Another person's answers"})
    client.post(url, record_data() | {"reason": "Typed twice"})
    [newest, earlier] = text(client.get(reverse("treatments:session", args=[in_room.uid]))).split(
        "Earlier versions (2)"
    )
    for words in ("Fainted", "Blood thinners", "skin not fit there", "Lay down", "in 4 mL"):
        assert words in earlier
        assert words not in newest
    assert "Corrected: Another person&#x27;s answers" in earlier
    one_site = 'Corrugator</th><td class="num" data-label="Units">5</td><td data-label="Sites">Right</td>'
    assert one_site in earlier
    assert one_site not in newest


def test_a_session_without_a_record_has_nothing_to_correct(in_room: TreatmentSession, nurse: User) -> None:
    answer = log_in(nurse).get(reverse("treatments:correct", args=[in_room.uid]))
    assert answer.status_code == 302


def test_the_form_suggests_as_many_vials_as_a_session_needs(
    in_room: TreatmentSession, nurse: User, riverside: Clinic
) -> None:
    delivery = Delivery("SMALL", 100, TODAY + dt.timedelta(days=30), 2, TODAY)
    receive(clinic=riverside, delivery=delivery, by=nurse, at=NOW)
    page = text(log_in(nurse).get(record_url(in_room)))
    assert 'value="SMALL"' in page
    assert re.search(r'name="vials" value="2"', page)


@pytest.mark.parametrize("typed", ["0", "7.0", "3"])
def test_units_stand_as_they_were_typed_when_a_form_is_opened_again(
    in_room: TreatmentSession, nurse: User, typed: str
) -> None:
    client = log_in(nurse)
    client.post(reverse("treatments:draft", args=[in_room.uid]), record_data(units_PRO=typed, note=""))
    page = text(client.get(record_url(in_room)))
    assert f'id="id_units_PRO" name="units_PRO" value="{typed}"' in page  # not the usual 5, which nobody gave
    begun_anew = text(client.get(f"{record_url(in_room)}?start=standard"))
    assert 'id="id_units_PRO" name="units_PRO" value="5"' in begun_anew
