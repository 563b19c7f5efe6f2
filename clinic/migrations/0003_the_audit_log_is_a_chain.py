import clinic.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('clinic', '0002_first_steps'),
    ]

    operations = [
        migrations.AddField(
            model_name='auditentry',
            name='reason',
            field=models.CharField(blank=True, db_default='', default='', max_length=30),
        ),
        migrations.AlterField(
            model_name='auditentry',
            name='action',
            field=models.CharField(choices=[('read', 'Opened a record'), ('search', 'Searched'), ('create', 'Created'), ('change', 'Changed'), ('sign', 'Signed'), ('export', 'Exported'), ('print', 'Printed'), ('import', 'Imported'), ('erase', 'Erased')], max_length=10),
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
        clinic.constraints.RaiseAgain('auditentry', 'audit_is_append_only'),
    ]
