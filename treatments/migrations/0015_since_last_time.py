"""A record says whether side effects were asked for, and a score whether the effect lasted."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("treatments", "0014_correction_names_recalled_lot")]

    operations = [
        migrations.AddField(
            model_name="sessionrecord",
            name="had_side_effects",
            field=models.BooleanField(
                help_text="what the person said of the time since the last session", null=True
            ),
        ),
        migrations.AddField(
            model_name="outcomescore",
            name="did_not_wear_off",
            field=models.BooleanField(default=False, help_text="asked, and it lasted until the next session"),
        ),
        migrations.AddField(
            model_name="historicaloutcomescore",
            name="did_not_wear_off",
            field=models.BooleanField(default=False, help_text="asked, and it lasted until the next session"),
        ),
        migrations.AddConstraint(
            model_name="outcomescore",
            constraint=models.CheckConstraint(
                condition=Q(did_not_wear_off=False) | Q(wear_off_week__isnull=True), name="worn_off_or_not"
            ),
        ),
    ]
