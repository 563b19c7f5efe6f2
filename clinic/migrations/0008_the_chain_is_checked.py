from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('clinic', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(help_text='of the last look')),
                ('position', models.PositiveBigIntegerField(default=0)),
                ('digest', models.CharField(default='', max_length=64)),
                ('walked', models.PositiveBigIntegerField(default=0)),
                ('walked_digest', models.CharField(default='', max_length=64)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='audit_has_one_check')],
            },
        ),
    ]
