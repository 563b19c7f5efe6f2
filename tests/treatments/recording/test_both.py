"""Two people, or two windows, on one session form: both versions are shown, nothing typed is lost."""

import datetime as dt
import re
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from clinic.models import AuditEntry, User
from tests.builders import NOW
from tests.conftest import log_in
from tests.pages import text
from tests.treatments.record_form import record_data, record_url
from treatments.forms.record import comparing
from treatments.forms.record.form import RecordForm
from treatments.forms.record.sections import SECTIONS, section_of
from treatments.models import SessionDraft, SessionEvent, SessionRecord, TreatmentSession
from treatments.recording import drafting
from treatments.safety import QUESTIONS

pytestmark = pytest.mark.django_db


def typed(**more: Any) -> dict[str, list[str]]:
    return {name: value if isinstance(value, list) else [value] for name, value in record_data(**more).items()}


def keep(session: TreatmentSession, by: User, version: int = 0, **more: Any) -> SessionDraft:
    return drafting.save_draft(session=session, fields=typed(**more), version=version, by=by, at=NOW)


def both_url(session: TreatmentSession) -> str:
    return reverse("treatments:both", args=[session.uid])


def drafted(session: TreatmentSession) -> dict[str, list[str]]:
    draft = drafting.draft_of(session)
    assert draft
    return drafting.fields_of(draft)


def test_a_signature_over_somebody_elses_draft_shows_both_versions(
    in_room: TreatmentSession, nurse: User, prescriber: User
) -> None:
    keep(in_room, nurse, lot="HERS", note="sore on the left")
    sites = [code for code in record_data()["sites"] if code != "PRO"]
    answer = log_in(prescriber).post(
        record_url(in_room), record_data(lot="HIS", sites=sites, skip_PRO="refused", draft_version="0")
    )
    page = text(answer)
    assert answer.status_code == 409
    assert "RN Bello is writing this session" in page
    for words in ("HERS", "HIS", "sore on the left", "Procerus, midline", "left out: the person did not want it"):
        assert words in page
    assert page.count("Keep mine") == page.count("Take theirs") == 2  # injections; vial and sign
    assert 'name="lot" value="HIS"' in page
    assert not SessionRecord.objects.exists()


def test_each_section_is_chosen_by_itself_and_taking_over_is_in_the_history(
    in_room: TreatmentSession, nurse: User, prescriber: User
) -> None:
    draft = keep(in_room, nurse, lot="HERS", sites=["PRO"])
    client = log_in(prescriber)
    mine = record_data(lot="HIS", sites=["COR-R"], seen=str(draft.version))
    page = text(client.post(both_url(in_room), mine | {"take_sites": "theirs", "take_sign": "mine"}, follow=True))
    assert "You took this session over, with what you chose of both." in page
    assert (drafted(in_room)["lot"], drafted(in_room)["sites"]) == (["HIS"], ["PRO"])
    event = in_room.events.get(kind=SessionEvent.Kind.TAKEN_OVER)
    assert (event.by, event.at, event.reason) == (prescriber, NOW, "RN Bello was writing it")
    assert AuditEntry.objects.get(kind="draft taken over").actor == prescriber
    history = text(client.get(reverse("treatments:session", args=[in_room.uid])))
    assert "Taken over, Dr Osei – RN Bello was writing it" in history


def test_of_two_windows_of_ones_own_nothing_is_taken_over(in_room: TreatmentSession, nurse: User) -> None:
    draft = keep(in_room, nurse, note="one")
    mine = record_data(note="two", seen=str(draft.version))
    page = text(log_in(nurse).post(both_url(in_room), mine | {"take_sign": "mine"}, follow=True))
    assert "What you chose of both is kept." in page
    assert not in_room.events.filter(kind=SessionEvent.Kind.TAKEN_OVER).exists()


def test_who_chose_of_both_and_was_taken_over_at_once_does_not_read_that_they_write_it(
    in_room: TreatmentSession, nurse: User, prescriber: User
) -> None:
    draft = keep(in_room, nurse, note="hers")
    client = log_in(prescriber)
    answer: Any = client.post(both_url(in_room), record_data(note="his", seen=str(draft.version)))
    drafting.take_over(session=in_room, by=nurse, at=NOW)
    page = text(client.get(answer.url))
    assert "RN Bello is writing this session" in page
    assert "You are writing" not in page


