"""Who looked at this patient? All who did are named, and the question itself is on the list."""

import csv
import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from clinic import audit
from clinic.models import AuditEntry, Clinic, Role, User
from patients.actions import close_record
from patients.models import Patient
from privacy.looks import PAGE, traces_of
from tests.builders import NOW, TODAY, make_course, make_patient, make_record, make_session, make_user, sign_record
from tests.conftest import log_in
from tests.interface.programs import Program
from tests.treatments.setup.conftest import leave_form
from tests.world import World
from treatments.models import ClaimDraft, SlotOffer, Status, TreatmentSession
from treatments.slots import Slot
from treatments.stock.changes import Delivery, receive


def who_looked(world: World) -> str:
    """Return the page's address."""
    return reverse("privacy:who_looked", args=[world.patient.uid])


def test_a_look_at_the_record_its_visit_and_its_side_effect_is_listed(harbour: World, kit: Any) -> None:
    desk = log_in(make_user("fay@harbour.example", "Fay Desk", (harbour.clinic, Role.PRESCRIBER)))
    desk.get(reverse("patients:detail", args=[harbour.patient.uid]))
    desk.get(reverse("treatments:session", args=[harbour.session.uid]))
    desk.get(reverse("treatments:effect", args=[harbour.effect.uid]))
    kinds = {entry.kind for entry in traces_of(harbour.patient) if entry.actor and entry.actor.full_name == "Fay Desk"}
    assert kinds == {"patient", "session", "side effect"}
    assert kit.get(who_looked(harbour)).content.decode().count('<td data-label="Who">Fay Desk</td>') == 3


def test_a_form_that_comes_back_refused_shows_the_person_and_is_listed(harbour: World, kit: Any) -> None:
    desk = log_in(make_user("fay@harbour.example", "Fay Desk", (harbour.clinic, Role.FRONT_DESK)))
    response = desk.post(reverse("patients:edit", args=[harbour.patient.uid]), {})
    assert (response.status_code, harbour.patient.family_name in response.content.decode()) == (422, True)
    assert [entry.kind for entry in traces_of(harbour.patient)][:1] == ["patients edit"]


def test_what_was_done_is_no_look(harbour: World, kit: Any) -> None:
    nurse = log_in(make_user("nia@harbour.example", "Nia Nurse", (harbour.clinic, Role.NURSE_INJECTOR)))
    answer = nurse.post(reverse("patients:remove_preventive", args=[harbour.preventive.uid]))
    assert answer.status_code == 302
    assert not AuditEntry.objects.filter(action=AuditEntry.Action.READ, subject=harbour.preventive.uid).exists()


class Named:
    """Rosa Lindqvist in each of the places where somebody is named at an address that is nobody's own."""

    def __init__(self, world: World) -> None:
        self.world, self.clinic, self.by = world, world.clinic, world.colleague
        self.patient = make_patient(world.clinic, "Rosa", "Lindqvist")
        self.course = make_course(self.patient, last_given_on=TODAY - dt.timedelta(days=100), injector=world.injector)

    def visit(self, at: dt.datetime, **fields: Any) -> TreatmentSession:
        """Book her."""
        return make_session(self.course, self.world.injector, at, due_on=TODAY, **fields)

    def claims(self, client: Any) -> Any:
        """A claim that was drafted for her session."""
        session = self.visit(NOW - dt.timedelta(hours=1), status=Status.IN_ROOM)
        sign_record(make_record(session), by=self.by)
        TreatmentSession.objects.filter(pk=session.pk).update(status=Status.DONE, given_on=TODAY)
        ClaimDraft.objects.create(
            clinic=self.clinic, session=session, diagnosis_code="G43.709", drafted_at=NOW, drafted_by=self.by
        )
        return client.get(reverse("treatments:claims"))

    def stock(self, client: Any) -> Any:
        """A vial that is kept for her."""
        delivery = Delivery("C4471", 200, TODAY + dt.timedelta(days=300), 1, TODAY, self.patient)
        receive(clinic=self.clinic, delivery=delivery, by=self.by, at=NOW)
        return client.get(reverse("treatments:stock"))

    def offers(self, client: Any) -> Any:
        """A time that she took."""
        SlotOffer.objects.filter(pk=self.world.offer.pk).update(
            state=SlotOffer.State.TAKEN, session=self.visit(NOW + dt.timedelta(days=1))
        )
        return client.get(reverse("treatments:offers"))

    def offer(self, client: Any) -> Any:
        """A time that she could have."""
        starts = NOW + dt.timedelta(days=2)
        slot = Slot(self.world.injector, self.world.room, starts, starts + dt.timedelta(minutes=15))
        return client.get(reverse("treatments:offer"), {"slot": slot.code})

    def still_open(self, client: Any) -> Any:
        """A visit that nobody has closed."""
        self.visit(NOW - dt.timedelta(hours=1))
        return client.get(reverse("treatments:still_open"))

    def text_people(self, client: Any) -> Any:
        """A press of *Text* in her row of Recall."""
        return client.get(reverse("reminders:text_people"), {"course": self.course.uid})

    def write(self, client: Any) -> Any:
        """A message to her alone."""
        return client.get(reverse("reminders:write"), {"patient": self.patient.uid})

    def outside(self, client: Any) -> Any:
        """A visit in the evening."""
        self.visit(NOW + dt.timedelta(hours=12))
        return client.get(reverse("setup:outside"))

    def stranded(self, client: Any) -> Any:
        """Leave that would strand her visit."""
        self.visit(NOW + dt.timedelta(days=9))
        return client.post(
            reverse("setup:new_leave", args=[self.world.injector.uid]), leave_form("2026-12-02", "2026-12-02")
        )

    def same(self, client: Any) -> Any:
        """Somebody who is registered, and may be her."""
        born = self.patient.birth_date
        names = {"given_name": "Rosa", "family_name": "Lindqvist", "phone": "07700 900777", "consent": "yes"}
        date = {"birth_date_day": born.day, "birth_date_month": born.month, "birth_date_year": born.year}
        return client.post(reverse("patients:new"), names | date)

    def step(self, client: Any) -> Any:
        """A step that a colleague was faster with."""
        visit = self.visit(NOW, status=Status.NO_SHOW, version=2)
        return client.post(reverse("treatments:step"), {"step": f"{visit.pk}.arrived.booked.1"})


