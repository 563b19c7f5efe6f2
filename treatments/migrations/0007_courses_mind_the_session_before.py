import datetime as dt

from django.db import migrations, models
from django.db.models import Max


def look_at_earlier_courses(apps, editor):
    """An open course without a session minds what an earlier one gave, as those that are opened from now on do."""
    courses = apps.get_model('treatments', 'Course').objects.using(editor.connection.alias)
    given = apps.get_model('treatments', 'TreatmentSession').objects.using(editor.connection.alias)
    begun = given.filter(given_on__isnull=False).values('course')
    for course in courses.filter(closed_on__isnull=True).exclude(pk__in=begun).only('patient', 'opened_on', 'interval_days'):
        earlier = given.filter(course__patient=course.patient_id, given_on__isnull=False)
        last = earlier.aggregate(last=Max('given_on'))['last']
        if last and (due := last + dt.timedelta(days=course.interval_days)) > course.opened_on:
            courses.filter(pk=course.pk).update(first_due_on=due)


_FIELD = models.DateField(
    blank=True, help_text="the first day for a first session, where an earlier course's last one is near", null=True
)


class Migration(migrations.Migration):

    dependencies = [
        ('treatments', '0006_lots_as_they_are_looked_up'),
    ]

    operations = [
        migrations.AddField(model_name='course', name='first_due_on', field=_FIELD),
        migrations.AddField(model_name='historicalcourse', name='first_due_on', field=_FIELD),
        migrations.RunPython(look_at_earlier_courses, migrations.RunPython.noop),
    ]
