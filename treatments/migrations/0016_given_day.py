from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('treatments', '0015_doses_entered_by_mistake'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='treatmentsession',
            index=models.Index(condition=models.Q(('given_on__isnull', False)), fields=['clinic', 'given_on'], name='session_given_day'),
        ),
    ]
