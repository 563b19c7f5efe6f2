"""The audit log's chain is looked at without anybody asking: what is found, when, who reads it, and what ends it."""

import datetime as dt

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse

from clinic import audit, chain
from clinic.models import AuditCheck, AuditEntry, AuditHead, AuditLink, Clinic, Opening, User
from clinic.tasks import seal_audit
from patients.models import Patient
from reminders.models import Heartbeat
from reminders.watching import facts as watch
from tests.builders import NOW
from tests.clinic.monitoring.test_probes import ask
from tests.clinic.test_chain import TAILS, behind_the_guards, entries, mend
from tests.conftest import log_in

__all__ = ["entries"]
MINUTE = dt.timedelta(minutes=1)
EDIT = "UPDATE clinic_auditentry SET actor_id = NULL WHERE id = {2}"


def tick(at: dt.datetime = NOW) -> None:
    """Let the worker's task run at a moment."""
    with time_machine.travel(at, tick=False):
        seal_audit()


def broken_since() -> dt.datetime | None:
    return Heartbeat.objects.get(part=Heartbeat.Part.INTACT).failing_since


@pytest.fixture
def checked(entries: list[AuditEntry]) -> list[AuditEntry]:
    """Five entries in the chain, found right just now."""
    tick()
    assert broken_since() is None
    return entries


def test_an_edited_entry_is_found_ten_minutes_later(checked: list[AuditEntry]) -> None:
    behind_the_guards(checked, EDIT)
    tick(NOW + 9 * MINUTE)
    assert broken_since() is None
    tick(NOW + 10 * MINUTE)
    assert broken_since() == NOW + 10 * MINUTE


@pytest.mark.parametrize("tail", TAILS)
def test_a_tail_cut_off_is_found(checked: list[AuditEntry], tail: str) -> None:
    behind_the_guards(checked, *TAILS[tail])
    wrong = chain.check(at=NOW + 10 * MINUTE)
    mend()
    assert wrong


@pytest.mark.parametrize("tail", TAILS)
def test_a_tail_cut_off_before_it_was_looked_at_is_found(entries: list[AuditEntry], tail: str) -> None:
    behind_the_guards(entries, *TAILS[tail])
    wrong = chain.check(at=NOW)
    mend()
    assert wrong


def test_a_head_that_is_not_the_last_link_is_found(checked: list[AuditEntry]) -> None:
    AuditHead.objects.update(digest="0" * 64)
    wrong = "The chain does not end where it should, at position 5."
    assert (chain.verify().wrong, chain.check(at=NOW)) == (wrong, wrong)


def test_signed_texts_left_open_are_found(checked: list[AuditEntry]) -> None:
    with Opening.of_signed_texts(kind=Opening.Kind.ROTATE, by=None, at=NOW):
        assert "stand open" in chain.check(at=NOW)
    assert chain.check(at=NOW) == ""


def test_a_tail_cut_off_together_with_the_head_is_found(checked: list[AuditEntry]) -> None:
    kept, third = str(AuditHead.objects.get()), AuditLink.objects.get(position=3)
    behind_the_guards(checked, *TAILS["both"])
    AuditHead.objects.update(position=3, digest=third.digest)
    assert chain.check(at=NOW) == f"The head {kept} is not part of this chain: it was cut or written anew."


def test_a_chain_written_anew_is_found_without_a_head_kept_elsewhere(checked: list[AuditEntry]) -> None:
    behind_the_guards(
        checked,
        "UPDATE clinic_auditentry SET actor_id = NULL WHERE id = {0}",
        "DELETE FROM clinic_auditlink",
        "DELETE FROM clinic_audithead",
    )
    chain.seal(at=NOW, everything=True)
    assert "cut or written anew" in chain.check(at=NOW)
    with pytest.raises(CommandError, match="cut or written anew"):
        call_command("verify_audit")


