from typing import Any

from django.db import migrations

from clinic.constraints import NoOverlap


def rebuild(apps: Any, schema_editor: Any) -> None:
    """Exchange ranges for boxes under the same names, at once: there is no moment in which two could book one time."""
    if schema_editor.connection.vendor != "postgresql":
        return
    session = apps.get_model("treatments", "TreatmentSession")
    for guard in session._meta.constraints:
        if isinstance(guard, NoOverlap):
            schema_editor.remove_constraint(session, guard)
            schema_editor.add_constraint(session, guard)


class Migration(migrations.Migration):

    dependencies = [
        ('treatments', '0012_vials_used_before_a_recall'),
    ]

    operations = [
        migrations.RunPython(rebuild, migrations.RunPython.noop, elidable=True),
    ]
