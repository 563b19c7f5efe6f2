from django.db import migrations

from clinic.constraints import RaiseAgain


class Migration(migrations.Migration):

    dependencies = [
        ('clinic', '0003_the_audit_log_is_a_chain'),
        ('treatments', '0001_initial'),
    ]

    operations = [
        RaiseAgain('contactattempt', 'contact_attempt_is_append_only'),
        RaiseAgain('sessionrecord', 'signed_record_is_frozen'),
        RaiseAgain('injection', 'signed_injection_is_frozen'),
        RaiseAgain('vial', 'signed_vial_is_frozen'),
        RaiseAgain('safetyanswer', 'signed_answer_is_frozen'),
        RaiseAgain('sessionevent', 'session_event_is_append_only'),
        RaiseAgain('lotrecall', 'lot_recall_is_append_only'),
    ]
