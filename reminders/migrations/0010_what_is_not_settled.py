from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reminders', '0009_calls_keep_the_time'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='reminder',
            name='reminder_about_no_visit',
        ),
        migrations.AddIndex(
            model_name='reminder',
            index=models.Index(
                condition=models.Q(('state', 'waiting'), ('state', 'failed'), ('state', 'missed'), _connector='OR'),
                fields=['id'],
                name='reminder_unsettled',
            ),
        ),
    ]
