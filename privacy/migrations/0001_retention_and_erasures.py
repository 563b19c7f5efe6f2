"""How long records are kept, and who was erased."""

import clinic.constraints
import django.core.validators
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('clinic', '0001_initial'),
        ('patients', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('what', models.CharField(choices=[('contact', 'Contact data and the words of messages'), ('person', 'Everything that tells who it was')], max_length=7)),
                ('reason', models.CharField(choices=[('request', 'The person asked for it'), ('died', 'The person died and contact data is no longer needed'), ('retention', 'The time for keeping the record is over'), ('mistake', 'The record was made by mistake'), ('order', 'A court or authority ordered it')], max_length=9)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(help_text='empty: the system', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.clinic')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [clinic.constraints.Frozen(name='erasure_is_append_only', once=None, parent=None)],
            },
        ),
        migrations.CreateModel(
            name='Retention',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('record_years', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)], verbose_name='years that a clinical record is kept after the last visit')),
                ('text_days', models.PositiveSmallIntegerField(default=365, validators=[django.core.validators.MinValueValidator(7), django.core.validators.MaxValueValidator(3650)], verbose_name='days that the words of messages are kept')),
                ('erase_by_itself', models.BooleanField(default=False, verbose_name='erase records by themselves once their time is over')),
                ('clinic', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.clinic')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('record_years__gte', 1), ('text_days__gte', 7)), name='retention_is_no_slip_of_the_finger')],
            },
        ),
    ]
