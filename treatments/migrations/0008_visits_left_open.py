from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('treatments', '0007_courses_mind_the_session_before'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='treatmentsession',
            index=models.Index(
                condition=models.Q(('status__in', ('booked', 'arrived', 'in_room'))),
                fields=['clinic', 'local_date'],
                name='session_open_day',
            ),
        ),
    ]
