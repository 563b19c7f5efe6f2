"""What payers agreed to: which day is covered, and when to ask for the next."""

import datetime as dt
import re
from typing import Any

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from clinic.models import Clinic, User
from patients.actions import close_record
from patients.authorizing import Window, covering, to_renew, uncovered
from patients.models import Authorization, Patient
from patients.renewals import ending_of, worklist
from tests.builders import NOW, TODAY, make_course, make_patient
from tests.conftest import log_in
from tests.pages import text

SPRING = Window(dt.date(2026, 3, 1), dt.date(2026, 5, 31))
AUTUMN = Window(dt.date(2026, 9, 1), dt.date(2026, 11, 30))


@pytest.mark.parametrize(
    ("date", "answer"),
    [
        (dt.date(2026, 2, 28), ("before the authorization begins", dt.date(2026, 3, 1))),
        (dt.date(2026, 3, 1), None),
        (dt.date(2026, 5, 31), None),
        (dt.date(2026, 6, 1), ("before the authorization begins", dt.date(2026, 9, 1))),
        (dt.date(2026, 9, 1), None),
        (dt.date(2026, 11, 30), None),
        (dt.date(2026, 12, 1), ("after the authorization ends", dt.date(2026, 11, 30))),
    ],
)
def test_the_window_that_covers_the_day_counts(date: dt.date, answer: tuple[str, dt.date] | None) -> None:
    assert uncovered([SPRING, AUTUMN], date) == answer
    assert (covering([SPRING, AUTUMN], date) is None) == (answer is not None)


def test_nobody_asked_is_no_obstacle() -> None:
    assert uncovered([], TODAY) is None


@given(st.lists(st.tuples(st.dates(), st.integers(0, 400)), max_size=4), st.dates())
def test_a_covered_day_has_nothing_against_it(spans: list[tuple[dt.date, int]], date: dt.date) -> None:
    windows = [Window(first, dt.date.fromordinal(min(first.toordinal() + days, 3652059))) for first, days in spans]
    assert (uncovered(windows, date) is None) == (not windows or covering(windows, date) is not None)


@pytest.mark.parametrize(
    ("days", "answer"), [(43, False), (42, True), (0, True), (-1, True), (-180, True), (-181, False)]
)
def test_renewal_starts_six_weeks_before_the_end(days: int, answer: bool) -> None:
    assert to_renew(TODAY + dt.timedelta(days=days), TODAY) is answer


def authorize(patient: Patient, ends_in: int, number: str = "PA-1", **fields: Any) -> Authorization:
    defaults = {"payer": "Aster", "valid_from": TODAY - dt.timedelta(days=365)}
    values = defaults | {"number": number, "valid_to": TODAY + dt.timedelta(days=ends_in)} | fields
    return Authorization.objects.create(clinic=patient.clinic, patient=patient, **values)


@pytest.mark.parametrize(("days", "listed"), [(43, False), (42, True), (-180, True), (-181, False)])
def test_the_list_agrees_with_the_rule(maria: Patient, days: int, listed: bool) -> None:
    authorize(maria, days)
    assert bool(worklist(maria.clinic, TODAY)) is listed


def test_a_later_agreement_or_a_closed_one_settles_it(riverside: Clinic) -> None:
    renewed, closed, refused, asked = (make_patient(riverside) for _ in range(4))
    for one in (renewed, closed, refused, asked):
        authorize(one, 10)
    authorize(renewed, 300, "PA-2")
    authorize(closed, 300, "PA-3", status="closed")
    authorize(refused, 300, "PA-4", status="refused")
    request = authorize(asked, 300, "PA-5", status="requested")
    found = {work.authorization.patient: work.request for work in worklist(riverside, TODAY)}
    assert found == {refused: None, asked: request}
    flagged = [one for one in (renewed, closed, refused, asked) if ending_of(list(one.authorizations.all()), TODAY)]
    assert flagged == [refused, asked], "their own pages say the same as the list"


def test_nobody_asks_a_payer_for_somebody_who_died(maria: Patient, front_desk: User) -> None:
    authorize(maria, 10)
    close_record(patient=maria, closed=Patient.Closed.DIED, on=TODAY, by=front_desk, at=NOW)
    assert worklist(maria.clinic, TODAY) == []


@pytest.mark.parametrize("typed", ["01/06/2026", "0226-06-01", "9999-12-31"])
def test_a_day_that_could_be_read_in_two_ways_is_not_guessed(maria: Patient, front_desk: User, typed: str) -> None:
    data = {"payer": "Aster", "number": "PA-9", "valid_from": typed, "valid_to": "2026-12-31", "status": "approved"}
    answer = log_in(front_desk).post(reverse("patients:new_authorization", args=[maria.uid]), data)
    assert answer.status_code == 422
    assert not Authorization.objects.exists()


def test_the_list_is_read_in_two_queries(riverside: Clinic, django_assert_num_queries: Any) -> None:
    for _ in range(5):
        authorize(make_patient(riverside), 10)
    with django_assert_num_queries(2):
        worklist(riverside, TODAY)


