from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reminders', '0004_what_went_out_of_late'),
    ]

    operations = [
        # The pages of what was sent and of what was stopped, found by their keys: a page sorted all that ever was.
        migrations.AddIndex(
            model_name='reminder',
            index=models.Index(
                condition=models.Q(('state', 'sent'), ('state', 'handled'), _connector='OR'),
                fields=['clinic', '-due_at', '-id'],
                name='reminder_pages_sent',
            ),
        ),
        migrations.AddIndex(
            model_name='reminder',
            index=models.Index(
                condition=models.Q(
                    ('state', 'cancelled'), ('state', 'replaced'), ('state', 'stopped'), _connector='OR'
                ),
                fields=['clinic', '-due_at', '-id'],
                name='reminder_pages_stopped',
            ),
        ),
    ]