def test_what_a_colleague_saved_is_not_said_to_be_saved_by_who_took_it_over(
    in_room: TreatmentSession, nurse: User, prescriber: User
) -> None:
    keep(in_room, nurse, note="hers")
    drafting.take_over(session=in_room, by=prescriber, at=NOW)
    page = text(log_in(prescriber).post(record_url(in_room), record_data(note="his", draft_version="0")))
    assert "You have this session in another window, saved at 10am." in page


def test_the_button_take_over_is_in_the_history_too(in_room: TreatmentSession, nurse: User, prescriber: User) -> None:
    keep(in_room, nurse)
    drafting.take_over(session=in_room, by=prescriber, at=NOW)
    assert in_room.events.filter(kind=SessionEvent.Kind.TAKEN_OVER, by=prescriber).count() == 1


def test_an_older_window_of_ones_own_signs_nothing_unseen(in_room: TreatmentSession, nurse: User) -> None:
    first = keep(in_room, nurse, note="one")
    keep(in_room, nurse, first.version, note="two")
    answer = log_in(nurse).post(record_url(in_room), record_data(note="one", draft_version="1"))
    assert answer.status_code == 409
    assert "You have this session in another window, saved at 10am." in text(answer)
    assert not SessionRecord.objects.exists()


def test_two_versions_that_say_the_same_hold_nobody_up(in_room: TreatmentSession, nurse: User) -> None:
    first = keep(in_room, nurse)
    keep(in_room, nurse, first.version)
    log_in(nurse).post(record_url(in_room), record_data(draft_version="1"))
    assert SessionRecord.objects.get().signed_by == nurse


@pytest.mark.parametrize(("box", "words"), [("vials", "Number of vials"), ("strength", "Units per vial")])
def test_two_versions_with_other_vials_of_the_second_lot_are_not_the_same(
    in_room: TreatmentSession, nurse: User, box: str, words: str
) -> None:
    second: dict[str, Any] = {
        "second_lot": "C9",
        "second_expires_on": "2027-11-30",
        "second_strength": "100",
        "second_vials": "1",
    }
    keep(in_room, nurse, **second | {f"second_{box}": "200" if box == "strength" else "2"})
    answer = log_in(nurse).post(record_url(in_room), record_data(**second, draft_version="0"))
    assert answer.status_code == 409
    assert f"Second lot: {words}" in text(answer)
    assert not SessionRecord.objects.exists()  # its sums would be those of the window that nobody chose


def test_the_boxes_of_a_second_lot_that_nobody_names_are_not_read_out(in_room: TreatmentSession, nurse: User) -> None:
    boxes = typed(second_strength="200", second_vials="1", second_prepared_day="0")
    said = [line.label for part in comparing.in_words(boxes) for line in part.lines]
    assert not [label for label in said if label.startswith("Second lot")]


def test_a_choice_made_over_an_older_version_is_asked_again(
    in_room: TreatmentSession, nurse: User, prescriber: User
) -> None:
    first = keep(in_room, nurse, note="one")
    keep(in_room, nurse, first.version, note="two")
    answer = log_in(prescriber).post(both_url(in_room), record_data(note="his", seen="1", take_sign="mine"))
    assert answer.status_code == 409
    assert "two" in text(answer)
    assert drafted(in_room)["note"] == ["two"]


def test_a_choice_that_lost_the_race_overwrites_nothing(
    in_room: TreatmentSession, nurse: User, prescriber: User
) -> None:
    keep(in_room, nurse, note="hers")
    with pytest.raises(drafting.NotYours):
        drafting.settle(session=in_room, fields=typed(note="his"), version=7, by=prescriber, at=NOW)
    assert drafted(in_room)["note"] == ["hers"]


@pytest.mark.parametrize("who", ["front_desk", "reader", "stranger"])
def test_who_may_not_inject_settles_nothing(
    in_room: TreatmentSession, request: pytest.FixtureRequest, who: str
) -> None:
    with pytest.raises(PermissionDenied):
        drafting.settle(session=in_room, fields={}, version=0, by=request.getfixturevalue(who), at=NOW)