def test_the_patients_page_flags_it_and_counts_what_was_used(reader: User, maria: Patient) -> None:
    authorize(maria, 10, visits=1, units_allowed=400)
    make_course(maria, last_given_on=TODAY - dt.timedelta(days=100))
    page = text(log_in(reader).get(reverse("patients:detail", args=[maria.uid])))
    assert "Renew now" in page
    assert "1 of 1" in page
    assert "0 of 400" in page
    assert "Used up" in page


def post(user: User, name: str, uid: Any, **changes: str) -> tuple[int, str]:
    data = {
        "payer": "Aster", "number": "PA-9", "valid_from": "2026-11-01", "valid_to": "2027-05-01", "visits": "2",
        "units_allowed": "400", "codes": "64615, J0585", "status": "approved", "seen": "",
    }  # fmt: skip
    response = log_in(user).post(reverse(f"patients:{name}", args=[uid]), data | changes, follow=True)
    return response.status_code, text(response)


def test_the_desk_writes_down_what_a_payer_agreed_to(front_desk: User, maria: Patient) -> None:
    assert post(front_desk, "new_authorization", maria.uid)[0] == 200
    kept = Authorization.objects.get()
    assert (kept.units_allowed, kept.codes, kept.history.get().history_user) == (400, "64615, J0585", front_desk)


def test_that_the_units_include_waste_is_ticked_and_stands_in_the_history(front_desk: User, maria: Patient) -> None:
    post(front_desk, "new_authorization", maria.uid)
    kept = Authorization.objects.get(counts_waste=False)
    seen = str(kept.history.latest().history_id)
    post(front_desk, "edit_authorization", kept.uid, counts_waste="on", seen=seen)
    newest = Authorization.objects.get(counts_waste=True).history.latest()
    assert (newest.counts_waste, newest.history_user) == (True, front_desk)
    page = text(log_in(front_desk).get(reverse("patients:history", args=[maria.uid])))
    assert page.count("units include waste") == 1
    assert "units include waste: yes" in page


@pytest.mark.parametrize(
    ("payer", "ticks", "ticked"), [("Aster", [True], True), ("Aster", [True, False], False), ("Bay", [True], False)]
)
def test_the_next_of_a_payer_counts_as_the_one_before_until_somebody_says_otherwise(
    front_desk: User, maria: Patient, payer: str, ticks: list[bool], ticked: bool
) -> None:
    Patient.objects.filter(pk=maria.pk).update(payer=payer)
    for number, counts_waste in enumerate(ticks):
        authorize(maria, 10 + number, f"PA-{number}", counts_waste=counts_waste)
    page = text(log_in(front_desk).get(reverse("patients:new_authorization", args=[maria.uid])))
    (box,) = re.findall(r'<input type="checkbox" name="counts_waste"[^>]*>', page)
    assert ("checked" in box) is ticked


def test_who_ticks_it_in_a_window_of_before_reads_what_is_stored_by_now(front_desk: User, maria: Patient) -> None:
    post(front_desk, "new_authorization", maria.uid)
    kept = Authorization.objects.get()
    before = str(kept.history.latest().history_id)
    post(front_desk, "edit_authorization", kept.uid, counts_waste="on", seen=before)
    status, page = post(front_desk, "edit_authorization", kept.uid, visits="3", seen=before)
    assert status == 409
    assert "<dt>The units include waste</dt> <dd>yes</dd>" in page
    kept.refresh_from_db()
    assert (kept.visits, kept.counts_waste) == (2, True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"valid_to": "2026-10-31"}, "The last day lies before the first."),
        ({"number": "PA-1"}, "This person has an authorization with this number already."),
        ({"number": " pa-1"}, "This person has an authorization with this number already."),
        ({"visits": "some"}, "Visits allowed: enter a whole number"),
        ({"payer": ""}, "Enter the payer."),
        ({"valid_from": ""}, "Enter the first day that is covered."),
        ({"valid_to": ""}, "Enter the last day that is covered."),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    front_desk: User, maria: Patient, changes: dict[str, str], words: str
) -> None:
    authorize(maria, 10)
    status, page = post(front_desk, "new_authorization", maria.uid, **changes)
    assert status == 422
    assert words in page


def test_of_two_that_were_kept_under_one_number_each_can_still_be_changed(front_desk: User, maria: Patient) -> None:
    authorize(maria, 10, "PA-9", visits=4)
    again = authorize(maria, 10, "pa-9", visits=4)
    seen = str(again.history.latest().history_id)
    assert post(front_desk, "edit_authorization", again.uid, number="pa-9", status="closed", seen=seen)[0] == 200
    again.refresh_from_db()
    assert again.status == "closed"


@pytest.mark.parametrize("status", ["requested", "refused", "closed"])
def test_only_what_was_approved_is_renewed(reader: User, maria: Patient, status: str) -> None:
    authorize(maria, 10, status=status)
    assert worklist(maria.clinic, TODAY) == []
    assert "Renew now" not in log_in(reader).get(reverse("patients:detail", args=[maria.uid])).content.decode()
