import clinic.fields
from django.db import migrations

from clinic.encrypting import decrypt, encrypt

COLUMNS = (('SideEffect', 'report_note'), ('HistoricalSideEffect', 'report_note'))


class Migration(migrations.Migration):

    dependencies = [
        ('treatments', '0002_signed_texts_can_be_opened'),
    ]

    operations = [
        migrations.AlterField(
            model_name='historicalsideeffect',
            name='report_note',
            field=clinic.fields.EncryptedTextField(blank=True, default='', help_text="the regulator's number, or why none was made"),
        ),
        migrations.AlterField(
            model_name='sideeffect',
            name='report_note',
            field=clinic.fields.EncryptedTextField(blank=True, default='', help_text="the regulator's number, or why none was made"),
        ),
        migrations.RunPython(encrypt('treatments', *COLUMNS), decrypt('treatments', *COLUMNS)),
    ]
