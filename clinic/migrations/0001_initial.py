"""Clinics, who works there and when, signing in, and the audit log."""

import clinic.constraints
import clinic.constraints.weekly_hours
import clinic.models.clinic
import django.db.models.deletion
import django.db.models.functions.text
import simple_history.models
import uuid
from clinic.making_tables import AtOnce
from django.conf import settings
from django.core.management import call_command
from django.db import migrations, models


def make_cache(apps, schema_editor):
    """Make the table in which tries are counted over all processes; somebody may have made it by hand."""
    call_command('createcachetable', 'clinic_cache', database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):

    initial = True

    # Databases that took these steps have all of it.
    replaces = [
        ('clinic', '0002_first_steps'),
        ('clinic', '0003_the_audit_log_is_a_chain'),
        ('clinic', '0004_signing_in'),
        ('clinic', '0005_cache'),
        ('clinic', '0006_people'),
        ('clinic', '0007_demo_clinics'),
    ]

    dependencies = []

    operations = [
        AtOnce([
            migrations.CreateModel(
                name='User',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('password', models.CharField(max_length=128, verbose_name='password')),
                    ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                    ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('email', models.EmailField(max_length=254, unique=True)),
                    ('full_name', models.CharField(max_length=80)),
                    ('is_active', models.BooleanField(default=True)),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='one_user_per_email')],
                },
            ),
            migrations.CreateModel(
                name='Clinic',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('name', models.CharField(max_length=80)),
                    ('slug', models.SlugField(unique=True)),
                    ('message_name', models.CharField(max_length=20, verbose_name='name in messages')),
                    ('timezone', models.CharField(max_length=40, validators=[clinic.models.clinic.validate_timezone])),
                    ('phone', models.CharField(max_length=30)),
                    ('address', models.CharField(max_length=200)),
                    ('country', models.CharField(help_text='ISO code; decides phone numbers without a country code and holidays', max_length=2)),
                    ('subdivision', models.CharField(blank=True, help_text='for regional holidays, such as ENG or NY', max_length=10)),
                    ('session_minutes', models.PositiveSmallIntegerField(default=15)),
                    ('late_after_minutes', models.PositiveSmallIntegerField(default=20, help_text='how long an arrived patient may wait before Today says so')),
                    ('patients_book', models.BooleanField(default=False, help_text='whether patients choose a free time by themselves')),
                    ('rest_minutes', models.PositiveSmallIntegerField(default=15, help_text='how long a browser may rest before whoever signed in there is signed out')),
                    ('second_factor_for_all', models.BooleanField(default=False, help_text='whether all staff, not only admins, need a second step to sign in')),
                    ('demo', models.BooleanField(db_default=False, default=False, editable=False)),
                ],
                options={
                    'ordering': ['name'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('session_minutes__gte', 10), ('session_minutes__lte', 60)), name='clinic_session_10_to_60_minutes'), models.CheckConstraint(condition=models.Q(('rest_minutes__gte', 5), ('rest_minutes__lte', 120)), name='clinic_rest_5_to_120_minutes'), clinic.constraints.Unchanging(field='demo', name='clinic_is_made_up_from_the_start')],
                },
            ),
            migrations.CreateModel(
                name='HistoricalClinic',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('uid', models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                    ('name', models.CharField(max_length=80)),
                    ('slug', models.SlugField()),
                    ('message_name', models.CharField(max_length=20, verbose_name='name in messages')),
                    ('timezone', models.CharField(max_length=40, validators=[clinic.models.clinic.validate_timezone])),
                    ('phone', models.CharField(max_length=30)),
                    ('address', models.CharField(max_length=200)),
                    ('country', models.CharField(help_text='ISO code; decides phone numbers without a country code and holidays', max_length=2)),
                    ('subdivision', models.CharField(blank=True, help_text='for regional holidays, such as ENG or NY', max_length=10)),
                    ('session_minutes', models.PositiveSmallIntegerField(default=15)),
                    ('late_after_minutes', models.PositiveSmallIntegerField(default=20, help_text='how long an arrived patient may wait before Today says so')),
                    ('patients_book', models.BooleanField(default=False, help_text='whether patients choose a free time by themselves')),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('rest_minutes', models.PositiveSmallIntegerField(default=15, help_text='how long a browser may rest before whoever signed in there is signed out')),
                    ('second_factor_for_all', models.BooleanField(default=False, help_text='whether all staff, not only admins, need a second step to sign in')),
                    ('demo', models.BooleanField(db_default=False, default=False, editable=False)),
                ],
                options={
                    'verbose_name': 'historical clinic',
                    'verbose_name_plural': 'historical clinics',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='HistoricalInjector',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('uid', models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                    ('name', models.CharField(max_length=60)),
                    ('email', models.EmailField(max_length=254)),
                    ('active', models.BooleanField(default=True)),
                    ('clinic', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='clinic.clinic')),
                    ('user', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'historical injector',
                    'verbose_name_plural': 'historical injectors',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='HistoricalRoom',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('uid', models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                    ('name', models.CharField(max_length=40)),
                    ('active', models.BooleanField(default=True)),
                    ('clinic', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='clinic.clinic')),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'historical room',
                    'verbose_name_plural': 'historical rooms',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='HistoricalWorkedHoliday',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('date', models.DateField()),
                    ('clinic', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='clinic.clinic')),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'historical worked holiday',
                    'verbose_name_plural': 'historical worked holidays',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='Injector',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='injectors', to='clinic.clinic')),
                    ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('name', models.CharField(max_length=60)),
                    ('email', models.EmailField(max_length=254)),
                    ('active', models.BooleanField(default=True)),
                ],
                options={
                    'ordering': ['clinic_id', 'name'],
                    'constraints': [models.UniqueConstraint(models.F('clinic'), django.db.models.functions.text.Lower('email'), name='one_injector_per_email')],
                },
            ),
            migrations.CreateModel(
                name='Membership',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                    ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='clinic.clinic')),
                    ('role', models.CharField(choices=[('front_desk', 'Front desk'), ('nurse_injector', 'Nurse injector'), ('prescriber', 'Prescriber'), ('admin', 'Admin'), ('read_only', 'Read-only')], max_length=20)),
                    ('active', models.BooleanField(default=True)),
                ],
                options={
                    'ordering': ['clinic__name'],
                    'constraints': [models.UniqueConstraint(fields=('user', 'clinic'), name='one_role_per_user_and_clinic')],
                },
            ),
            migrations.CreateModel(
                name='WorkedHoliday',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.clinic')),
                    ('date', models.DateField()),
                ],
                options={
                    'ordering': ['clinic_id', 'date'],
                    'constraints': [models.UniqueConstraint(fields=('clinic', 'date'), name='one_row_per_worked_holiday')],
                },
            ),
            migrations.CreateModel(
                name='AuditEntry',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.clinic')),
                    ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('at', models.DateTimeField()),
                    ('action', models.CharField(choices=[('read', 'Opened a record'), ('search', 'Searched'), ('create', 'Created'), ('change', 'Changed'), ('sign', 'Signed'), ('export', 'Exported'), ('print', 'Printed'), ('import', 'Imported'), ('erase', 'Erased')], max_length=10)),
                    ('kind', models.CharField(max_length=40)),
                    ('subject', models.UUIDField(null=True)),
                    ('rows', models.PositiveIntegerField(null=True)),
                    ('reason', models.CharField(blank=True, db_default='', default='', max_length=30)),
                ],
                options={
                    'verbose_name_plural': 'audit entries',
                    'indexes': [models.Index(fields=['clinic', '-at'], name='audit_clinic_newest'), models.Index(fields=['subject', '-at'], name='audit_subject_newest')],
                    'constraints': [clinic.constraints.Frozen(name='audit_is_append_only', once=None, parent=None)],
                },
            ),
            migrations.CreateModel(
                name='HistoricalAbsence',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('uid', models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                    ('starts_at', models.DateTimeField()),
                    ('ends_at', models.DateTimeField()),
                    ('label', models.CharField(default='Leave', max_length=40)),
                    ('clinic', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='clinic.clinic')),
                    ('injector', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='clinic.injector')),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'historical absence',
                    'verbose_name_plural': 'historical absences',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='Absence',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.clinic')),
                    ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('injector', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='absences', to='clinic.injector')),
                    ('starts_at', models.DateTimeField()),
                    ('ends_at', models.DateTimeField()),
                    ('label', models.CharField(default='Leave', max_length=40)),
                ],
                options={
                    'ordering': ['clinic_id', 'starts_at'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='absence_ends_after_start')],
                },
            ),
            migrations.CreateModel(
                name='Room',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rooms', to='clinic.clinic')),
                    ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('name', models.CharField(max_length=40)),
                    ('active', models.BooleanField(default=True)),
                    ('injectors', models.ManyToManyField(blank=True, related_name='rooms', to='clinic.injector')),
                ],
                options={
                    'ordering': ['clinic_id', 'name'],
                    'constraints': [models.UniqueConstraint(fields=('clinic', 'name'), name='one_room_per_name')],
                },
            ),
            migrations.CreateModel(
                name='OpeningHours',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.clinic')),
                    ('injector', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='opening_hours', to='clinic.injector')),
                    ('room', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.room')),
                    ('weekday', models.PositiveSmallIntegerField(choices=[(1, 'Monday'), (2, 'Tuesday'), (3, 'Wednesday'), (4, 'Thursday'), (5, 'Friday'), (6, 'Saturday'), (7, 'Sunday')])),
                    ('opens', models.TimeField()),
                    ('closes', models.TimeField()),
                    ('slot_minutes', models.PositiveSmallIntegerField(default=15, help_text='10 to 60; how far apart visits may begin')),
                    ('valid_from', models.DateField(blank=True, null=True)),
                    ('valid_until', models.DateField(blank=True, null=True)),
                ],
                options={
                    'verbose_name_plural': 'opening hours',
                    'ordering': ['clinic_id', 'injector_id', 'weekday', 'opens'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('closes__gt', models.F('opens'))), name='hours_close_after_they_open'), models.CheckConstraint(condition=models.Q(('slot_minutes__gte', 10), ('slot_minutes__lte', 60)), name='hours_slot_10_to_60_minutes'), models.CheckConstraint(condition=models.Q(('weekday__gte', 1), ('weekday__lte', 7)), name='hours_weekday_1_to_7'), models.CheckConstraint(condition=models.Q(('valid_from__isnull', True), ('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='hours_end_after_they_begin'), clinic.constraints.weekly_hours.NoDoubleHours(name='no_double_hours', violation_error_message='The injector has other hours at that time.')],
                },
            ),
            migrations.CreateModel(
                name='HistoricalRoom_injectors',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('room', models.ForeignKey(blank=True, db_constraint=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='clinic.room')),
                    ('injector', models.ForeignKey(blank=True, db_constraint=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='clinic.injector')),
                    ('history', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, to='clinic.historicalroom')),
                    ('m2m_history_id', models.AutoField(primary_key=True, serialize=False)),
                ],
                options={
                    'verbose_name': 'HistoricalRoom_injectors',
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='HistoricalOpeningHours',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('weekday', models.PositiveSmallIntegerField(choices=[(1, 'Monday'), (2, 'Tuesday'), (3, 'Wednesday'), (4, 'Thursday'), (5, 'Friday'), (6, 'Saturday'), (7, 'Sunday')])),
                    ('opens', models.TimeField()),
                    ('closes', models.TimeField()),
                    ('slot_minutes', models.PositiveSmallIntegerField(default=15, help_text='10 to 60; how far apart visits may begin')),
                    ('valid_from', models.DateField(blank=True, null=True)),
                    ('valid_until', models.DateField(blank=True, null=True)),
                    ('clinic', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='clinic.clinic')),
                    ('injector', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='clinic.injector')),
                    ('room', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='clinic.room')),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'historical opening hours',
                    'verbose_name_plural': 'historical opening hours',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='HistoricalClosure',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('uid', models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                    ('starts_at', models.DateTimeField()),
                    ('ends_at', models.DateTimeField()),
                    ('label', models.CharField(default='Closed', max_length=40)),
                    ('clinic', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='clinic.clinic')),
                    ('room', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='clinic.room')),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'historical closure',
                    'verbose_name_plural': 'historical closures',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='Closure',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.clinic')),
                    ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('room', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='closures', to='clinic.room')),
                    ('starts_at', models.DateTimeField()),
                    ('ends_at', models.DateTimeField()),
                    ('label', models.CharField(default='Closed', max_length=40)),
                ],
                options={
                    'ordering': ['clinic_id', 'starts_at'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='closure_ends_after_start')],
                },
            ),
            migrations.CreateModel(
                name='SetUpToken',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('token_hash', models.CharField(max_length=64, unique=True)),
                    ('made_at', models.DateTimeField()),
                    ('expires_at', models.DateTimeField()),
                    ('used_at', models.DateTimeField(null=True)),
                ],
            ),
            migrations.CreateModel(
                name='FirstStep',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(help_text='see clinic.first_run.steps', max_length=20)),
                    ('state', models.CharField(choices=[('open', 'Not started'), ('done', 'Done'), ('skipped', 'Skipped')], default='open', max_length=7)),
                    ('at', models.DateTimeField(null=True)),
                    ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.clinic')),
                ],
                options={
                    'ordering': ['clinic_id', 'id'],
                    'constraints': [models.UniqueConstraint(fields=('clinic', 'key'), name='one_row_per_first_step')],
                },
            ),
            migrations.CreateModel(
                name='AuditHead',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('position', models.PositiveBigIntegerField(default=0)),
                    ('digest', models.CharField(default='', max_length=64)),
                    ('newest', models.PositiveBigIntegerField(default=0)),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='audit_has_one_head')],
                },
            ),
            migrations.CreateModel(
                name='AuditLink',
                fields=[
                    ('position', models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                    ('digest', models.CharField(help_text='SHA-256, hexadecimal', max_length=64)),
                    ('sealed_at', models.DateTimeField()),
                    ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.auditentry')),
                ],
                options={
                    'constraints': [clinic.constraints.Frozen(name='audit_chain_is_append_only', once=None, parent=None)],
                },
            ),
            migrations.CreateModel(
                name='Opening',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('rotate', 'Keys changed'), ('erase', 'A person erased')], max_length=6)),
                    ('at', models.DateTimeField()),
                    ('by', models.ForeignKey(help_text='empty: the system', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('closes', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.opening')),
                ],
                options={
                    'constraints': [clinic.constraints.Frozen(name='opening_is_append_only', once=None, parent=None)],
                },
            ),
            migrations.CreateModel(
                name='StaffSession',
                fields=[
                    ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                    ('session_data', models.TextField(verbose_name='session data')),
                    ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                    ('device', models.CharField(blank=True, max_length=40)),
                    ('network', models.CharField(blank=True, max_length=40)),
                    ('began_at', models.DateTimeField(null=True)),
                    ('seen_at', models.DateTimeField()),
                    ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'session',
                    'verbose_name_plural': 'sessions',
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='HistoricalMembership',
                fields=[
                    ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                    ('role', models.CharField(choices=[('front_desk', 'Front desk'), ('nurse_injector', 'Nurse injector'), ('prescriber', 'Prescriber'), ('admin', 'Admin'), ('read_only', 'Read-only')], max_length=20)),
                    ('active', models.BooleanField(default=True)),
                    ('history_id', models.AutoField(primary_key=True, serialize=False)),
                    ('history_date', models.DateTimeField(db_index=True)),
                    ('history_change_reason', models.CharField(max_length=100, null=True)),
                    ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                    ('clinic', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='clinic.clinic')),
                    ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('user', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'historical membership',
                    'verbose_name_plural': 'historical memberships',
                    'ordering': ('-history_date', '-history_id'),
                    'get_latest_by': ('history_date', 'history_id'),
                },
                bases=(simple_history.models.HistoricalChanges, models.Model),
            ),
            migrations.CreateModel(
                name='Invitation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('email', models.EmailField(max_length=254)),
                    ('role', models.CharField(choices=[('front_desk', 'Front desk'), ('nurse_injector', 'Nurse injector'), ('prescriber', 'Prescriber'), ('admin', 'Admin'), ('read_only', 'Read-only')], max_length=20)),
                    ('token_hash', models.CharField(max_length=64, unique=True)),
                    ('invited_at', models.DateTimeField()),
                    ('expires_at', models.DateTimeField()),
                    ('taken_at', models.DateTimeField(null=True)),
                    ('withdrawn_at', models.DateTimeField(null=True)),
                    ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.clinic')),
                    ('invited_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('withdrawn_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['-invited_at'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('taken_at__isnull', True), ('withdrawn_at__isnull', True), _connector='OR'), name='invitation_taken_or_withdrawn')],
                },
            ),
        ]),
        migrations.RunPython(make_cache, migrations.RunPython.noop),
    ]
