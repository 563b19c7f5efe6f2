"""Encrypted texts move to a new key while the old one still reads, signed ones included; and all free text is encrypted."""

import datetime as dt
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import CharField, TextField

from clinic import rotation
from clinic.fields import EncryptedTextField, TextsInsideField
from clinic.models import Injector, Opening, User
from patients.models import Assessment, Patient
from privacy.paths import tables
from tests.builders import NOW, make_assessment, make_course, make_patient, make_session
from tests.clinic.test_constraints import refused
from treatments.models import SessionEvent

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def signed(maria: Patient, prescriber: User, settings: Any) -> Assessment:
    """A signed assessment with a reason, and Maria with a note, both under the old key."""
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    maria.safety_note = "Allergic to plaster"
    maria.save()
    signed = make_assessment(
        maria, signed_by=prescriber, override_reason="Tried two years ago", override_role="prescriber"
    )
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    return signed


def test_texts_are_readable_under_the_new_key_alone_afterwards(
    signed: Assessment, maria: Patient, settings: Any
) -> None:
    call_command("rotate_keys")
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    assert Patient.objects.get(pk=maria.pk).safety_note == "Allergic to plaster"
    assert Assessment.objects.get(pk=signed.pk).override_reason == "Tried two years ago"
    assert {row.safety_note for row in maria.history.all()} <= {"", "Allergic to plaster"}


def test_the_old_key_reads_until_then(signed: Assessment) -> None:
    assert Assessment.objects.get(pk=signed.pk).override_reason == "Tried two years ago"


def test_the_old_key_reads_nothing_afterwards(signed: Assessment, settings: Any) -> None:
    call_command("rotate_keys")
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    with pytest.raises(InvalidToken):
        Assessment.objects.get(pk=signed.pk)


def test_it_goes_on_where_it_was_stopped(signed: Assessment, settings: Any) -> None:
    for batch in rotation.rotate(at=NOW, size=1):
        if batch.rewritten:
            break
    assert sum(batch.rewritten for batch in rotation.rotate(at=NOW, size=1)) > 0
    assert sum(batch.rewritten for batch in rotation.rotate(at=NOW, size=1)) == 0
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    assert Assessment.objects.get(pk=signed.pk).override_reason == "Tried two years ago"


def test_a_text_that_changes_meanwhile_is_not_written_over(
    signed: Assessment, maria: Patient, monkeypatch: Any
) -> None:
    read = rotation._read

    def read_and_wait(*args: Any) -> Any:
        rows = read(*args)
        Patient.objects.filter(pk=maria.pk).update(safety_note="Not allergic")
        return rows

    monkeypatch.setattr(rotation, "_read", read_and_wait)
    call_command("rotate_keys")
    assert Patient.objects.get(pk=maria.pk).safety_note == "Not allergic"


def test_a_text_no_key_can_read_is_named_and_left(signed: Assessment, settings: Any) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    with pytest.raises(CommandError, match="No key can read"):
        call_command("rotate_keys")
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    assert Assessment.objects.get(pk=signed.pk).override_reason == "Tried two years ago"


@pytest.mark.parametrize("size", ["0", "-1", "9" * 20])
def test_a_batch_of_nothing_or_beyond_all_numbers_is_refused_and_does_not_say_that_the_old_key_can_go(
    signed: Assessment, size: str
) -> None:
    with pytest.raises(CommandError, match="from 1 to 100000"):
        call_command("rotate_keys", f"--batch={size}")


def test_a_reason_inside_the_history_of_a_move_moves_too(
    maria: Patient, osei: Injector, prescriber: User, settings: Any
) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    session = make_session(make_course(maria), osei, NOW + dt.timedelta(days=1))
    before = {"early_reason": Fernet(OLD).encrypt(b"Travels in May").decode(), "answer": ""}
    event = SessionEvent.objects.create(
        clinic=maria.clinic, session=session, at=NOW, by=prescriber, kind="moved", before=before
    )
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    call_command("rotate_keys")
    event.refresh_from_db()
    assert event.before["answer"] == ""
    assert Fernet(NEW).decrypt(event.before["early_reason"].encode()) == b"Travels in May"


