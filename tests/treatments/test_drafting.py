"""What is typed into the session form is kept, by one writer at a time."""

import datetime as dt
import re

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse

from clinic.models import AuditEntry, Injector, Role, User
from tests.builders import NOW, TODAY, make_session, make_user
from tests.conftest import log_in
from tests.treatments.record_form import record_data
from treatments.models import Course, SessionDraft, SessionEvent, SessionRecord, Status, TreatmentSession
from treatments.recording.drafting import (
    NotWritten,
    NotYours,
    Sender,
    draft_of,
    fields_of,
    save_draft,
    settle,
    take_over,
)

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(minutes=5)
NO_SCRIPT = Sender()


def save(
    session: TreatmentSession, by: User, note: str = "", version: int = 0, sender: Sender = NO_SCRIPT
) -> SessionDraft:
    return save_draft(session=session, fields={"note": [note]}, version=version, by=by, at=NOW, sender=sender)


def note_of(session: TreatmentSession) -> list[str]:
    """Return the note as it stands in the draft."""
    draft = draft_of(session)
    assert draft
    return fields_of(draft)["note"]


def url(name: str, session: TreatmentSession) -> str:
    return reverse(f"treatments:{name}", args=[session.uid])


def test_each_save_raises_the_version(in_room: TreatmentSession, nurse: User) -> None:
    first = save(in_room, nurse, "one")
    second = save(in_room, nurse, "two", first.version)
    assert (first.version, second.version, fields_of(second)) == (1, 2, {"note": ["two"]})


def test_an_older_window_overwrites_nothing(in_room: TreatmentSession, nurse: User) -> None:
    first = save(in_room, nurse, "one")
    save(in_room, nurse, "two", first.version)
    with pytest.raises(NotYours):
        save(in_room, nurse, "old", first.version)
    assert note_of(in_room) == ["two"]


def test_a_window_that_never_heard_that_its_save_arrived_goes_on_behind_it(
    in_room: TreatmentSession, nurse: User
) -> None:
    save(in_room, nurse, "one", sender=Sender("hers", 1))
    save(in_room, nurse, "two", sender=Sender("hers", 2))
    third = save(in_room, nurse, "three", sender=Sender("hers", 3))
    assert (third.version, note_of(in_room)) == (3, ["three"])


def test_what_a_window_sent_before_and_comes_late_overwrites_nothing(in_room: TreatmentSession, nurse: User) -> None:
    save(in_room, nurse, "newer", sender=Sender("hers", 2))
    with pytest.raises(NotYours):
        save(in_room, nurse, "older", sender=Sender("hers", 1))
    assert note_of(in_room) == ["newer"]


def test_a_window_does_not_go_on_behind_what_another_window_saved(in_room: TreatmentSession, nurse: User) -> None:
    first = save(in_room, nurse, "one", sender=Sender("at the chair", 1))
    save(in_room, nurse, "two", first.version, Sender("at the desk", 1))
    with pytest.raises(NotYours):
        save(in_room, nurse, "old", first.version, Sender("at the chair", 2))
    assert note_of(in_room) == ["two"]


def test_a_window_does_not_go_on_behind_what_was_chosen_of_both_versions(
    in_room: TreatmentSession, nurse: User
) -> None:
    first = save(in_room, nurse, "one", sender=Sender("hers", 1))
    settle(session=in_room, fields={"note": ["chosen"]}, version=first.version, by=nurse, at=NOW)
    with pytest.raises(NotYours):
        save(in_room, nurse, "late", first.version, Sender("hers", 2))
    assert note_of(in_room) == ["chosen"]


def test_a_window_does_not_go_on_when_its_session_came_back_from_somebody_else(
    in_room: TreatmentSession, nurse: User, prescriber: User
) -> None:
    first = save(in_room, nurse, "hers", sender=Sender("hers", 1))
    take_over(session=in_room, by=prescriber, at=LATER)
    take_over(session=in_room, by=nurse, at=LATER)
    with pytest.raises(NotYours):
        save(in_room, nurse, "late", first.version, Sender("hers", 2))


def test_a_second_person_saves_nothing_over_the_first(in_room: TreatmentSession, nurse: User, prescriber: User) -> None:
    save(in_room, nurse, "hers")
    with pytest.raises(NotYours) as error:
        save(in_room, prescriber, "his")
    assert error.value.draft.writer == nurse


