"""Give every clinic the new kinds of messages, switched off, and the texts in more languages, not yet sent.

A clinic that has sent two messages before each visit for a year does not begin to send ten kinds by an upgrade: an admin
reads them first, and switches on what the clinic wants. What a person starts (recall, offers, one-off) needs no switch.
"""

from django.db import migrations

from reminders.texts import LANGUAGES, words_for

ENGLISH = "en"

# (kind, days before, days after), as they were when this was written.
ADDED = (
    ("welcome", 0, 0),
    ("booked", 0, 0),
    ("visit", 14, 0),
    ("moved", 0, 0),
    ("cancelled", 0, 0),
    ("move_asked", 0, 0),
    ("missed", 0, 0),
    ("diary", 0, 7),
    ("side_effects", 0, 7),
    ("effect", 0, 21),
)
BY_A_PERSON = (("asked", 0, 0), ("offer", 0, 0), ("one_off", 0, 0))


def add_kinds(apps, schema_editor):
    Clinic, Rule = apps.get_model("clinic", "Clinic"), apps.get_model("reminders", "ReminderRule")
    Template = apps.get_model("reminders", "MessageTemplate")
    for clinic in Clinic.objects.all():
        for rule in Rule.objects.filter(clinic=clinic):
            written = Template.objects.filter(rule=rule).values_list("language", flat=True)
            rule.languages = sorted({ENGLISH, *written})
            rule.save()
        for active, kinds in ((False, ADDED), (True, BY_A_PERSON)):
            for kind, before, after in kinds:
                Rule.objects.get_or_create(
                    clinic=clinic,
                    kind=kind,
                    days_before=before,
                    days_after=after,
                    defaults={"active": active, "languages": [ENGLISH]},
                )
        for rule in Rule.objects.filter(clinic=clinic).exclude(kind="one_off"):
            add_texts(Template, rule)


def add_texts(Template, rule):
    there = set(Template.objects.filter(rule=rule).values_list("channel", "language"))
    for language in LANGUAGES:
        words = words_for(language, rule.kind, rule.days_before or rule.days_after)
        for channel, subject, body in (("sms", "", words.sms), ("email", words.subject, words.email)):
            if (channel, language) not in there:
                Template.objects.create(
                    clinic_id=rule.clinic_id, rule=rule, channel=channel, language=language, subject=subject, body=body
                )


class Migration(migrations.Migration):

    dependencies = [("reminders", "0010_no_diary_messages")]

    operations = [migrations.RunPython(add_kinds, migrations.RunPython.noop)]
