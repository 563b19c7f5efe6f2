"""The log of who did what is a chain: whatever is done to a linked entry behind the database's back is found."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse

from clinic import audit, chain
from clinic.models import AuditEntry, AuditHead, AuditLink, Clinic, Opening, User
from clinic.tasks import seal_audit
from patients.models import Patient
from tests.builders import NOW
from tests.clinic.test_constraints import refused
from tests.conftest import log_in
from tests.servers.database import own_database, run_python


@pytest.fixture
def entries(riverside: Clinic, front_desk: User) -> list[AuditEntry]:
    """Five entries in the chain."""
    made = [
        audit.record(clinic=riverside, by=front_desk, at=NOW, action=AuditEntry.Action.READ, kind=f"page {number}")
        for number in range(5)
    ]
    chain.seal(at=NOW)
    return made


def behind_the_guards(entries: list[AuditEntry], *statements: str) -> None:
    """Run SQL as somebody with all rights over the database would: without triggers and foreign keys.

    ``{2}`` stands for the number of the third entry.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET LOCAL session_replication_role = replica")
        else:
            for table in ("audit_is_append_only", "audit_chain_is_append_only"):
                cursor.execute(f"DROP TRIGGER {table}_update")
                cursor.execute(f"DROP TRIGGER {table}_delete")
            cursor.execute("PRAGMA defer_foreign_keys = ON")
        for statement in statements:
            cursor.execute(statement.format(*(entry.pk for entry in entries)))


def found() -> str:
    """Return what the command says of a log that is not intact."""
    with pytest.raises(CommandError) as error:
        call_command("verify_audit")
    mend()
    return str(error.value)


