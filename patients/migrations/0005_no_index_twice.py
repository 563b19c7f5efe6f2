from django.db import migrations

from clinic.dropping_indexes import NoIndexOfItsOwn


class Migration(migrations.Migration):

    dependencies = [
        ('patients', '0001_initial'),
    ]

    operations = [
        NoIndexOfItsOwn({'DiaryDay': ['clinic', 'patient']}),
    ]