def test_who_is_shown_somebody_at_an_address_that_is_nobodys_own_is_written_down(
    harbour: World, kit: Any, keeper: User
) -> None:
    places = [name for name, made in vars(Named).items() if callable(made) and name not in {"__init__", "visit"}]
    looks, untraced = AuditEntry.objects.filter(actor=keeper, action=AuditEntry.Action.READ), []
    for place in places:
        with transaction.atomic():
            answer = getattr(Named(harbour), place)(kit)
            assert (place, "Lindqvist" in answer.content.decode()) == (place, True)
            untraced += [] if looks.exists() else [place]
            transaction.set_rollback(True)
    assert untraced == []


@pytest.mark.parametrize("place", ["text_people", "write", "same"])
def test_who_is_shown_one_person_alone_has_looked_at_that_person(harbour: World, kit: Any, place: str) -> None:
    rosa = Named(harbour)
    getattr(rosa, place)(kit)
    assert [entry.actor.full_name for entry in traces_of(rosa.patient) if entry.actor] == ["Kit Keeper"]


def test_the_question_is_itself_on_the_list(harbour: World, kit: Any) -> None:
    kit.get(who_looked(harbour))
    assert "Kit Keeper" in kit.get(who_looked(harbour)).content.decode()


def test_a_look_at_somebody_else_is_not_listed(harbour: World, kit: Any) -> None:
    kit.get(reverse("patients:detail", args=[harbour.draft.patient.uid]))
    assert not traces_of(harbour.patient).filter(actor__full_name="Kit Keeper").exists()


def test_looks_at_a_record_that_was_joined_are_listed_too(harbour: World, kit: Any, keeper: User) -> None:
    twin = make_patient(harbour.clinic, "Maria", "Santos-Twin")
    kit.get(reverse("patients:detail", args=[twin.uid]))
    close_record(patient=twin, closed=Patient.Closed.MERGED, on=TODAY, by=keeper, at=NOW, into=harbour.patient)
    assert traces_of(harbour.patient).filter(subject=twin.uid, action="read").count() == 1
    assert (
        traces_of(twin).filter(subject=harbour.patient.uid).exists()
        == traces_of(harbour.patient).filter(subject=harbour.patient.uid).exists()
    )


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("", 2),
        ("first=2026-11-23", 1),
        ("last=2026-11-22", 1),
        ("first=2026-11-22&last=2026-11-22", 1),
        ("first=2026-11-24", 0),
    ],
)
def test_days_are_the_clinics(harbour: World, kit: Any, keeper: User, query: str, seen: int) -> None:
    for at in (NOW, NOW - dt.timedelta(hours=11)):  # 11pm the day before
        audit.record(
            clinic=harbour.clinic,
            by=keeper,
            at=at,
            action=AuditEntry.Action.PRINT,
            kind="card",
            subject=harbour.patient.uid,
        )
    page = kit.get(f"{who_looked(harbour)}?{query}").content.decode()
    assert page.count('data-label="Did what">Printed<') == seen


