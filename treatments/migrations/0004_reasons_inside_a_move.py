import clinic.fields
import django.core.serializers.json
from clinic.constraints import RaiseAgain
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('treatments', '0003_what_people_wrote_is_encrypted'),
    ]

    operations = [
        # The column stays as it is; what may be done to it while signed texts are open changes.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='sessionevent',
                    name='before',
                    field=clinic.fields.TextsInsideField(
                        default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder
                    ),
                ),
            ],
        ),
        RaiseAgain('sessionevent', 'session_event_is_append_only'),
    ]
