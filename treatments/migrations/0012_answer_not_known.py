"""A safety question may be answered "not known", and the after-care sheet is noted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("treatments", "0011_asked_for_a_visit")]

    operations = [
        migrations.AlterField(
            model_name="safetyanswer",
            name="yes",
            field=models.BooleanField(help_text="null: not known, which is never a No", null=True),
        ),
        migrations.AlterField(
            model_name="sessionrecord",
            name="screened_on",
            field=models.DateField(help_text="the day the safety questions were asked"),
        ),
        migrations.AddField(
            model_name="sessionrecord",
            name="aftercare_given",
            field=models.BooleanField(default=False, help_text="the after-care sheet"),
        ),
    ]
