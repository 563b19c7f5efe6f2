from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reminders', '0006_what_fails_in_the_background'),
    ]

    operations = [
        migrations.AlterField(
            model_name='heartbeat',
            name='part',
            field=models.CharField(choices=[('worker', 'Worker'), ('beat', 'Beat'), ('forget', 'Forgetting and erasing'), ('audit', 'Chain of the audit log'), ('hooks', 'Webhooks'), ('backup', 'Copies of the data')], max_length=6, primary_key=True, serialize=False),
        ),
    ]
