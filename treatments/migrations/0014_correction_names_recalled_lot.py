"""A correction may name a lot that was recalled after the record was first signed."""

from django.db import migrations

import clinic.constraints


class Migration(migrations.Migration):
    dependencies = [("treatments", "0013_units_of_each_vial")]

    operations = [
        migrations.RemoveConstraint(model_name="vial", name="no_vial_of_a_recalled_lot"),
        migrations.AddConstraint(
            model_name="vial",
            constraint=clinic.constraints.NotBarred(
                name="no_vial_of_a_recalled_lot",
                barred_by="treatments.LotRecall",
                key="lot",
                on="used_on",
                since="recalled_on",
                unless=clinic.constraints.Correction(
                    version="record", of="session", corrects="corrects", signed="signed_at", known="recorded_at"
                ),
                violation_error_message="This lot was recalled.",
            ),
        ),
    ]
