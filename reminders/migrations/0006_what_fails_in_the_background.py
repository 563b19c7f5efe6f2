from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reminders', '0005_pages_of_what_is_over'),
    ]

    operations = [
        migrations.AddField(
            model_name='heartbeat',
            name='failing_since',
            field=models.DateTimeField(help_text='the first of the runs in a row that ended in a fault', null=True),
        ),
        migrations.AlterField(
            model_name='heartbeat',
            name='part',
            field=models.CharField(choices=[('worker', 'Worker'), ('beat', 'Beat'), ('forget', 'Forgetting and erasing'), ('audit', 'Chain of the audit log'), ('hooks', 'Webhooks')], max_length=6, primary_key=True, serialize=False),
        ),
    ]