def mend() -> None:
    """Let the test's transaction end: SQLite looks at the foreign keys then."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM clinic_auditlink WHERE entry_id NOT IN (SELECT id FROM clinic_auditentry)")


def test_an_untouched_log_is_intact(entries: list[AuditEntry], capsys: Any) -> None:
    call_command("verify_audit")
    assert "Intact: 5 entries." in capsys.readouterr().out


def test_an_empty_log_is_intact(db: None, capsys: Any) -> None:
    call_command("verify_audit")
    assert "Intact: 0 entries." in capsys.readouterr().out


def test_a_log_of_one_entry_is_counted_as_one(riverside: Clinic, capsys: Any) -> None:
    audit.record(clinic=riverside, kind="patient", action=AuditEntry.Action.READ, by=None, at=NOW)
    call_command("verify_audit")
    assert "Intact: 1 entry." in capsys.readouterr().out


@pytest.mark.parametrize(
    "change", ["actor_id = NULL", "kind = 'other'", "reason = 'x'", "action = 'print'", "rows = 7"]
)
def test_an_edited_entry_is_found(entries: list[AuditEntry], change: str) -> None:
    behind_the_guards(entries, f"UPDATE clinic_auditentry SET {change} WHERE id = {{2}}")  # noqa: S608
    assert f"Not intact after 2 entries. Entry {entries[2].pk} (position 3) is not what was written." in found()


def test_a_removed_entry_is_found(entries: list[AuditEntry]) -> None:
    behind_the_guards(entries, "DELETE FROM clinic_auditentry WHERE id = {2}")
    assert f"Entry {entries[2].pk} (position 3) is gone." in found()


def test_an_entry_removed_with_its_link_is_found(entries: list[AuditEntry]) -> None:
    behind_the_guards(
        entries,
        "DELETE FROM clinic_auditlink WHERE entry_id = {2}",
        "DELETE FROM clinic_auditentry WHERE id = {2}",
    )
    assert "The link at position 3 is gone." in found()


def test_exchanged_entries_are_found(entries: list[AuditEntry]) -> None:
    behind_the_guards(
        entries,
        "UPDATE clinic_auditlink SET entry_id = -1 WHERE entry_id = {1}",
        "UPDATE clinic_auditlink SET entry_id = {1} WHERE entry_id = {3}",
        "UPDATE clinic_auditlink SET entry_id = {3} WHERE entry_id = -1",
    )
    assert "position 2" in found()


TAILS = {
    "entries": ["DELETE FROM clinic_auditentry WHERE id >= {3}"],
    "links": ["DELETE FROM clinic_auditlink WHERE entry_id >= {3}"],
    "both": ["DELETE FROM clinic_auditlink WHERE entry_id >= {3}", "DELETE FROM clinic_auditentry WHERE id >= {3}"],
}


@pytest.mark.parametrize("tail", TAILS)
def test_a_tail_cut_off_is_found(entries: list[AuditEntry], tail: str) -> None:
    behind_the_guards(entries, *TAILS[tail])
    assert "Not intact after 3 entries." in found()


def test_a_chain_written_anew_is_found_by_a_head_kept_elsewhere(entries: list[AuditEntry]) -> None:
    kept = str(AuditHead.objects.get())
    assert chain.verify(known=kept).wrong == ""
    behind_the_guards(
        entries,
        "UPDATE clinic_auditentry SET actor_id = NULL WHERE id = {0}",
        "DELETE FROM clinic_auditlink",
        "DELETE FROM clinic_audithead",
    )
    chain.seal(at=NOW, everything=True)
    assert chain.verify().wrong == ""
    assert "cut or written anew" in chain.verify(known=kept).wrong


@pytest.mark.parametrize("head", ["", " ", "5", "5:ab", "x:" + "a" * 64])
def test_what_is_no_head_is_held_against_nothing(entries: list[AuditEntry], head: str) -> None:
    with pytest.raises(CommandError, match="is no head"):
        call_command("verify_audit", head=head)


@pytest.mark.parametrize("position", ["6", "9" * 30])
def test_a_log_with_fewer_entries_than_a_head_kept_elsewhere_was_cut(entries: list[AuditEntry], position: str) -> None:
    with pytest.raises(CommandError, match="cut or written anew"):
        call_command("verify_audit", head=f"{position}:{'a' * 64}")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM clinic_auditlink",
        "UPDATE clinic_auditlink SET digest = 'x'",
        "DELETE FROM clinic_opening",
        "UPDATE clinic_opening SET kind = 'x'",
    ],
)
def test_the_chain_and_the_openings_only_grow(entries: list[AuditEntry], statement: str) -> None:
    Opening.objects.create(kind=Opening.Kind.ROTATE, at=NOW)
    with refused(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no TRUNCATE")
@pytest.mark.parametrize("table", ["clinic_auditentry", "clinic_auditlink", "treatments_sessionevent"])
def test_nothing_logged_is_swept_away(entries: list[AuditEntry], table: str) -> None:
    with refused(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {table} CASCADE")


def test_signed_texts_left_open_are_found(entries: list[AuditEntry]) -> None:
    with Opening.of_signed_texts(kind=Opening.Kind.ROTATE, by=None, at=NOW):
        assert "stand open" in chain.verify().wrong
    assert chain.verify().wrong == ""


@pytest.mark.parametrize(
    ("at", "subject"),
    [
        ("2026-11-23 10:00:00.12+00", "0e8f5c1a-2b7d-4b5e-9c3f-6a1d2e3f4a5b"),
        ("2026-11-23 10:00:00.120000", "0e8f5c1a2b7d4b5e9c3f6a1d2e3f4a5b"),
        ("2026-11-23 11:00:00.12+01", "0e8f5c1a-2b7d-4b5e-9c3f-6a1d2e3f4a5b"),
    ],
    ids=["postgresql", "sqlite", "another zone"],
)
def test_a_digest_is_the_same_in_each_release_and_on_each_database(at: str, subject: str) -> None:
    facts = [5, 1, None, at, "read", "patient", subject, None, "é"]
    told = (
        '["abc",2,5,1,null,"2026-11-23T10:00:00.120000+00:00","read","patient",'
        '"0e8f5c1a2b7d4b5e9c3f6a1d2e3f4a5b",null,"\\u00e9"]'
    )
    assert chain.digest_of(facts, 2, "abc") == hashlib.sha256(told.encode()).hexdigest()


def test_sealing_twice_links_once(entries: list[AuditEntry], riverside: Clinic) -> None:
    audit.record(clinic=riverside, by=None, at=NOW, action=AuditEntry.Action.EXPORT, kind="log", rows=3)
    assert [chain.seal(at=NOW), chain.seal(at=NOW)] == [1, 0]
    assert list(AuditLink.objects.order_by("position").values_list("position", flat=True)) == [1, 2, 3, 4, 5, 6]


def come_late(clinic: Clinic, newest: int) -> AuditEntry:
    """Write an entry whose number was drawn before that of a linked one."""
    values: dict[str, Any] = {"clinic": clinic, "at": NOW, "action": AuditEntry.Action.READ, "kind": "day"}
    AuditEntry.objects.create(pk=newest + 10, **values)
    chain.seal(at=NOW)
    return AuditEntry.objects.create(pk=newest + 5, **values)


def test_an_entry_whose_transaction_ended_late_is_linked_behind(entries: list[AuditEntry], riverside: Clinic) -> None:
    late = come_late(riverside, entries[-1].pk)
    seal_audit()
    assert AuditLink.objects.get(entry=late).position == 7
    assert chain.verify() == chain.Verdict(7)


def test_a_straggler_older_than_the_look_back_is_linked_by_the_command(
    entries: list[AuditEntry], riverside: Clinic, monkeypatch: Any
) -> None:
    monkeypatch.setattr(chain, "STRAGGLERS", 2)
    come_late(riverside, entries[-1].pk)
    assert chain.seal(at=NOW) == 0
    call_command("verify_audit")
    assert chain.verify() == chain.Verdict(7)


def test_what_is_linked_while_the_chain_is_walked_is_no_alarm(
    entries: list[AuditEntry], riverside: Clinic, monkeypatch: Any
) -> None:
    walk = chain._chain

    def link_one_and_walk(after: int) -> Any:
        audit.record(clinic=riverside, by=None, at=NOW, action=AuditEntry.Action.READ, kind="day", rows=1)
        chain.seal(at=NOW)
        return walk(after)

    monkeypatch.setattr(chain, "_chain", link_one_and_walk)
    assert chain.verify() == chain.Verdict(6)


def test_links_behind_the_head_are_found(entries: list[AuditEntry]) -> None:
    third = AuditLink.objects.get(position=3)
    AuditHead.objects.update(position=3, digest=third.digest)
    assert chain.verify() == chain.Verdict(5, "The chain does not end where it should, at position 3.")


def test_sealing_goes_on_in_batches(entries: list[AuditEntry], riverside: Clinic, monkeypatch: Any) -> None:
    monkeypatch.setattr(chain, "BATCH", 2)
    for _ in range(5):
        audit.record(clinic=riverside, by=None, at=NOW, action=AuditEntry.Action.READ, kind="day", rows=1)
    assert chain.seal(at=NOW) == 5
    assert chain.verify() == chain.Verdict(10)


def test_opening_a_record_leaves_its_trace_in_one_statement(
    maria: Patient, front_desk: User, django_assert_max_num_queries: Any
) -> None:
    client = log_in(front_desk)
    with django_assert_max_num_queries(60) as asked:
        client.get(reverse("patients:detail", args=[maria.uid]))
    touching = [query["sql"] for query in asked.captured_queries if "clinic_audit" in query["sql"]]
    assert len(touching) == 1
    assert touching[0].startswith("INSERT")


def test_writers_and_sealers_at_once_make_one_unbroken_chain(db: None, tmp_path: Path) -> None:
    with own_database(tmp_path) as environment:
        outcome = json.loads(run_python("-m", "tests.clinic.sealing_race", environment=environment))
    assert outcome["wrong"] == ""
    assert outcome["failed"] == 0
    assert outcome["links"] == outcome["entries"] == outcome["written"]
