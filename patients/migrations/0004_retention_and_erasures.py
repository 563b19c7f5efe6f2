from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('patients', '0003_what_people_wrote_is_encrypted'),
    ]

    operations = [
        migrations.AlterField(
            model_name='historicalpatient',
            name='closed',
            field=models.CharField(blank=True, choices=[('died', 'Died'), ('merged', 'Joined with another record'), ('erased', 'Erased')], max_length=6),
        ),
        migrations.AlterField(
            model_name='patient',
            name='closed',
            field=models.CharField(blank=True, choices=[('died', 'Died'), ('merged', 'Joined with another record'), ('erased', 'Erased')], max_length=6),
        ),
    ]
