import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('reminders', '0002_asked_and_offered')]

    initial = True

    dependencies = [
        ('clinic', '0001_initial'),
        ('patients', '0001_initial'),
        ('treatments', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReminderRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.clinic')),
                ('kind', models.CharField(choices=[('visit', 'Before a visit'), ('due', 'Due and nothing booked'), ('asked', 'Sent from the recall list'), ('offer', 'An earlier time is free')], max_length=10)),
                ('days_before', models.PositiveSmallIntegerField()),
                ('active', models.BooleanField(default=True)),
            ],
            options={
                'ordering': ['clinic_id', 'kind', '-days_before'],
                'constraints': [models.UniqueConstraint(fields=('clinic', 'kind', 'days_before'), name='one_rule_per_kind_and_distance'), models.CheckConstraint(condition=models.Q(models.Q(('days_before', 0), ('kind__in', ['asked', 'offer'])), models.Q(('days_before__gte', 1), ('days_before__lte', 60), ('kind__in', ['visit', 'due'])), _connector='OR'), name='rule_1_to_60_days_before')],
            },
        ),
        migrations.CreateModel(
            name='Reminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.clinic')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reminders.reminderrule')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='treatments.course')),
                ('session', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='treatments.treatmentsession')),
                ('session_version', models.PositiveIntegerField(null=True)),
                ('due_date', models.DateField(help_text="the course's due date, when nothing is booked", null=True)),
                ('asked_on', models.DateField(help_text='the day on which the desk asked for it, from the recall list', null=True)),
                ('batch', models.UUIDField(db_index=True, help_text='what one press of the button asked for together', null=True)),
                ('invitation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='treatments.offerinvitation')),
                ('channel', models.CharField(choices=[('sms', 'Text message'), ('email', 'Email')], max_length=5)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('sending', 'Sending'), ('sent', 'Sent'), ('failed', 'Not delivered'), ('missed', 'Too late to send'), ('cancelled', 'Stopped'), ('replaced', 'Sent another way'), ('handled', 'Handled by a person')], default='waiting', max_length=10)),
                ('reason', models.CharField(blank=True, help_text='why it stands where it stands, in plain words', max_length=120)),
                ('due_at', models.DateTimeField(help_text='when to send; pushed on after a failure')),
                ('useful_until', models.DateTimeField(help_text='after this it is missed, never sent')),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('lease_until', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('restarted_at', models.DateTimeField(help_text='when a person asked to send it again; retries count anew', null=True)),
                ('handled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('handled_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['due_at', 'id'],
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['due_at'], name='reminder_due'), models.Index(condition=models.Q(('state', 'sending')), fields=['lease_until'], name='reminder_leased'), models.Index(condition=models.Q(('state', 'cancelled')), fields=['useful_until'], name='reminder_stopped'), models.Index(condition=models.Q(('state__in', ['failed', 'missed'])), fields=['state'], name='reminder_for_person'), models.Index(fields=['clinic', 'state', '-due_at'], name='reminder_worklist'), models.Index(fields=['patient', '-due_at'], name='reminder_of_patient')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('session__isnull', False)), fields=('session', 'session_version', 'rule', 'channel'), name='one_reminder_per_session_version'), models.UniqueConstraint(condition=models.Q(('asked_on__isnull', True), ('invitation__isnull', True), ('session__isnull', True)), fields=('course', 'due_date', 'rule', 'channel'), name='one_reminder_per_due_date'), models.UniqueConstraint(condition=models.Q(('asked_on__isnull', False), models.Q(('state', 'cancelled'), _negated=True)), fields=('course', 'asked_on', 'channel'), name='one_asked_reminder_per_day'), models.UniqueConstraint(condition=models.Q(('invitation__isnull', False)), fields=('invitation', 'channel'), name='one_reminder_per_invitation'), models.CheckConstraint(condition=models.Q(models.Q(('due_date__isnull', True), ('session__isnull', False), ('session_version__isnull', False), ('asked_on__isnull', True), ('invitation__isnull', True)), models.Q(('due_date__isnull', False), ('session__isnull', True), ('session_version__isnull', True), ('invitation__isnull', True)), models.Q(('due_date__isnull', True), ('session__isnull', True), ('session_version__isnull', True), ('asked_on__isnull', True), ('invitation__isnull', False)), _connector='OR'), name='reminder_is_about_a_visit_or_a_due_date'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'sending'), _negated=True), ('lease_until__isnull', False), _connector='OR'), name='sending_reminder_has_a_lease'), models.CheckConstraint(condition=models.Q(models.Q(('handled_at__isnull', False), ('handled_by__isnull', False), ('state', 'handled')), models.Q(models.Q(('state', 'handled'), _negated=True), ('handled_at__isnull', True), ('handled_by__isnull', True)), _connector='OR'), name='handled_reminder_says_by_whom')],
            },
        ),
        migrations.CreateModel(
            name='MessageTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.clinic')),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='templates', to='reminders.reminderrule')),
                ('channel', models.CharField(choices=[('sms', 'Text message'), ('email', 'Email')], max_length=5)),
                ('language', models.CharField(choices=[('en', 'English'), ('cy', 'Cymraeg'), ('es', 'Español'), ('pl', 'Polski'), ('ur', 'اردو')], default='en', max_length=2)),
                ('subject', models.CharField(blank=True, max_length=78)),
                ('body', models.TextField()),
            ],
            options={
                'ordering': ['clinic_id', 'rule_id', 'channel'],
                'constraints': [models.UniqueConstraint(fields=('rule', 'channel', 'language'), name='one_text_per_rule_channel_language')],
            },
        ),
        migrations.CreateModel(
            name='PatientLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.clinic')),
                ('reminder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links', to='reminders.reminder')),
                ('session', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='treatments.treatmentsession')),
                ('token_hash', models.CharField(help_text='SHA-256, hexadecimal', max_length=64, unique=True)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.clinic')),
                ('reminder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='reminders.reminder')),
                ('attempt', models.PositiveSmallIntegerField()),
                ('started_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(choices=[('started', 'Started'), ('accepted', 'Accepted'), ('found', 'Found at the gateway'), ('refused', 'Refused'), ('unreachable', 'Not reached')], default='started', max_length=12)),
                ('provider_id', models.CharField(blank=True, max_length=200)),
                ('error', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'verbose_name_plural': 'deliveries',
                'ordering': ['reminder_id', 'attempt'],
                'constraints': [models.UniqueConstraint(fields=('reminder', 'attempt'), name='one_delivery_per_attempt')],
            },
        ),
    ]
