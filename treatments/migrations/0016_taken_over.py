"""Taking over a session that somebody else writes is a line of its history."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("treatments", "0015_since_last_time")]

    operations = [
        migrations.AlterField(
            model_name="sessionevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("booked", "Booked"),
                    ("moved", "Moved"),
                    ("status", "Status changed"),
                    ("answered", "Patient answered"),
                    ("taken_over", "Taken over"),
                    ("signed", "Signed"),
                    ("corrected", "Record corrected"),
                    ("imported", "Imported"),
                    ("undone", "Undone"),
                ],
                max_length=10,
            ),
        ),
    ]
