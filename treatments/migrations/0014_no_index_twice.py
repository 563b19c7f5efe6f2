from django.db import migrations

from clinic.dropping_indexes import NoIndexOfItsOwn


class Migration(migrations.Migration):

    dependencies = [
        ('treatments', '0013_boxes_against_double_booking'),
    ]

    operations = [
        NoIndexOfItsOwn({
            'TreatmentSession': ['clinic', 'course', 'injector', 'room', 'early_by'],
            'SessionEvent': ['clinic', 'by'],
            'SessionRecord': ['clinic', 'signed_by'],
            'Injection': ['clinic', 'record'],
            'Vial': ['clinic'],
            'SafetyAnswer': ['clinic', 'record'],
        }),
    ]
