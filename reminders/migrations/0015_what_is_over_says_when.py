from typing import Any

from django.db import migrations, models
from django.db.models import Case, F, Q, When


def say_when(apps: Any, schema_editor: Any) -> None:
    """Of what is over without a word of when, lists have shown when it was due; what waits has not ended. (One statement.)"""
    waits = Q(state__in=["waiting", "sending"])
    waits_and_ended = waits & Q(closed_at__isnull=False)
    over_without_when = ~waits & Q(closed_at__isnull=True, handled_at__isnull=True)
    untrue = apps.get_model("reminders", "Reminder").objects.filter(waits_and_ended | over_without_when)
    untrue.update(closed_at=Case(When(waits, then=None), default=F("due_at")))


class Migration(migrations.Migration):

    dependencies = [
        ('reminders', '0014_lists_go_by_what_they_show'),
    ]

    operations = [
        migrations.AlterField(
            model_name='reminder',
            name='closed_at',
            field=models.DateTimeField(help_text='when it ended; empty while it waits, and of one for which a person called before it ended', null=True),
        ),
        # None of the two is expected to be so: a database that has one is not to be refused for it.
        migrations.RunPython(say_when, migrations.RunPython.noop, elidable=True),
        # On SQLite the table is written anew for it.
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('state__in', ['waiting', 'sending'])), models.Q(models.Q(('state__in', ['waiting', 'sending']), _negated=True), models.Q(('closed_at__isnull', False), ('handled_at__isnull', False), _connector='OR')), _connector='OR'), name='reminder_says_when_it_ended'),
        ),
    ]
