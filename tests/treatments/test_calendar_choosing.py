"""Choosing in the calendar: a new time for a visit, a time for a course, a person for a free time."""

import datetime as dt
import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import Clinic, Injector, User
from patients.models import Patient
from tests.builders import NOW, TODAY, make_course, make_injector, make_patient, make_session
from tests.conftest import log_in
from tests.pages import text
from tests.treatments.calendar_pages import NEXT_MONDAY, at, page
from treatments import undoing
from treatments.models import Course, Status
from treatments.models.session import LONGEST_NOTE


@pytest.fixture
def desk(front_desk: User) -> Client:
    """The browser at the front desk."""
    return log_in(front_desk)


class TestChoosing:
    """Choose mode: the free times become buttons."""

    def test_a_visit_moves_to_the_time_that_is_pressed(self, desk: Client, osei: Injector, course: Course) -> None:
        session = make_session(course, osei, at(10, 30), due_on=TODAY)
        content = page(desk, moving=session.uid)
        assert "Choose a new time for Maria Santos (was Monday 30 November 2026, 10:30am, Dr Osei)." in content
        codes = re.findall(r'<button name="slot" value="([^"]+)" aria-label="Tuesday 1 December, 9am', content)
        fields = {"slot": codes[0], "version": "1", "next": "/calendar/"}
        answer = desk.post(reverse("treatments:move", args=[session.uid]), fields)
        assert (answer.status_code, answer["Location"]) == (302, "/calendar/")
        session.refresh_from_db()
        assert session.starts_at == at(9, day=NEXT_MONDAY + dt.timedelta(days=1))

    def test_no_time_is_offered_before_the_due_date_as_it_is_by_now(
        self, desk: Client, osei: Injector, course: Course
    ) -> None:
        session = make_session(course, osei, at(10, 30), due_on=TODAY)
        later = NEXT_MONDAY + dt.timedelta(days=1)  # the last session was given eight days later than was said first
        course.sessions.filter(given_on__isnull=False).update(given_on=later - dt.timedelta(days=84))
        content = page(desk, moving=session.uid)
        assert "Earliest: Tuesday 1 December 2026" in " ".join(content.split())
        assert "Monday 30 November, 9am, Dr Osei, too early" in content
        assert "Tuesday 1 December, 9am, Dr Osei, choose" in content

    def test_move_on_the_page_of_a_visit_leads_to_its_week_in_choose_mode(
        self, desk: Client, osei: Injector, course: Course
    ) -> None:
        session = make_session(course, osei, at(10, 30), due_on=TODAY)
        address = reverse("treatments:session", args=[session.uid])
        found = re.search(r'data-key="m" href="([^"]+)"', desk.get(address).content.decode())
        assert found
        content = desk.get(found[1].replace("&amp;", "&")).content.decode()
        assert "Choose a new time for Maria Santos (was Monday 30 November 2026, 10:30am, Dr Osei)." in content
        assert "Dr Osei, week of Monday 30 November 2026" in content
        assert 'name="slot"' in content
        assert reverse("treatments:move", args=[session.uid]) in content

    def test_the_calendar_of_a_dialog_opens_at_the_week_and_the_injector_of_the_visit(
        self, desk: Client, osei: Injector, course: Course
    ) -> None:
        make_injector(osei.clinic, "Dr Aalto")  # before Dr Osei by name
        session = make_session(course, osei, at(10, 30), due_on=TODAY)
        dialog = desk.get(reverse("treatments:move", args=[session.uid])).content.decode()
        assert "Dr Osei, week of Monday 30 November 2026" in self.calendar_of(desk, dialog)

    def test_the_calendar_of_a_booking_opens_with_the_injector_who_is_offered_first(
        self, desk: Client, osei: Injector, course: Course
    ) -> None:
        make_injector(osei.clinic, "Dr Aalto")  # has no hours
        dialog = desk.get(reverse("treatments:book", args=[course.uid])).content.decode()
        assert "Dr Osei, week of" in self.calendar_of(desk, dialog)

    @staticmethod
    def calendar_of(desk: Client, dialog: str) -> str:
        found = re.search(r'<a href="([^"]+)" hx-boost="false">Choose in the calendar', dialog)
        assert found
        return desk.get(found[1].replace("&amp;", "&")).content.decode()

    def test_who_is_overdue_is_offered_times_from_this_week_on(
        self, desk: Client, osei: Injector, course: Course
    ) -> None:
        long_ago = TODAY - dt.timedelta(weeks=6)
        assert "week of Monday 12 October 2026" in page(desk, date=long_ago)
        assert "week of Monday 23 November 2026" in page(desk, booking=course.uid, date=long_ago)

    def test_a_visit_of_an_injector_who_left_can_be_moved(self, desk: Client, osei: Injector, course: Course) -> None:
        session = make_session(course, osei, at(10, 30), due_on=TODAY)
        make_injector(osei.clinic, "RN Bello")
        Injector.objects.filter(pk=osei.pk).update(active=False)
        page_of_visit = desk.get(reverse("treatments:session", args=[session.uid])).content.decode()
        found = re.search(r'data-key="m" href="([^"]+)"', page_of_visit)
        assert found
        answer = desk.get(found[1].replace("&amp;", "&"))
        assert answer.status_code == 200
        assert "RN Bello, week of Monday 30 November 2026" in answer.content.decode()

    def test_a_course_gets_the_time_that_is_pressed(self, desk: Client, osei: Injector, course: Course) -> None:
        content = page(desk, booking=course.uid)
        assert "Choose a time for Maria Santos." in content
        uid = re.findall(r'name="uid" value="([^"]+)"', content)[0]
        code = re.findall(r'name="slot" value="([^"]+)"', content)[0]
        desk.post(reverse("treatments:book", args=[course.uid]), {"slot": code, "uid": uid})
        assert course.sessions.get(status="booked").starts_at == at(9)

    def test_a_note_goes_with_the_time_that_is_pressed_and_enter_in_it_presses_none(
        self, desk: Client, osei: Injector, course: Course
    ) -> None:
        content = page(desk, booking=course.uid)
        assert re.search(r'<input [^>]*name="note"[^>]*form="choosing"', content)
        chosen = content.partition('id="choosing">')[2]
        first = re.search(r"<button [^>]*>", chosen)
        assert first
        assert "disabled" in first[0]
        session = make_session(course, osei, at(10, 30), due_on=TODAY)
        assert 'name="note"' not in page(desk, moving=session.uid)  # it has its note

    def test_before_the_due_date_only_a_prescriber_may_choose(
        self, desk: Client, osei: Injector, maria: Patient, prescriber: User
    ) -> None:
        course = make_course(maria, last_given_on=TODAY - dt.timedelta(days=70), injector=osei)
        assert "10:30 too early" in page(desk, booking=course.uid)
        assert 'name="slot"' not in page(desk, booking=course.uid)
        assert 'name="slot"' in page(log_in(prescriber), booking=course.uid)

    def test_before_the_due_date_the_page_leads_back_to_the_calendar_at_its_week_to_choose_anew(
        self, osei: Injector, maria: Patient, prescriber: User
    ) -> None:
        course = make_course(maria, last_given_on=TODAY - dt.timedelta(days=70), injector=osei)
        doctor = log_in(prescriber)
        fields = dict(re.findall(r'name="(uid|next|slot)" value="([^"]+)"', page(doctor, booking=course.uid)))
        fields["next"] = fields["next"].replace("&amp;", "&")
        answer = doctor.post(reverse("treatments:book", args=[course.uid]), fields)
        back = re.search(r'<a class="back-link" href="([^"]+)"[^>]*>Calendar', answer.content.decode())
        assert answer.status_code == 422
        assert back
        content = doctor.get(back[1].replace("&amp;", "&")).content.decode()
        assert f"{osei.name}, week of Monday 30 November 2026" in content
        assert "Choose a time for Maria Santos." in content

    def test_a_visit_that_was_cancelled_meanwhile_is_a_conflict(
        self, desk: Client, osei: Injector, course: Course
    ) -> None:
        session = make_session(course, osei, at(10, 30), status=Status.CANCELLED, due_on=TODAY)
        assert desk.get(reverse("treatments:calendar"), {"moving": str(session.uid)}).status_code == 409
        assert desk.get(reverse("treatments:calendar_day"), {"moving": str(session.uid)}).status_code == 409

    def test_who_may_only_look_cannot_choose(self, osei: Injector, course: Course, reader: User) -> None:
        answer = log_in(reader).get(reverse("treatments:calendar"), {"booking": str(course.uid)})
        assert answer.status_code == 403


