from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('treatments', '0004_reasons_inside_a_move'),
    ]

    operations = [
        # The log of what few visits come to. Small, and written only when one comes to that.
        migrations.AddIndex(
            model_name='treatmentsession',
            index=models.Index(
                condition=models.Q(('status__in', ('no_show', 'cancelled', 'given_before'))),
                fields=['clinic', '-starts_at', '-id'],
                name='session_log_seldom',
            ),
        ),
    ]
