"""A copy of everything: complete, of one person only, and logged."""

import io
import json
import zipfile
from typing import Any

import pytest
from django.apps import apps
from django.db.models import ForeignKey
from django.urls import reverse

from clinic.fields import cipher
from clinic.models import AuditEntry, User
from patients.actions import close_record, set_contact
from patients.models import Patient
from privacy.paths import tables, ways
from privacy.portrait import portrait
from reminders.models import InboundMessage
from tests.builders import NOW, TODAY, make_course, make_patient
from tests.world import World
from treatments import booking
from treatments.models import OfferInvitation, SlotOffer, TreatmentSession
from treatments.recall import waiting


def opened(response: Any) -> tuple[dict[str, Any], str]:
    """Return the data and the page in a downloaded file."""
    with zipfile.ZipFile(io.BytesIO(response.content)) as pack:
        assert pack.namelist() == ["person.json", "person.html"]
        return json.loads(pack.read("person.json")), pack.read("person.html").decode()


def download(client: Any, patient: Patient) -> Any:
    """Ask for everything about a person."""
    return client.post(reverse("privacy:download", args=[patient.uid]))


def leads_to_a_person(model: Any, seen: frozenset[Any] = frozenset()) -> bool:
    """Return whether any chain of foreign keys ends at a patient; the long way, unlike the code."""
    others = {field.related_model for field in model._meta.concrete_fields if isinstance(field, ForeignKey)}
    return any(other is Patient or leads_to_a_person(other, seen | {model}) for other in others - seen - {model})


def test_every_table_that_leads_to_a_person_is_covered() -> None:
    leading = {model for model in apps.get_models() if leads_to_a_person(model)}
    assert leading - set(tables()) == set()


def test_every_row_about_a_person_is_in_their_copy(harbour: World) -> None:
    found = {table.name: table.rows for table in portrait(harbour.patient)}
    assert found["patients.Patient"][0]["family_name"] == "Santos"
    for name in (
        "patients.ContactPoint",
        "patients.PreventiveTrial",
        "patients.AcuteMedication",
        "patients.Authorization",
        "patients.DiaryClaim",
        "treatments.Course",
        "treatments.TreatmentSession",
        "treatments.SessionEvent",
        "treatments.SideEffect",
        "treatments.WaitingEntry",
        "reminders.Reminder",
        "reminders.InboundMessage",
        "reminders.PatientLink",
        "reminders.DiaryLink",
    ):
        assert found[name], name


def test_nothing_of_anybody_else_is_in_it(harbour: World) -> None:
    text = json.dumps([table.rows for table in portrait(harbour.patient)], default=str)
    assert "Reid" not in text
    assert "Novak" not in text


def test_what_others_said_to_a_time_that_the_person_took_is_in_theirs_alone(harbour: World) -> None:
    other = make_course(make_patient(harbour.clinic, "Jo", "Park"))
    for course, answer in ((harbour.course, "yes"), (other, "no")):
        OfferInvitation.objects.create(clinic=harbour.clinic, offer=harbour.offer, course=course, answer=answer)
    SlotOffer.objects.filter(pk=harbour.offer.pk).update(state="taken", session=harbour.session)
    for patient, answer in ((harbour.patient, "Yes"), (other.patient, "No")):
        said = next(table.rows for table in portrait(patient) if table.name == "treatments.OfferInvitation")
        assert [row["answer"] for row in said] == [answer]


def test_joined_records_are_in_each_others_copy(harbour: World, keeper: User) -> None:
    twin = make_patient(harbour.clinic, "Mary", "Santos")
    close_record(patient=twin, closed=Patient.Closed.MERGED, on=TODAY, by=keeper, at=NOW, into=harbour.patient)
    twin.refresh_from_db()
    for one in (harbour.patient, twin):
        people = next(table.rows for table in portrait(one) if table.name == "patients.Patient")
        assert {row["given_name"] for row in people} == {"Maria", "Mary"}


def test_the_file_holds_data_and_a_page_to_read(harbour: World, kit: Any) -> None:
    data, page = opened(download(kit, harbour.patient))
    assert data["tables"]["treatments.SideEffect"][0]["severity"] == "Mild"
    assert "<h1>Maria Santos</h1>" in page
    assert "Propranolol" in page