def test_what_is_new_and_a_stretch_of_the_whole_are_looked_at_in_turn(
    entries: list[AuditEntry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, "AT_ONCE", 2)
    places = []
    for _ in range(4):
        assert chain.check(at=NOW) == ""
        places.append(AuditCheck.objects.values_list("position", "walked").get())
    assert places == [(2, 2), (4, 4), (5, 0), (5, 2)]


def test_an_old_entry_that_is_edited_is_found_when_its_stretch_comes(
    checked: list[AuditEntry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, "AT_ONCE", 2)
    behind_the_guards(checked, EDIT)
    found = [chain.check(at=NOW) for _ in range(3)]
    assert found[0] == ""
    assert found[1] == found[2] == f"Entry {checked[2].pk} (position 3) is not what was written."


def test_what_is_linked_while_it_is_looked_at_is_no_alarm(
    checked: list[AuditEntry], riverside: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = chain._chain

    def link_one_and_walk(after: int) -> object:
        audit.record(clinic=riverside, by=None, at=NOW, action=AuditEntry.Action.READ, kind="day", rows=1)
        chain.seal(at=NOW)
        return walk(after)

    monkeypatch.setattr(chain, "_chain", link_one_and_walk)
    assert [chain.check(at=NOW) for _ in range(2)] == ["", ""]


def test_a_clock_set_back_keeps_nothing_from_being_looked_at(checked: list[AuditEntry]) -> None:
    behind_the_guards(checked, EDIT)
    tick(NOW - 60 * MINUTE)
    assert broken_since() == NOW - 60 * MINUTE


def test_admins_read_it_on_today_and_the_desk_does_not(
    checked: list[AuditEntry], admin: User, front_desk: User
) -> None:
    behind_the_guards(checked, EDIT)
    tick(NOW + 10 * MINUTE)
    with time_machine.travel(NOW + 10 * MINUTE, tick=False):
        words = "The audit log is not as it was written: found at 10:10am."
        assert words in log_in(admin).get("/today/").content.decode()
        assert words not in log_in(front_desk).get("/today/").content.decode()


def test_whoever_asks_who_looked_reads_that_the_list_is_not_to_be_relied_on(
    checked: list[AuditEntry], maria: Patient, admin: User
) -> None:
    page = reverse("privacy:who_looked", args=[maria.uid])
    assert "Do not rely on this list" not in log_in(admin).get(page).content.decode()
    behind_the_guards(checked, EDIT)
    tick(NOW + 10 * MINUTE)
    assert "Do not rely on this list" in log_in(admin).get(page).content.decode()


def test_a_monitor_is_told(checked: list[AuditEntry]) -> None:
    behind_the_guards(checked, EDIT)
    tick(NOW + 10 * MINUTE)
    with time_machine.travel(NOW + 14 * MINUTE, tick=False):
        assert ask("/readyz").json()["checks"]["background"]["failing_seconds"] == {"intact": 240}


def test_it_ends_with_the_entry_as_it_was_and_the_command_tells_of_both(
    checked: list[AuditEntry], riverside: Clinic, front_desk: User
) -> None:
    behind_the_guards(checked, EDIT)
    with pytest.raises(CommandError):
        call_command("verify_audit")
    assert [trouble.kind for trouble in watch.look(clinic=riverside, now=NOW).upkeep] == ["broken"]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE clinic_auditentry SET actor_id = %s WHERE id = %s", [front_desk.pk, checked[2].pk])
    call_command("verify_audit")
    assert watch.look(clinic=riverside, now=NOW).upkeep == []


@pytest.mark.parametrize("cut_off", ["{position}", "{position}:{digest:.4}...", "{digest}", "4711", " "])
def test_what_is_no_head_is_not_called_a_log_written_anew(checked: list[AuditEntry], cut_off: str) -> None:
    head = AuditHead.objects.get()
    with pytest.raises(CommandError, match="Write it as an earlier run printed it"):
        call_command("verify_audit", head=cut_off.format(position=head.position, digest=head.digest))


def test_a_head_is_known_with_the_blanks_and_letters_it_was_copied_with(checked: list[AuditEntry]) -> None:
    call_command("verify_audit", head=f" {str(AuditHead.objects.get()).upper()}\n")


def test_a_head_that_was_typed_wrong_alarms_nobody_else(checked: list[AuditEntry]) -> None:
    with pytest.raises(CommandError):
        call_command("verify_audit", head="5:abc")
    assert broken_since() is None