def test_taking_over_keeps_what_was_typed_and_is_logged(
    in_room: TreatmentSession, nurse: User, prescriber: User
) -> None:
    first = save(in_room, nurse, "hers")
    take_over(session=in_room, by=prescriber, at=LATER)
    draft = draft_of(in_room)
    assert draft
    assert (draft.writer, fields_of(draft)) == (prescriber, {"note": ["hers"]})
    assert AuditEntry.objects.get(kind="draft taken over").actor == prescriber
    with pytest.raises(NotYours):
        save(in_room, nurse, "late", first.version)


@pytest.mark.parametrize("who", ["front_desk", "reader"])
def test_who_may_not_inject_keeps_no_draft(in_room: TreatmentSession, request: pytest.FixtureRequest, who: str) -> None:
    with pytest.raises(PermissionDenied):
        save(in_room, request.getfixturevalue(who))


def test_the_form_opens_as_it_was_left(in_room: TreatmentSession, nurse: User) -> None:
    client = log_in(nurse)
    data = record_data() | {"sites": ["PRO", "COR-R"], "units_PRO": "4", "note": "left arm sore", "draft_version": "0"}
    answer = client.post(url("draft", in_room), data)
    assert answer.json() == {"version": 1, "words": "Draft saved 10:00:00"}
    page = client.get(url("record", in_room)).content.decode()
    assert "left arm sore" in page
    assert page.count("is-given") == 5  # two sites, each in a view and in a crop, and the key
    assert 'name="draft_version" value="1"' in page
    assert 'name="units_PRO" value="4"' in page


def test_a_save_whose_answer_got_lost_is_no_other_window(in_room: TreatmentSession, nurse: User) -> None:
    client = log_in(nurse)
    data = record_data() | {"draft_version": "0", "window": "17-4"}
    client.post(url("draft", in_room), data | {"note": "sore", "turn": "1"})
    answer = client.post(url("draft", in_room), data | {"note": "sore on the left", "turn": "2"})
    assert (answer.status_code, answer.json()["version"]) == (200, 2)
    draft = draft_of(in_room)
    assert draft
    assert not {"window", "turn"} & set(fields_of(draft))


@pytest.mark.parametrize("turn", ["", "²", "-1", "9" * 40, "9" * 18, "2147483648"])
def test_a_window_without_a_name_or_a_number_is_one_that_saves_what_it_has_seen(
    in_room: TreatmentSession, nurse: User, turn: str
) -> None:
    client = log_in(nurse)
    data = record_data() | {"window": "w" * 500, "turn": turn}
    assert client.post(url("draft", in_room), data | {"draft_version": "0"}).status_code == 200
    assert client.post(url("draft", in_room), data | {"draft_version": "0"}).status_code == 409
    assert client.post(url("draft", in_room), data | {"draft_version": "1"}).status_code == 200
    draft = draft_of(in_room)
    assert draft
    assert draft.turn == 0


def test_a_second_person_sees_who_writes_and_may_take_over(
    in_room: TreatmentSession, nurse: User, prescriber: User
) -> None:
    save(in_room, nurse, "hers")
    client = log_in(prescriber)
    assert "RN Bello is writing this session (started 10am" in client.get(url("record", in_room)).content.decode()
    refused = client.post(url("record", in_room), record_data())
    assert refused.status_code == 409
    assert not SessionRecord.objects.exists()
    page = client.post(url("take_over", in_room), follow=True).content.decode()
    assert "You took this session over." in page
    assert "hers" in page


@pytest.fixture
def reason_typed(in_room: TreatmentSession, prescriber: User) -> str:
    """A prescriber's draft with a Yes and why they go on."""
    data = record_data(safety_pregnant="yes", go_on_reason="Discussed and documented", draft_version="0")
    log_in(prescriber).post(url("draft", in_room), data)
    return "Discussed and documented"


def test_a_prescribers_reason_stays_in_a_draft_that_somebody_else_writes_on(
    in_room: TreatmentSession, nurse: User, prescriber: User, reason_typed: str
) -> None:
    client = log_in(nurse)
    page = client.post(url("take_over", in_room), follow=True).text
    assert f"A prescriber’s reason to go on: {reason_typed}. It counts when a prescriber signs." in page
    carried = re.search(r'<input type="hidden" name="go_on_reason" value="([^"]*)"', page)
    assert carried
    client.post(url("draft", in_room), record_data(go_on_reason=carried[1], draft_version="2"))
    page = log_in(prescriber).post(url("take_over", in_room), follow=True).text
    assert f'name="go_on_reason" value="{reason_typed}"' in page


