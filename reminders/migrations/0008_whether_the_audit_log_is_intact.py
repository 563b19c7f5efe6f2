from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reminders', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='heartbeat',
            name='part',
            field=models.CharField(choices=[('worker', 'Worker'), ('beat', 'Beat'), ('forget', 'Forgetting and erasing'), ('audit', 'Chain of the audit log'), ('hooks', 'Webhooks'), ('backup', 'Copies of the data'), ('intact', 'Audit log as it was written')], max_length=6, primary_key=True, serialize=False),
        ),
    ]
