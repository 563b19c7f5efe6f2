"""Messages: what is to be sent and when, in which words, what became of it, what people answered."""

import clinic.fields
import datetime
import django.db.models.deletion
import reminders.models.rule
import simple_history.models
import uuid
from clinic.making_tables import AtOnce
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    # Databases that took these steps have all of it.
    replaces = [
        ('reminders', '0002_only_indexes_that_are_read'),
        ('reminders', '0003_texts_billed'),
        ('reminders', '0004_what_went_out_of_late'),
        ('reminders', '0005_pages_of_what_is_over'),
        ('reminders', '0006_what_fails_in_the_background'),
        ('reminders', '0007_copies_are_watched'),
    ]

    dependencies = [
        ('clinic', '0001_initial'),
        ('patients', '0001_initial'),
        ('treatments', '0001_initial'),
    ]

    operations = [
        AtOnce([
            migrations.CreateModel(
                name='Heartbeat',
                fields=[
                    ('part', models.CharField(choices=[('worker', 'Worker'), ('beat', 'Beat'), ('forget', 'Forgetting and erasing'), ('audit', 'Chain of the audit log'), ('hooks', 'Webhooks'), ('backup', 'Copies of the data')], max_length=6, primary_key=True, serialize=False)),
                    ('at', models.DateTimeField()),
                    ('failing_since', models.DateTimeField(help_text='the first of the runs in a row that ended in a fault', null=True)),
                ],
                options={
                    'ordering': ['part'],
                },
            ),
            migrations.CreateModel(
                name='Tries',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(max_length=64, unique=True)),
                    ('since', models.DateTimeField(db_index=True)),
                    ('number', models.PositiveIntegerField(default=0)),
                ],
                options={
                    'verbose_name_plural': 'tries',
                    'ordering': ['id'],
                },
            ),
            migrations.CreateModel(
                name='HistoricalReminderRule',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('welcome', 'Welcome'), ('booked', 'Booked'), ('visit', 'Before a visit'), ('moved', 'Moved'), ('cancelled', 'Cancelled'), ('move_asked', 'Asked to move'), ('missed', 'Missed'), ('due', 'Due and nothing booked'), ('diary', 'Diary not kept'), ('offer', 'An earlier time is free'), ('side_effects', 'Check-up after a session: side effects'), ('effect', 'Check-up after a session: effect'), ('asked', 'Sent from the recall list'), ('one_off', 'One-off message')], max_length=12)),
                    ('days_before', models.PositiveSmallIntegerField(default=0, help_text='before the visit or the due date')),
                    ('days_after', models.PositiveSmallIntegerField(default=0, help_text='after the session or the last day of the diary')),
                    ('send_at', models.TimeField(default=datetime.time(10, 0), help_text="on the clinic's clock; for kinds that keep a distance")),
                    ('channel_order', models.CharField(choices=[('preferred', 'The one they prefer, then the other'), ('sms,email', 'Text message, then email'), ('email,sms', 'Email, then text message'), ('sms', 'Text message only'), ('email', 'Email only')], default='preferred', max_length=10)),
                    ('languages', models.JSONField(default=reminders.models.rule.every_language)),
                    ('active', models.BooleanField(default=True)),
                    ('since', models.DateTimeField(blank=True, null=True)),
                    ('version', models.PositiveIntegerField(default=1, help_text='rises with each change; an older page cannot undo it')),
                    ('clinic', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='clinic.clinic')),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'historical reminder rule',
                    'verbose_name_plural': 'historical reminder rules',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='InboundMessage',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.clinic')),
                    ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('gateway_id', models.CharField(max_length=64, unique=True)),
                    ('sender', models.CharField(max_length=40)),
                    ('body', clinic.fields.EncryptedTextField(blank=True)),
                    ('pictures', models.PositiveSmallIntegerField(default=0, help_text='how many came with it; they are not fetched')),
                    ('received_at', models.DateTimeField()),
                    ('meaning', models.CharField(choices=[('confirm', 'confirm'), ('move', 'move'), ('stop', 'stop'), ('start', 'start'), ('help', 'help'), ('other', 'other')], max_length=10)),
                    ('patient', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
                    ('session', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='treatments.treatmentsession')),
                    ('note', models.CharField(blank=True, help_text='what was done about it, in words for staff', max_length=200)),
                    ('answer', models.CharField(blank=True, help_text='what was answered at once', max_length=400)),
                    ('state', models.CharField(choices=[('open', 'Waits for you'), ('settled', 'Answered by itself'), ('done', 'Done')], default='open', max_length=10)),
                    ('assigned_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('assigned_at', models.DateTimeField(null=True)),
                    ('done_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('done_at', models.DateTimeField(null=True)),
                ],
                options={
                    'ordering': ['-received_at', '-id'],
                    'indexes': [models.Index(fields=['clinic', '-received_at'], name='inbound_newest'), models.Index(condition=models.Q(('state', 'open')), fields=['clinic'], name='inbound_open'), models.Index(fields=['sender', '-received_at'], name='inbound_of_number'), models.Index(fields=['patient', '-received_at'], name='inbound_of_patient')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', False), ('done_by__isnull', False), ('state', 'done')), models.Q(models.Q(('state', 'done'), _negated=True), ('done_at__isnull', True), ('done_by__isnull', True)), _connector='OR'), name='done_message_says_by_whom'), models.CheckConstraint(condition=models.Q(models.Q(('assigned_at__isnull', True), ('assigned_by__isnull', True)), models.Q(('assigned_at__isnull', False), ('assigned_by__isnull', False), ('patient__isnull', False)), _connector='OR'), name='assigned_message_says_by_whom')],
                },
            ),
            migrations.CreateModel(
                name='ReminderRule',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.clinic')),
                    ('kind', models.CharField(choices=[('welcome', 'Welcome'), ('booked', 'Booked'), ('visit', 'Before a visit'), ('moved', 'Moved'), ('cancelled', 'Cancelled'), ('move_asked', 'Asked to move'), ('missed', 'Missed'), ('due', 'Due and nothing booked'), ('diary', 'Diary not kept'), ('offer', 'An earlier time is free'), ('side_effects', 'Check-up after a session: side effects'), ('effect', 'Check-up after a session: effect'), ('asked', 'Sent from the recall list'), ('one_off', 'One-off message')], max_length=12)),
                    ('days_before', models.PositiveSmallIntegerField(default=0, help_text='before the visit or the due date')),
                    ('days_after', models.PositiveSmallIntegerField(default=0, help_text='after the session or the last day of the diary')),
                    ('send_at', models.TimeField(default=datetime.time(10, 0), help_text="on the clinic's clock; for kinds that keep a distance")),
                    ('channel_order', models.CharField(choices=[('preferred', 'The one they prefer, then the other'), ('sms,email', 'Text message, then email'), ('email,sms', 'Email, then text message'), ('sms', 'Text message only'), ('email', 'Email only')], default='preferred', max_length=10)),
                    ('languages', models.JSONField(default=reminders.models.rule.every_language)),
                    ('active', models.BooleanField(default=True)),
                    ('since', models.DateTimeField(blank=True, null=True)),
                    ('version', models.PositiveIntegerField(default=1, help_text='rises with each change; an older page cannot undo it')),
                ],
                options={
                    'ordering': ['clinic_id', 'kind', '-days_before', 'days_after'],
                    'constraints': [models.UniqueConstraint(fields=('clinic', 'kind', 'days_before', 'days_after'), name='one_rule_per_kind_and_distance', violation_error_message='There is a rule for that already.'), models.CheckConstraint(condition=models.Q(models.Q(('days_after', 0), ('days_before__gte', 1), ('days_before__lte', 60), ('kind__in', ('visit', 'due'))), models.Q(('days_after__gte', 1), ('days_after__lte', 60), ('days_before', 0), ('kind__in', ('diary', 'side_effects', 'effect'))), models.Q(models.Q(('kind__in', ('visit', 'due', 'diary', 'side_effects', 'effect')), _negated=True), ('days_after', 0), ('days_before', 0)), _connector='OR'), name='rule_1_to_60_days_away'), models.CheckConstraint(condition=models.Q(('send_at__gte', datetime.time(8, 0)), ('send_at__lt', datetime.time(20, 0))), name='rule_sends_outside_quiet_hours')],
                },
            ),
            migrations.CreateModel(
                name='NudgeStop',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.clinic')),
                    ('patient', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
                    ('since', models.DateTimeField()),
                ],
                options={
                    'ordering': ['id'],
                },
            ),
            migrations.CreateModel(
                name='OneOff',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.clinic')),
                    ('uid', models.UUIDField(default=uuid.uuid4, unique=True)),
                    ('subject', models.CharField(max_length=78)),
                    ('body', models.TextField()),
                    ('made_at', models.DateTimeField()),
                    ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['clinic_id', '-made_at'],
                },
            ),
            migrations.CreateModel(
                name='VisitCall',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.clinic')),
                    ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='treatments.treatmentsession')),
                    ('session_version', models.PositiveIntegerField()),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('at', models.DateTimeField()),
                ],
                options={
                    'ordering': ['session_id', 'session_version'],
                    'constraints': [models.UniqueConstraint(fields=('session', 'session_version'), name='one_call_per_visit')],
                },
            ),
            migrations.CreateModel(
                name='BlockedWord',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.clinic')),
                    ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('word', models.CharField(max_length=40)),
                    ('added_at', models.DateTimeField()),
                    ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['clinic_id', 'word'],
                    'constraints': [models.UniqueConstraint(fields=('clinic', 'word'), name='one_blocked_word')],
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
                    ('version', models.PositiveIntegerField(default=1)),
                    ('subject', models.CharField(blank=True, max_length=78)),
                    ('body', models.TextField()),
                    ('made_at', models.DateTimeField(null=True)),
                    ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['clinic_id', 'rule_id', 'channel', 'language', '-version'],
                    'constraints': [models.UniqueConstraint(fields=('rule', 'channel', 'language', 'version'), name='one_text_per_rule_channel_language_version'), models.CheckConstraint(condition=models.Q(models.Q(('made_at__isnull', True), ('made_by__isnull', True)), models.Q(('made_at__isnull', False), ('made_by__isnull', False)), _connector='OR'), name='text_says_who_made_it_and_when')],
                },
            ),
            migrations.CreateModel(
                name='Reminder',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('clinic', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.clinic')),
                    ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('rule', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reminders.reminderrule')),
                    ('patient', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
                    ('course', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='treatments.course')),
                    ('session', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='treatments.treatmentsession')),
                    ('session_version', models.PositiveIntegerField(null=True)),
                    ('visit_at', models.DateTimeField(help_text='the time of the visit as this message tells it', null=True)),
                    ('occasion', models.CharField(blank=True, default='', help_text='what happened, told once', max_length=60)),
                    ('due_date', models.DateField(help_text="the course's due date, when nothing is booked", null=True)),
                    ('asked_on', models.DateField(help_text='the day on which the desk asked for it, from the recall list', null=True)),
                    ('batch', models.UUIDField(help_text='what one press of the button asked for together', null=True)),
                    ('invitation', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='treatments.offerinvitation')),
                    ('reply_to', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reminders.inboundmessage')),
                    ('one_off', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reminders.oneoff')),
                    ('channel', models.CharField(choices=[('sms', 'Text message'), ('email', 'Email')], max_length=5)),
                    ('template', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reminders.messagetemplate')),
                    ('state', models.CharField(choices=[('waiting', 'Waiting'), ('sending', 'Sending'), ('sent', 'Sent'), ('failed', 'Not delivered'), ('missed', 'Too late to send'), ('cancelled', 'Stopped'), ('replaced', 'Sent another way'), ('handled', 'Handled by a person'), ('stopped', 'Stopped by a person')], default='waiting', max_length=10)),
                    ('reason', models.CharField(blank=True, help_text='why it stands where it stands, in plain words', max_length=120)),
                    ('texted_on', models.DateField(help_text='the day, where the person lives, that its text message took: one a day, whoever sends it', null=True)),
                    ('due_at', models.DateTimeField(help_text='when to send; pushed on after a failure')),
                    ('useful_until', models.DateTimeField(help_text='after this it is missed, never sent')),
                    ('attempts', models.PositiveSmallIntegerField(default=0)),
                    ('lease_until', models.DateTimeField(null=True)),
                    ('created_at', models.DateTimeField()),
                    ('closed_at', models.DateTimeField(null=True)),
                    ('delivered_at', models.DateTimeField(help_text='when the gateway said that it arrived', null=True)),
                    ('restarted_at', models.DateTimeField(help_text='when a person asked to send it again; retries count anew', null=True)),
                    ('repeat_from', models.DateTimeField(help_text='when a person wanted it sent although it had arrived: earlier attempts are no answer', null=True)),
                    ('handled_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('handled_at', models.DateTimeField(null=True)),
                ],
                options={
                    'ordering': ['due_at', 'id'],
                    'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['due_at', 'id'], name='reminder_due'), models.Index(condition=models.Q(('state', 'sending')), fields=['lease_until', 'id'], name='reminder_leased'), models.Index(condition=models.Q(('state', 'cancelled')), fields=['useful_until'], name='reminder_stopped'), models.Index(condition=models.Q(('state__in', ['failed', 'missed'])), fields=['state'], name='reminder_for_person'), models.Index(fields=['clinic', 'state', '-due_at'], name='reminder_worklist'), models.Index(fields=['patient', '-due_at'], name='reminder_of_patient'), models.Index(condition=models.Q(('state', 'waiting'), ('useful_until__isnull', False)), fields=['useful_until'], name='reminder_too_late'), models.Index(condition=models.Q(('session__isnull', True), ('state__in', ['waiting', 'failed', 'missed'])), fields=['state'], name='reminder_about_no_visit'), models.Index(condition=models.Q(('batch__isnull', False)), fields=['batch'], name='reminder_batch'), models.Index(condition=models.Q(('state', 'sent')), fields=['clinic', '-closed_at'], name='reminder_sent_newest'), models.Index(condition=models.Q(('state', 'sent'), ('state', 'handled'), _connector='OR'), fields=['clinic', '-due_at', '-id'], name='reminder_pages_sent'), models.Index(condition=models.Q(('state', 'cancelled'), ('state', 'replaced'), ('state', 'stopped'), _connector='OR'), fields=['clinic', '-due_at', '-id'], name='reminder_pages_stopped')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('occasion', ''), ('session__isnull', False)), fields=('session', 'session_version', 'rule', 'channel'), name='one_reminder_per_session_version'), models.UniqueConstraint(condition=models.Q(('asked_on__isnull', True), ('invitation__isnull', True), ('occasion', ''), ('session__isnull', True)), fields=('course', 'due_date', 'rule', 'channel'), name='one_reminder_per_due_date'), models.UniqueConstraint(condition=models.Q(('asked_on__isnull', False), models.Q(('state', 'cancelled'), _negated=True)), fields=('course', 'asked_on', 'channel'), name='one_asked_reminder_per_day'), models.UniqueConstraint(condition=models.Q(('invitation__isnull', False)), fields=('invitation', 'channel'), name='one_reminder_per_invitation'), models.UniqueConstraint(condition=models.Q(('occasion', ''), _negated=True), fields=('patient', 'occasion', 'channel'), name='one_reminder_per_occasion'), models.UniqueConstraint(condition=models.Q(('texted_on__isnull', False)), fields=('patient', 'texted_on'), name='one_text_a_day'), models.CheckConstraint(condition=models.Q(models.Q(('course__isnull', False), ('due_date__isnull', True), ('session__isnull', False), ('session_version__isnull', False), ('asked_on__isnull', True), ('invitation__isnull', True), ('one_off__isnull', True)), models.Q(('session__isnull', True), ('session_version__isnull', True), ('course__isnull', False), ('due_date__isnull', False), ('invitation__isnull', True), ('occasion', ''), ('one_off__isnull', True)), models.Q(('session__isnull', True), ('session_version__isnull', True), ('asked_on__isnull', True), ('due_date__isnull', True), ('invitation__isnull', False), ('occasion', ''), ('one_off__isnull', True)), models.Q(('session__isnull', True), ('session_version__isnull', True), ('asked_on__isnull', True), ('due_date__isnull', True), ('invitation__isnull', True), models.Q(('occasion', ''), _negated=True)), _connector='OR'), name='reminder_is_about_a_visit_or_a_due_date'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'sending'), _negated=True), ('lease_until__isnull', False), _connector='OR'), name='sending_reminder_has_a_lease'), models.CheckConstraint(condition=models.Q(models.Q(('handled_at__isnull', False), ('handled_by__isnull', False), ('state__in', ['handled', 'stopped'])), models.Q(models.Q(('state__in', ['handled', 'stopped']), _negated=True), ('handled_at__isnull', True), ('handled_by__isnull', True)), _connector='OR'), name='handled_reminder_says_by_whom')],
                },
            ),
            migrations.CreateModel(
                name='PatientLink',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.clinic')),
                    ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('token_hash', models.CharField(help_text='SHA-256, hexadecimal', max_length=64, unique=True)),
                    ('created_at', models.DateTimeField()),
                    ('expires_at', models.DateTimeField()),
                    ('revoked_at', models.DateTimeField(null=True)),
                    ('revoked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('reminder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links', to='reminders.reminder')),
                    ('session', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='treatments.treatmentsession')),
                ],
                options={
                    'ordering': ['id'],
                },
            ),
            migrations.CreateModel(
                name='DiaryLink',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.clinic')),
                    ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('token_hash', models.CharField(help_text='SHA-256, hexadecimal', max_length=64, unique=True)),
                    ('created_at', models.DateTimeField()),
                    ('expires_at', models.DateTimeField()),
                    ('revoked_at', models.DateTimeField(null=True)),
                    ('revoked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
                    ('reminder', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='diary_links', to='reminders.reminder')),
                    ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['id'],
                    'indexes': [models.Index(fields=['patient', 'expires_at'], name='diary_link_of_patient')],
                },
            ),
            migrations.CreateModel(
                name='Delivery',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('clinic', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.clinic')),
                    ('reminder', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='reminders.reminder')),
                    ('attempt', models.PositiveSmallIntegerField()),
                    ('started_at', models.DateTimeField()),
                    ('finished_at', models.DateTimeField(null=True)),
                    ('outcome', models.CharField(choices=[('started', 'Started'), ('accepted', 'Accepted'), ('found', 'Found at the gateway'), ('refused', 'Refused'), ('unreachable', 'Not reached'), ('unanswered', 'No answer'), ('held', 'Not sent again')], default='started', max_length=12)),
                    ('provider_id', models.CharField(blank=True, max_length=200)),
                    ('error', models.CharField(blank=True, max_length=300)),
                    ('receipt', models.PositiveSmallIntegerField(choices=[(0, 'Nothing heard yet'), (1, 'Waiting at the gateway'), (2, 'On its way'), (3, 'Delivered'), (4, 'Not delivered')], default=0)),
                    ('receipt_at', models.DateTimeField(null=True)),
                    ('receipt_words', models.CharField(blank=True, max_length=100)),
                    ('texts', models.PositiveSmallIntegerField(default=0, help_text='how many texts the networks bill; 0 for an email')),
                ],
                options={
                    'verbose_name_plural': 'deliveries',
                    'ordering': ['reminder_id', 'attempt'],
                    'indexes': [models.Index(fields=['clinic', '-started_at'], name='delivery_newest'), models.Index(condition=models.Q(('outcome__in', ('started', 'unanswered'))), fields=['reminder'], name='delivery_in_doubt'), models.Index(condition=models.Q(('provider_id', ''), _negated=True), fields=['provider_id'], name='delivery_at_provider')],
                    'constraints': [models.UniqueConstraint(fields=('reminder', 'attempt'), name='one_delivery_per_attempt')],
                },
            ),
        ]),
    ]
