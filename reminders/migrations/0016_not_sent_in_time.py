from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reminders', '0015_what_is_over_says_when'),
    ]

    operations = [
        migrations.AlterField(
            model_name='reminder',
            name='state',
            field=models.CharField(choices=[('waiting', 'Waiting'), ('sending', 'Sending'), ('sent', 'Sent'), ('failed', 'Not delivered'), ('missed', 'Not sent in time'), ('cancelled', 'Stopped'), ('replaced', 'Sent another way'), ('handled', 'Handled by a person'), ('stopped', 'Stopped by a person')], default='waiting', max_length=10),
        ),
    ]
