from django.db import migrations

from clinic.constraints import RaiseAgain


class Migration(migrations.Migration):

    dependencies = [
        ('clinic', '0003_the_audit_log_is_a_chain'),
        ('patients', '0001_initial'),
    ]

    operations = [
        RaiseAgain('baseline', 'baseline_is_frozen'),
        RaiseAgain('assessment', 'signed_assessment_is_frozen'),
        RaiseAgain('policy', 'policy_version_is_frozen'),
    ]
