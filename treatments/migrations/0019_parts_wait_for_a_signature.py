from typing import Any

import clinic.constraints
from django.db import migrations


def raise_anew(apps: Any, schema_editor: Any) -> None:
    """Put the guards of a record's parts up as they are now: on PostgreSQL they wait for a signature under way."""
    if schema_editor.connection.vendor != "postgresql":
        return
    for name in ("Injection", "Vial", "SafetyAnswer"):
        model = apps.get_model("treatments", name)
        for guard in model._meta.constraints:
            if isinstance(guard, clinic.constraints.Frozen):
                schema_editor.remove_constraint(model, guard)
                for statement in guard.statements(model, "postgresql"):
                    schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('treatments', '0018_notes_around_visits'),
    ]

    operations = [
        migrations.RunPython(raise_anew, migrations.RunPython.noop, elidable=True),
    ]
