import reminders.models.rule
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reminders', '0012_a_stopped_message_keeps_how_it_ended'),
    ]

    operations = [
        # The default is Django's, not the table's: nothing changes there, so SQLite need not write it anew.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name=name,
                    name='send_at',
                    field=models.TimeField(default=reminders.models.rule.usual_time, help_text="on the clinic's clock; for kinds that keep a distance"),
                )
                for name in ('historicalreminderrule', 'reminderrule')
            ],
        ),
    ]