def test_every_opening_was_closed(signed: Assessment) -> None:
    call_command("rotate_keys", batch=1)
    openings = Opening.objects.filter(closes__isnull=True)
    assert openings.count() == Opening.objects.filter(closes__isnull=False).count() > 0


def test_a_signed_text_is_not_changed_without_an_opening(signed: Assessment) -> None:
    with refused():
        Assessment.objects.filter(pk=signed.pk).update(override_reason="Something else")


@pytest.mark.parametrize("change", ["headache_days = 1", "signed_by_id = NULL", "outcome = 'met'"])
def test_nothing_but_text_of_a_signed_row_is_changed_in_an_opening(signed: Assessment, change: str) -> None:
    with (
        refused(),
        Opening.of_signed_texts(kind=Opening.Kind.ROTATE, by=None, at=NOW),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE patients_assessment SET {change}, override_reason = '' WHERE id = %s", [signed.pk])  # noqa: S608


def test_a_signed_row_is_not_deleted_in_an_opening(signed: Assessment) -> None:
    with refused(), Opening.of_signed_texts(kind=Opening.Kind.ERASE, by=None, at=NOW):
        signed.delete()


# Short texts that are no free clinical text, and why they may be read in the database.
PLAIN = {
    "given_name": "found by",
    "family_name": "found by",
    "record_number": "found by",
    "search_text": "found by",
    "address": "written to",
    "sender": "found by",
    "subject": "goes out as an open letter",
    "drug": "counted",
    "dose": "beside the drug",
    "product": "counted",
    "payer": "counted",
    "codes": "billing codes",
    "error": "a gateway's words",
    "failed_reason": "a gateway's words",
    "receipt_words": "a gateway's words",
    "provider_id": "a gateway's number",
    "reason": "why a message stands where it stands: our own words",
    "transfer_reason": "our own words",
    "InboundMessage.note": "our own words",
    "StockVial.discard_reason": "about a vial",
    "BookedAs.system": "another program's name for a visit",
    "BookedAs.value": "another program's name for a visit",
    "occasion": "our own words",
    "answer": "our own words",
    "history_change_reason": "never set",
    "token_hash": "a digest",
}


@pytest.mark.parametrize("model", tables(), ids=lambda model: model._meta.label)
def test_free_text_about_a_person_is_encrypted(model: Any) -> None:
    plain = [
        field.name
        for field in model._meta.concrete_fields
        if (isinstance(field, TextField) or (isinstance(field, CharField) and (field.max_length or 0) >= 100))
        and not isinstance(field, EncryptedTextField)
        and not field.choices
    ]
    assert [name for name in plain if name not in PLAIN and f"{model.__name__}.{name}" not in PLAIN] == []


def test_what_is_stored_of_an_encrypted_text_says_nothing(signed: Assessment) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT override_reason FROM patients_assessment WHERE id = %s", [signed.pk])
        assert "years" not in cursor.fetchone()[0]


def test_every_encrypted_table_is_walked() -> None:
    walked = rotation.encrypted_tables()
    for model in apps.get_models():
        texts = any(isinstance(field, EncryptedTextField | TextsInsideField) for field in model._meta.fields)
        assert (texts or model is Authenticator) == (model in walked)


def test_second_steps_open_under_the_new_key_alone_afterwards(admin: User, settings: Any) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    app = Authenticator.objects.create(user=admin, type="totp", data={"secret": get_adapter().encrypt("JBSWY3DP")})
    passkey = Authenticator.objects.create(user=admin, type="webauthn", data={"credential": "gAAAAno-token-of-ours"})
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    call_command("rotate_keys")
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    app.refresh_from_db()
    assert get_adapter().decrypt(app.data["secret"]) == "JBSWY3DP"
    passkey.refresh_from_db()
    assert passkey.data == {"credential": "gAAAAno-token-of-ours"}


def test_rows_of_a_person_without_texts_are_left(maria: Patient) -> None:
    make_patient(maria.clinic, "Tom", "Reid")
    assert sum(batch.rewritten for batch in rotation.rotate(at=NOW)) == 0
