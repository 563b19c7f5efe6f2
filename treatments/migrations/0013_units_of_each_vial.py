"""Each vial says how much of it was given and wasted, and with how much saline it was mixed."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("treatments", "0012_answer_not_known")]

    operations = [
        migrations.AddField(
            model_name="vial",
            name="diluent_ml",
            field=models.DecimalField(
                decimal_places=2, help_text="null: as the protocol says", max_digits=4, null=True
            ),
        ),
        migrations.AddField(
            model_name="vial",
            name="units_given",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="vial",
            name="units_wasted",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name="vial",
            constraint=models.CheckConstraint(
                condition=Q(units_given__isnull=True, units_wasted__isnull=True)
                | Q(
                    units_given__isnull=False,
                    units_wasted__isnull=False,
                    strength=F("units_given") + F("units_wasted"),
                ),
                name="vial_given_and_wasted_are_its_units",
            ),
        ),
    ]
