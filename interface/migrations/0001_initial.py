"""Other programs that ask, what they booked, and what they are told of by webhooks."""

import clinic.fields
import django.db.models.deletion
import uuid
from clinic.making_tables import AtOnce
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    # Databases that took these steps have all of it.
    replaces = [
        ('interface', '0001_integrations'),
        ('interface', '0002_webhooks'),
        ('interface', '0003_who_looks_after_a_program'),
    ]

    dependencies = [
        ('clinic', '0001_initial'),
        ('treatments', '0001_initial'),
    ]

    operations = [
        AtOnce([
            migrations.CreateModel(
                name='Integration',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('name', models.CharField(max_length=60)),
                    ('scopes', models.JSONField()),
                    ('token_hash', models.CharField(max_length=64, unique=True)),
                    ('made_at', models.DateTimeField()),
                    ('expires_at', models.DateTimeField()),
                    ('revoked_at', models.DateTimeField(null=True)),
                    ('last_used_at', models.DateTimeField(help_text='to the minute', null=True)),
                    ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.clinic')),
                    ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('revoked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('kept_at', models.DateTimeField(help_text='when an admin took over what another had made', null=True)),
                    ('kept_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['-made_at', '-id'],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('revoked_at__isnull', True)), fields=('clinic', 'name'), name='one_live_integration_per_name'), models.CheckConstraint(condition=models.Q(models.Q(('revoked_at__isnull', True), ('revoked_by__isnull', True)), models.Q(('revoked_at__isnull', False), ('revoked_by__isnull', False)), _connector='OR'), name='revoked_integration_says_by_whom'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('made_at'))), name='integration_ends_after_start'), models.CheckConstraint(condition=models.Q(models.Q(('kept_at__isnull', True), ('kept_by__isnull', True)), models.Q(('kept_at__isnull', False), ('kept_by__isnull', False)), _connector='OR'), name='kept_integration_says_by_whom')],
                },
            ),
            migrations.CreateModel(
                name='BookedAs',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('system', models.CharField(blank=True, max_length=200)),
                    ('value', models.CharField(max_length=100)),
                    ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.clinic')),
                    ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='treatments.treatmentsession')),
                    ('integration', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='interface.integration')),
                ],
                options={
                    'verbose_name_plural': 'booked as',
                    'ordering': ['id'],
                    'constraints': [models.UniqueConstraint(fields=('clinic', 'system', 'value'), name='one_visit_per_outside_name'), models.CheckConstraint(condition=models.Q(('value', ''), _negated=True), name='outside_name_is_not_empty')],
                },
            ),
            migrations.CreateModel(
                name='Hook',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('url', models.CharField(max_length=300)),
                    ('events', models.JSONField()),
                    ('secret', clinic.fields.EncryptedTextField()),
                    ('old_secret', clinic.fields.EncryptedTextField(blank=True, default='')),
                    ('old_until', models.DateTimeField(null=True)),
                    ('told_until', models.DateTimeField(help_text='what happened before was gathered')),
                    ('made_at', models.DateTimeField()),
                    ('ended_at', models.DateTimeField(null=True)),
                    ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.clinic')),
                    ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('kept_at', models.DateTimeField(help_text='when an admin took over what another had made', null=True)),
                    ('kept_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['-made_at', '-id'],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('clinic', 'url'), name='one_live_hook_per_address'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='ended_hook_says_by_whom'), models.CheckConstraint(condition=models.Q(('secret', ''), _negated=True), name='hook_has_a_secret'), models.CheckConstraint(condition=models.Q(models.Q(('kept_at__isnull', True), ('kept_by__isnull', True)), models.Q(('kept_at__isnull', False), ('kept_by__isnull', False)), _connector='OR'), name='kept_hook_says_by_whom')],
                },
            ),
            migrations.CreateModel(
                name='HookCall',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('name', models.CharField(max_length=30)),
                    ('state', models.CharField(choices=[('waiting', 'Waiting'), ('calling', 'Being told'), ('told', 'Told'), ('failed', 'Given up')], default='waiting', max_length=8)),
                    ('due_at', models.DateTimeField()),
                    ('lease_until', models.DateTimeField(null=True)),
                    ('attempts', models.PositiveSmallIntegerField(default=0, help_text='never falls: it fences off a late caller')),
                    ('tries', models.PositiveSmallIntegerField(default=0, help_text='since a person last asked to send it')),
                    ('answer', models.CharField(blank=True, help_text='what came back last, in plain words', max_length=120)),
                    ('created_at', models.DateTimeField()),
                    ('closed_at', models.DateTimeField(null=True)),
                    ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.clinic')),
                    ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='treatments.sessionevent')),
                    ('hook', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='interface.hook')),
                ],
                options={
                    'ordering': ['-created_at', '-id'],
                    'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['due_at'], name='hook_call_due'), models.Index(condition=models.Q(('state', 'calling')), fields=['lease_until'], name='hook_call_leased'), models.Index(fields=['clinic', 'state', '-created_at'], name='hook_call_worklist')],
                    'constraints': [models.UniqueConstraint(fields=('hook', 'event'), name='one_call_per_hook_and_event'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'calling'), _negated=True), ('lease_until__isnull', False), _connector='OR'), name='call_under_way_has_a_lease')],
                },
            ),
        ]),
    ]
