from typing import Any

from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery


def keep_the_time(apps: Any, schema_editor: Any) -> None:
    """A call about a visit as it still is was about the time that it has; of what moved since nobody knows."""
    visits = apps.get_model("treatments", "TreatmentSession").objects.filter(pk=OuterRef("session_id"))
    calls = apps.get_model("reminders", "VisitCall").objects.filter(session_version=F("session__version"))
    calls.update(visit_at=Subquery(visits.values("starts_at")))


class Migration(migrations.Migration):

    dependencies = [
        ('reminders', '0008_whether_the_audit_log_is_intact'),
    ]

    operations = [
        migrations.AddField(
            model_name='visitcall',
            name='visit_at',
            field=models.DateTimeField(help_text='the time of the visit that they were told', null=True),
        ),
        migrations.RunPython(keep_the_time, migrations.RunPython.noop),
    ]
