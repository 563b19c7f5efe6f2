from typing import Any

from django.db import migrations

from clinic.constraints import NoDoubleHours, Unchanging


def raise_anew(apps: Any, schema_editor: Any) -> None:
    """Put SQLite's triggers up as the two rules have them now; each has the same name as before."""
    if schema_editor.connection.vendor != "sqlite":
        return
    for name in ("OpeningHours", "Clinic"):
        model = apps.get_model("clinic", name)
        for guard in model._meta.constraints:
            if isinstance(guard, NoDoubleHours | Unchanging):
                for event in ("insert", "update"):
                    schema_editor.execute(f'DROP TRIGGER IF EXISTS "{guard.name}_{event}"')
                for statement in guard.statements(model, "sqlite"):
                    schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('clinic', '0009_no_index_twice'),
    ]

    operations = [
        migrations.RunPython(raise_anew, migrations.RunPython.noop, elidable=True),
    ]
