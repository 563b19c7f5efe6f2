"""The guards outlive a migration that alters their table: SQLite rebuilds the table for it."""

from pathlib import Path

from tests.servers.database import own_database, run_python

# Alters a field of every guarded table through the same schema editor that migrate uses.
ALTER = """
import django
django.setup()
from django.apps import apps
from django.db import connection, models
from clinic.constraints.guard import Guard
from clinic.checks import guard_names, standing_guards

guarded = [m for m in apps.get_models() if any(isinstance(c, Guard) for c in m._meta.constraints)]
# Clinic too: every guarded table points to it, as triggers of a record's parts point to the record.
for model in dict.fromkeys([*guarded, apps.get_model("clinic", "Clinic")]):
    wide = models.CharField(max_length=77, default="x")
    wide.set_attributes_from_name("altered_by_a_test")
    wide.model = model
    with connection.schema_editor() as editor:
        editor.add_field(model, wide)
    wider = models.CharField(max_length=99, default="x")
    wider.set_attributes_from_name("altered_by_a_test")
    wider.model = model
    with connection.schema_editor() as editor:
        editor.alter_field(model, wide, wider)
missing = guard_names() - standing_guards()
assert not missing, missing
print(len(guarded), "tables altered")
"""


def test_every_guard_stands_after_its_table_was_altered(db: None, tmp_path: Path) -> None:
    with own_database(tmp_path) as environment:
        assert "tables altered" in run_python("-c", ALTER, environment=environment)
