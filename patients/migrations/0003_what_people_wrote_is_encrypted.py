import clinic.fields
from django.db import migrations

from clinic.encrypting import decrypt, encrypt

COLUMNS = (('DiaryClaim', 'settled_reason'),)


class Migration(migrations.Migration):

    dependencies = [
        ('patients', '0002_signed_texts_can_be_opened'),
    ]

    operations = [
        migrations.AlterField(
            model_name='diaryclaim',
            name='settled_reason',
            field=clinic.fields.EncryptedTextField(blank=True, default=''),
        ),
        migrations.RunPython(encrypt('patients', *COLUMNS), decrypt('patients', *COLUMNS)),
    ]
