from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reminders', '0003_texts_billed'),
    ]

    operations = [
        # How many went out in the last day: without it every look at how the sending stands reads all that ever did.
        migrations.AddIndex(
            model_name='reminder',
            index=models.Index(
                condition=models.Q(('state', 'sent')), fields=['clinic', '-closed_at'], name='reminder_sent_newest'
            ),
        ),
    ]