def test_one_person_of_staff_can_be_asked_about(harbour: World, kit: Any, keeper: User) -> None:
    kit.get(reverse("patients:detail", args=[harbour.patient.uid]))
    page = kit.get(f"{who_looked(harbour)}?who={keeper.pk}").content.decode()
    assert '<td data-label="Who">Kit Keeper</td>' in page
    assert '<td data-label="Who">Pat Prescriber</td>' not in page


def test_a_program_that_only_reads_can_be_asked_about_too(harbour: World, kit: Any) -> None:
    reading = Program(harbour.clinic, "system/Patient.read", name="Hospital file")
    reading.get(f"Patient/{harbour.patient.uid}")
    page = kit.get(who_looked(harbour)).content.decode()
    assert f'<option value="{reading.integration.user.pk}">Hospital file</option>' in page
    found = kit.get(f"{who_looked(harbour)}?who={reading.integration.user.pk}").content.decode()
    assert found.count('<td data-label="Who">') == found.count('<td data-label="Who">Hospital file</td>') == 1


def test_a_program_of_another_clinic_cannot_be_asked_about(harbour: World, kit: Any, lakeside: Clinic) -> None:
    theirs = Program(lakeside, "system/Patient.read").integration.user
    assert kit.get(f"{who_looked(harbour)}?who={theirs.pk}").status_code == 422


@pytest.mark.parametrize("query", ["who=0", "who=x", "first=yesterday", "last=2026-13-01", "last=9999-12-31"])
def test_a_filter_that_makes_no_sense_is_said(harbour: World, kit: Any, query: str) -> None:
    assert kit.get(f"{who_looked(harbour)}?{query}").status_code == 422


def test_staff_of_another_clinic_cannot_be_asked_about(harbour: World, kit: Any, stranger: User) -> None:
    assert kit.get(f"{who_looked(harbour)}?who={stranger.pk}").status_code == 422


def test_pages_follow_one_another_by_key_in_as_many_queries(
    harbour: World, kit: Any, keeper: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(PAGE + 10):
        audit.record(
            clinic=harbour.clinic,
            by=keeper,
            at=NOW,
            action=AuditEntry.Action.READ,
            kind=f"page {number:03d}",
            subject=harbour.patient.uid,
        )
    first = kit.get(who_looked(harbour)).content.decode()
    assert "page 059" in first
    assert "page 009" not in first
    after = first.split("after=")[1].split('"')[0]
    with django_assert_max_num_queries(60):
        second = kit.get(f"{who_looked(harbour)}?after={after}").content.decode()
    assert "page 009" in second
    assert "page 010" not in second


@pytest.mark.parametrize("after", ["x", "-1", "9" * 40, "%D9%A1"])
def test_a_made_up_key_does_no_harm(harbour: World, kit: Any, after: str) -> None:
    assert kit.get(f"{who_looked(harbour)}?after={after}").status_code == 200


def test_the_list_can_be_taken_along_and_that_is_logged(harbour: World, kit: Any) -> None:
    kit.get(reverse("patients:detail", args=[harbour.patient.uid]))
    response = kit.get(reverse("privacy:export_looks", args=[harbour.patient.uid]))
    text = b"".join(response.streaming_content).decode()
    assert text.startswith("\ufeff")  # without it a spreadsheet spells Zoë wrongly
    lines = list(csv.reader(text.removeprefix("\ufeff").splitlines()))
    assert lines[0] == ["when", "who", "what", "of", "reason"]
    assert ["2026-11-23 10:00:00", "Kit Keeper", "Opened a record", "patient", ""] in lines
    assert AuditEntry.objects.filter(action="export", kind="who looked", subject=harbour.patient.uid).count() == 1


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_only_admins_may_ask(harbour: World, role: Role) -> None:
    client = log_in(make_user("one@harbour.example", "One Person", (harbour.clinic, role)))
    assert client.get(who_looked(harbour)).status_code == 403


def test_an_admin_of_another_clinic_finds_nobody(harbour: World, elsewhere: Any) -> None:
    for name in ("about", "who_looked", "export_looks"):
        assert elsewhere.get(reverse(f"privacy:{name}", args=[harbour.patient.uid])).status_code == 404


def test_a_page_is_named_in_words_and_not_as_the_code_names_it(harbour: World, kit: Any) -> None:
    for name in ("patients:edit", "reminders:links", "patients:medicines"):
        kit.get(reverse(name, args=[harbour.patient.uid]))
    page = kit.get(who_looked(harbour)).content.decode()
    for words in ("details, to change them", "links to their own pages", ">medicines"):
        assert words in page
    assert "reminders links" not in page
    assert "patients medicines" not in page
