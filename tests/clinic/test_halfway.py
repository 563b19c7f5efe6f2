"""What was many migrations is one for each room: who took all of them goes on, who took some is told what to do."""

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from clinic.checks import guards_stand, halfway, migrations_pending, newest_migrations, no_room_is_halfway

pytestmark = pytest.mark.django_db


def forget(app: str, *, after: str) -> None:
    """Let the database have taken no step of a room after this one."""
    recorder = MigrationRecorder(connection)
    for room, name in recorder.applied_migrations():
        if room == app and name > after:
            recorder.record_unapplied(room, name)


def test_a_database_that_took_the_steps_one_by_one_has_nothing_left_to_do() -> None:
    MigrationRecorder(connection).record_unapplied("interface", "0001_initial")
    assert not migrations_pending()
    assert no_room_is_halfway(None, databases=["default"]) == []
    assert guards_stand(None, databases=["default"]) == []


@pytest.mark.parametrize("newest", ["0001_initial", "0008_visits_left_open"])
def test_a_database_halfway_is_refused_before_migrate_begins(newest: str) -> None:
    forget("treatments", after=newest)
    with pytest.raises(SystemCheckError, match=rf"stands at treatments\.{newest}, halfway"):
        call_command("migrate", verbosity=0, skip_checks=False)


def test_nothing_is_halfway_in_an_empty_database_or_a_newer_one() -> None:
    assert halfway({}) == []
    assert halfway(newest_migrations() | {"treatments": "0010_what_comes_next"}) == []


def test_a_new_migration_has_a_number_after_all_that_its_room_ever_had() -> None:
    """The newest of a database, or of a copy, is told by its number."""
    known = MigrationLoader(None).disk_migrations
    old = {(room, name) for migration in known.values() for room, name in migration.replaces}
    firsts = {one for one, migration in known.items() if migration.initial or migration.replaces}
    new = known.keys() - firsts
    assert [one for one in new if any(room == one[0] and name >= one[1] for room, name in old)] == []