def test_texts_that_were_put_to_nobody_stay_out_and_the_page_says_to_put_them_to_somebody_first(
    harbour: World, keeper: User, kit: Any
) -> None:
    old, new, stranger = "+447700900700", "+447700900701", "+447700900702"
    for number in (old, new):
        set_contact(patient=harbour.patient, channel="sms", address=number, by=keeper, at=NOW)
    page = reverse("privacy:about", args=[harbour.patient.uid])
    assert "nobody has said who wrote them" not in kit.get(page).content.decode()
    for key, number in enumerate((old, new, stranger)):
        InboundMessage.objects.create(
            clinic=harbour.clinic, gateway_id=key, sender=number, body="Sore neck", received_at=NOW, meaning="other"
        )
    said = kit.get(page).content.decode()
    assert "nobody has said who wrote them" in said
    for number, named in ((old, 1), (new, 1), (stranger, 0)):
        text = InboundMessage.objects.get(sender=number)
        assert said.count(reverse("reminders:inbox_message", args=[text.uid])) == named
    assert "Sore neck" not in opened(download(kit, harbour.patient))[1]

    InboundMessage.objects.filter(sender__in=[old, new]).update(patient=harbour.patient)
    assert "nobody has said who wrote them" not in kit.get(page).content.decode()
    assert "Sore neck" in opened(download(kit, harbour.patient))[1]


def test_no_key_to_a_page_is_in_it(harbour: World, kit: Any) -> None:
    data, page = opened(download(kit, harbour.patient))
    assert "token_hash" not in json.dumps(data) + page


def test_what_a_person_wrote_is_text_on_the_page(harbour: World, kit: Any) -> None:
    Patient.objects.filter(pk=harbour.patient.pk).update(payer="<script>alert(1)</script>")
    assert "<script>" not in opened(download(kit, harbour.patient))[1]


def test_an_encrypted_reason_inside_a_move_is_in_words(harbour: World, keeper: User) -> None:
    before = {"early_reason": cipher().encrypt(b"Travels in May").decode(), "answer": ""}
    harbour.session.events.create(clinic=harbour.clinic, at=NOW, kind="moved", by=keeper, before=before)
    events = next(table.rows for table in portrait(harbour.patient) if table.name == "treatments.SessionEvent")
    assert {"early_reason": "Travels in May", "answer": ""} in [row["before"] for row in events]


def test_what_is_noted_of_a_visit_and_of_a_wait_is_in_words_and_so_is_what_was_noted_before(
    harbour: World, keeper: User
) -> None:
    for words in ("needs parking", "comes by train"):
        visit = TreatmentSession.objects.get(pk=harbour.session.pk)
        booking.change_note(session=visit, note=words, by=keeper, at=NOW)
    waiting.add(course=harbour.course, by=keeper, at=NOW, note="call the daughter")
    found = {table.name: table.rows for table in portrait(harbour.patient)}
    assert "comes by train" in [row["note"] for row in found["treatments.TreatmentSession"]]
    assert {"note": "needs parking"} in [row["before"] for row in found["treatments.SessionEvent"]]
    assert "call the daughter" in [row["note"] for row in found["treatments.WaitingEntry"]]


def test_the_name_of_the_file_says_nothing(harbour: World, kit: Any) -> None:
    assert download(kit, harbour.patient)["Content-Disposition"] == (
        f'attachment; filename="person-{harbour.patient.uid}.zip"'
    )


def test_the_copy_is_logged(harbour: World, kit: Any, keeper: User) -> None:
    download(kit, harbour.patient)
    entry = AuditEntry.objects.get(action="export", kind="person")
    assert (entry.actor, entry.subject) == (keeper, harbour.patient.uid)


def test_it_is_made_by_a_press_of_a_button_never_by_a_link(harbour: World, kit: Any) -> None:
    assert kit.get(reverse("privacy:download", args=[harbour.patient.uid])).status_code == 405


def test_it_can_be_asked_for_again_from_the_same_page(harbour: World, kit: Any) -> None:
    page = kit.get(reverse("privacy:about", args=[harbour.patient.uid])).text
    assert f'action="{reverse("privacy:download", args=[harbour.patient.uid])}" data-download>' in page


def test_an_admin_of_another_clinic_gets_nothing(harbour: World, elsewhere: Any) -> None:
    assert download(elsewhere, harbour.patient).status_code == 404


def test_old_contact_points_are_in_it(harbour: World, keeper: User) -> None:
    set_contact(
        patient=harbour.patient, channel="sms", address="07700 900555", by=keeper, at=NOW, consent_source="asked"
    )
    points = next(table.rows for table in portrait(harbour.patient) if table.name == "patients.HistoricalContactPoint")
    assert any(row["address"] == "+447700900555" for row in points)


@pytest.mark.parametrize("model", tables(), ids=lambda model: model._meta.label)
def test_a_way_to_the_person_ends_at_the_person(model: Any) -> None:
    for way in ways(model):
        step = model
        for name in way.split("__"):
            step = step._meta.get_field(name).related_model
        assert step is Patient


def test_the_page_says_fields_in_words_and_leaves_keys_to_the_data(harbour: World, kit: Any) -> None:
    data, page = opened(download(kit, harbour.patient))
    assert "<dt>family name</dt>" in page
    assert "family_name" not in page
    assert "<dt>id</dt>" not in page
    assert "<dt>uid</dt>" not in page
    assert "<dd>True</dd>" not in page
    assert data["tables"]["patients.Patient"][0]["uid"] == str(harbour.patient.uid)
