import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('clinic', '0010_one_spelling_of_hours'),
        ('patients', '0008_units_with_waste'),
        ('reminders', '0013_the_usual_time_is_asked_for'),
        ('treatments', '0019_parts_wait_for_a_signature'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='reminder',
            name='reminder_of_patient',
        ),
        migrations.RemoveIndex(
            model_name='reminder',
            name='reminder_pages_sent',
        ),
        migrations.RemoveIndex(
            model_name='reminder',
            name='reminder_pages_stopped',
        ),
        migrations.AddIndex(
            model_name='reminder',
            index=models.Index(models.F('clinic'), models.OrderBy(django.db.models.functions.comparison.Coalesce('handled_at', 'closed_at', 'due_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('state', 'sent'), ('state', 'handled'), _connector='OR'), name='reminder_pages_sent'),
        ),
        migrations.AddIndex(
            model_name='reminder',
            index=models.Index(models.F('clinic'), models.OrderBy(django.db.models.functions.comparison.Coalesce('handled_at', 'closed_at', 'due_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('state', 'cancelled'), ('state', 'replaced'), ('state', 'stopped'), _connector='OR'), name='reminder_pages_stopped'),
        ),
        migrations.AddIndex(
            model_name='reminder',
            index=models.Index(models.F('patient'), models.OrderBy(django.db.models.functions.comparison.Coalesce('handled_at', 'closed_at', 'due_at'), descending=True), models.OrderBy(models.F('id'), descending=True), name='reminder_of_patient'),
        ),
    ]
