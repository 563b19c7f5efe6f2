"""Make the table in which tries are counted over all processes."""

from typing import Any

from django.core.management import call_command
from django.db import migrations


def make(apps: Any, schema_editor: Any) -> None:
    """Make it; it is there already where somebody made it by hand."""
    call_command("createcachetable", "clinic_cache", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("clinic", "0004_signing_in")]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