class TestFreeTime:
    """The page behind a free time: who is it for?"""

    def code(self, client: Client) -> str:
        return str(re.findall(r"time=([\w.-]+)", page(client))[0])

    def test_it_offers_the_time_to_who_is_due_and_books_at_one_press(
        self, desk: Client, osei: Injector, course: Course
    ) -> None:
        code = self.code(desk)
        content = desk.get(reverse("treatments:calendar_free"), {"time": code}).content.decode()
        assert "Monday 30 November 2026, 9am" in content
        assert "Book for Maria Santos" in content
        uid = re.findall(r'name="uid" value="([^"]+)"', content)[0]
        desk.post(reverse("treatments:book", args=[course.uid]), {"slot": code, "uid": uid})
        assert course.sessions.get(status="booked").starts_at == at(9)

    def test_a_note_goes_with_the_press_of_any_row_and_enter_in_it_presses_none(
        self, desk: Client, osei: Injector, course: Course
    ) -> None:
        code, toms = self.code(desk), make_course(make_patient(course.clinic, "Tom", "Reid"))
        content = desk.get(reverse("treatments:calendar_free"), {"time": code}).content.decode()
        form = content.partition('<form id="booking"')[2].partition("</form>")[0]
        assert re.findall(r"<(?:button|input)[^>]*>", form)[1] == '<button type="submit" hidden disabled>'
        assert f'maxlength="{LONGEST_NOTE}" data-note-of="{code}"' in form
        for one in (course, toms):
            address = re.escape(reverse("treatments:book", args=[one.uid]))
            assert re.search(rf'<button [^>]*form="booking" formaction="{address}" name="slot" value="{code}"', content)
        [uid] = re.findall(r'name="uid" value="([^"]+)"', content)
        pressed = {"slot": code, "uid": uid, "note": "needs parking"}
        answers = [desk.post(reverse("treatments:book", args=[toms.uid]), pressed) for _press in range(2)]
        assert [answer.status_code for answer in answers] == [302, 302]
        assert [visit.note for visit in toms.sessions.all()] == ["needs parking"]

    def test_who_was_booked_by_mistake_makes_room_for_another_from_the_page_that_is_still_open(
        self, desk: Client, osei: Injector, course: Course, front_desk: User
    ) -> None:
        code, toms = self.code(desk), make_course(make_patient(course.clinic, "Tom", "Reid"))
        pressed = {"slot": code, "uid": str(uuid.uuid4())}
        desk.post(reverse("treatments:book", args=[course.uid]), pressed)
        wrong = course.sessions.get(status="booked")
        undoing.undo(session=wrong, event=wrong.events.get(), by=front_desk, at=NOW)
        desk.post(reverse("treatments:book", args=[toms.uid]), pressed)
        assert toms.sessions.get(status="booked").starts_at == at(9)

    def test_where_all_who_are_found_have_a_visit_nothing_can_be_noted(
        self, desk: Client, osei: Injector, course: Course
    ) -> None:
        make_session(course, osei, at(15), due_on=TODAY)
        found = desk.get(reverse("treatments:calendar_free"), {"time": self.code(desk), "q": "santos"})
        assert "Note for a new booking" not in found.content.decode()

    def test_a_search_finds_who_is_booked_and_offers_to_move_them(
        self, desk: Client, osei: Injector, course: Course
    ) -> None:
        make_session(course, osei, at(15), due_on=TODAY)
        found = desk.get(reverse("treatments:calendar_free"), {"time": self.code(desk), "q": "santos"})
        assert "Move here: the visit of Maria Santos" in found.content.decode()

    def test_whom_nobody_knows_is_looked_for_among_all_patients_from_where_they_are_registered(
        self, desk: Client, osei: Injector
    ) -> None:
        found = text(desk.get(reverse("treatments:calendar_free"), {"time": self.code(desk), "q": "Okonjo & Hale"}))
        assert "Nobody in treatment matches." in found
        assert 'href="/patients/?q=Okonjo%20%26%20Hale"' in found
        assert "Register a person" in text(desk.get("/patients/?q=Okonjo%20%26%20Hale"))

    def test_one_letter_is_no_search_and_nobody_is_said_to_match_it(
        self, desk: Client, osei: Injector, course: Course
    ) -> None:
        found = text(desk.get(reverse("treatments:calendar_free"), {"time": self.code(desk), "q": "z"}))
        assert "Type at least 2 letters or digits" in found
        assert "Maria Santos" not in found

    def test_a_search_reads_a_date_of_birth_as_the_country_writes_it(
        self, desk: Client, osei: Injector, course: Course
    ) -> None:
        Clinic.objects.update(country="US")
        born = f"{course.patient.birth_date:%m/%d/%Y}"
        found = desk.get(reverse("treatments:calendar_free"), {"time": self.code(desk), "q": born})
        assert "Book for Maria Santos" in found.content.decode()

    def test_a_time_that_is_none_is_said(self, desk: Client, osei: Injector) -> None:
        answer = desk.get(reverse("treatments:calendar_free"), {"time": "x"})
        assert answer.status_code == 422
        assert "This time cannot be booked" in answer.content.decode()
