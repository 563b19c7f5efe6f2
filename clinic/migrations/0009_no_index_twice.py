from django.db import migrations

from clinic.dropping_indexes import NoIndexOfItsOwn


class Migration(migrations.Migration):

    dependencies = [
        ('clinic', '0008_the_chain_is_checked'),
    ]

    operations = [
        NoIndexOfItsOwn({'AuditEntry': ['clinic']}),
    ]