def test_a_session_is_signed_once_and_the_second_keeps_what_was_typed(
    in_room: TreatmentSession, nurse: User, prescriber: User
) -> None:
    log_in(nurse).post(record_url(in_room), record_data())
    for url in (record_url(in_room), both_url(in_room)):
        answer = log_in(prescriber).post(url, record_data(lot="SECOND", note="mine"))
        page = text(answer)
        assert answer.status_code == 409
        assert "This session is signed already, by RN Bello at 10am." in page
        assert "SECOND" in page
        assert "mine" in page
    assert SessionRecord.objects.get().vials.get().lot == "C4471"


def test_a_second_person_reads_what_is_written_so_far(in_room: TreatmentSession, nurse: User, prescriber: User) -> None:
    keep(in_room, nurse, lot="HERS", safety_care="unknown")
    page = text(log_in(prescriber).get(record_url(in_room)))
    assert "RN Bello is writing this session" in page
    assert "<dd>HERS</dd>" in page
    assert "<dd>Not known</dd>" in page
    assert '<form method="post" action="' + reverse("treatments:take_over", args=[in_room.uid]) in page


def test_every_field_belongs_to_one_section_and_every_section_has_one() -> None:
    used = {section_of(name) for name in RecordForm(since=dt.date(2026, 1, 1)).fields}
    assert used == set(SECTIONS)


def test_safety_answers_of_yesterday_are_asked_again(in_room: TreatmentSession, nurse: User) -> None:
    keep(in_room, nurse, screened_on="2026-11-22", note="from yesterday")
    page = text(log_in(nurse).get(record_url(in_room)))
    assert "from yesterday" in page
    assert 'value="no" checked' not in page.replace('class="form-check-input" ', "")
    assert 'name="screened_on" value="2026-11-23"' in page


@pytest.mark.parametrize(
    ("day", "when"), [("2026-11-22", "on Sunday 22 November 2026"), ("", "on another day"), ("x", "on another day")]
)
def test_a_page_left_open_over_night_is_asked_again(
    in_room: TreatmentSession, nurse: User, day: str, when: str
) -> None:
    client = log_in(nurse)
    answer = client.post(record_url(in_room), record_data(screened_on=day))
    page = text(answer)
    assert answer.status_code == 422
    assert f"The safety questions were answered {when}. Ask them again today." in page
    assert f"Answer {len(QUESTIONS)} safety questions, each with Yes, No or Not known." in page
    assert 'name="screened_on" value="2026-11-23"' in page
    assert client.post(record_url(in_room), record_data()).status_code == 302


def test_merging_keeps_what_only_one_side_has() -> None:
    merged = comparing.merged({"note": ["mine"], "lot": ["A"]}, {"sites": ["PRO"]}, {"sites"})
    assert merged == {"note": ["mine"], "lot": ["A"], "sites": ["PRO"]}


@pytest.mark.parametrize(
    ("typed_on", "day", "now"),
    [("2026-11-22", "0", "1"), ("2026-11-22", "1", "2"), ("2026-11-20", "0", "2"), ("x", "0", "2")],
)
def test_a_vial_diluted_today_was_diluted_the_day_before_when_the_form_was_left_open(
    in_room: TreatmentSession, nurse: User, typed_on: str, day: str, now: str
) -> None:
    keep(in_room, nurse, screened_on=typed_on, prepared_at="09:00", prepared_day=day)
    page = text(log_in(nurse).get(record_url(in_room)))
    assert re.search(rf'<select name="prepared_day".*?value="{now}" selected', page)


def test_a_vial_that_stood_overnight_is_not_signed_for(in_room: TreatmentSession, nurse: User) -> None:
    client = log_in(nurse)
    data = record_data(screened_on="2026-11-22", prepared_at="09:00", prepared_day="0")
    page = text(client.post(record_url(in_room), data))
    chosen = re.search(r'<select name="prepared_day".*?value="(.)" selected', page)
    assert chosen
    again = client.post(record_url(in_room), data | {"screened_on": "2026-11-23", "prepared_day": chosen[1]})
    assert again.status_code == 422
    assert "The vial was reconstituted more than 24 hours ago." in text(again)