def test_a_reason_that_a_prescriber_typed_is_not_signed_by_somebody_who_may_not_decide(
    in_room: TreatmentSession, nurse: User, reason_typed: str
) -> None:
    client = log_in(nurse)
    client.post(url("take_over", in_room))
    refused = client.post(
        url("record", in_room), record_data(safety_pregnant="yes", go_on_reason=reason_typed, draft_version="2")
    )
    assert refused.status_code == 422
    client.post(url("record", in_room), record_data(go_on_reason=reason_typed, draft_version="2"))
    assert not SessionRecord.objects.get().go_on_reason


def test_who_was_taken_over_from_at_once_does_not_read_that_they_write(
    in_room: TreatmentSession, nurse: User, prescriber: User
) -> None:
    kim = make_user("kim@riverside.example", "Dr Kim", (in_room.clinic, Role.PRESCRIBER))
    save(in_room, kim, "theirs")
    client = log_in(prescriber)
    client.post(url("take_over", in_room))
    log_in(nurse).post(url("take_over", in_room))  # before the first one's page has come
    page = client.get(url("record", in_room)).content.decode()
    assert "You took this session over." in page
    assert "RN Bello is writing this session" in page
    assert "You are writing" not in page


@pytest.mark.parametrize("status", [Status.ARRIVED, Status.DONE])
def test_nobody_takes_over_what_is_not_being_written_any_more(
    in_room: TreatmentSession, nurse: User, prescriber: User, status: Status
) -> None:
    save(in_room, nurse, "hers")
    client = log_in(prescriber)
    if status == Status.DONE:
        log_in(nurse).post(url("record", in_room), record_data(draft_version="1", note="hers"))
    else:
        back = {"to": status, "seen": in_room.status, "version": in_room.version}
        log_in(nurse).post(url("status", in_room), back)
    in_room.refresh_from_db()
    assert in_room.status == status
    answer = client.post(url("take_over", in_room), follow=True)
    assert answer.redirect_chain == [(url("session", in_room), 302)]
    assert "This session is not being written any more." in answer.text
    assert "You took this session over." not in answer.text
    assert not in_room.events.filter(kind=SessionEvent.Kind.TAKEN_OVER).exists()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.BOOKED, "This visit is marked booked. Its session form opens once the person is in the room."),
        (Status.ARRIVED, "This visit is marked arrived. Its session form opens once the person is in the room."),
        (Status.CANCELLED, "This visit is marked cancelled. It has no session form."),
    ],
)
def test_who_opens_the_form_of_a_visit_that_is_not_in_the_room_reads_why_there_is_none(
    course: Course, osei: Injector, nurse: User, status: Status, words: str
) -> None:
    visit, client = make_session(course, osei, NOW, status=status, due_on=TODAY), log_in(nurse)
    answer = client.get(url("record", visit), follow=True)
    assert answer.redirect_chain == [(url("session", visit), 302)]
    assert words in answer.text
    assert "changed while you looked" not in answer.text
    assert client.post(url("record", visit), record_data()).status_code == 409


def test_a_stale_save_is_answered_with_who_writes(in_room: TreatmentSession, nurse: User, prescriber: User) -> None:
    save(in_room, nurse)
    answer = log_in(prescriber).post(url("draft", in_room), {"note": "his", "draft_version": "0"})
    assert answer.status_code == 409
    assert answer.json()["words"] == "RN Bello is writing this session. What you typed is not saved."


def test_a_save_that_was_read_before_the_signature_and_comes_after_it_keeps_nothing(
    in_room: TreatmentSession, nurse: User
) -> None:
    TreatmentSession.objects.filter(pk=in_room.pk).update(status=Status.DONE, given_on=TODAY)
    with pytest.raises(NotWritten):
        save(in_room, nurse, "late")
    with pytest.raises(NotWritten):
        settle(session=in_room, fields={"note": ["late"]}, version=0, by=nurse, at=NOW)
    assert draft_of(in_room) is None


def test_the_draft_is_gone_once_the_session_is_signed(in_room: TreatmentSession, nurse: User) -> None:
    client = log_in(nurse)
    client.post(url("draft", in_room), record_data())
    client.post(url("record", in_room), record_data())
    assert not SessionDraft.objects.exists()
    assert client.post(url("draft", in_room), record_data()).status_code == 409


def test_what_was_typed_is_unreadable_in_the_database(in_room: TreatmentSession, nurse: User) -> None:
    save(in_room, nurse, "left arm sore")
    with connection.cursor() as cursor:
        cursor.execute("SELECT fields FROM treatments_sessiondraft")
        assert "sore" not in cursor.fetchone()[0]
