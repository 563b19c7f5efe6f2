"""From a reminder to the words that leave the house."""

import datetime as dt
from collections.abc import Iterable, Mapping

from clinic.models import Clinic
from clinic.wording import clock_words, day_words
from patients.models import Channel, ContactPoint, Patient
from reminders.channels import Message
from reminders.models import MessageTemplate, Reminder, ReminderRule
from reminders.wording import gsm
from reminders.wording.fields import fill

# What is written in no other language is written in English.
ENGLISH = Patient.Language.ENGLISH.value
RIGHT_TO_LEFT = frozenset({Patient.Language.URDU.value})
# Keeps a phone number, and an address with the number of its house, in their order in a line from right to left.
_LEFT_TO_RIGHT = "\u200e"


Texts = Mapping[tuple[int, str, str], MessageTemplate]


def newest_texts(rules: Iterable[int]) -> Texts:
    """Return the newest text of some rules on each channel in each language (one query)."""
    texts = MessageTemplate.objects.filter(rule__in=set(rules)).order_by("version")
    return {(text.rule_id, text.channel, text.language): text for text in texts}


def template_for(reminder: Reminder, channel: str, texts: Texts | None = None) -> MessageTemplate | None:
    """Return the text to send: the version it was begun with, what staff wrote for it, or the newest in the language."""
    if reminder.template:
        return reminder.template
    if reminder.one_off:
        subject = reminder.one_off.subject if channel == Channel.EMAIL else ""
        return MessageTemplate(rule=reminder.rule, channel=channel, subject=subject, body=reminder.one_off.body)
    known = newest_texts([reminder.rule_id]) if texts is None else texts
    return newest_text(reminder.rule, channel, reminder.patient.language, known)


def newest_text(rule: ReminderRule, channel: str, language: str, texts: Texts) -> MessageTemplate | None:
    """Return the newest text in a language that the rule is sent in, else in English; None where none is written."""
    wanted = texts.get((rule.pk, channel, language)) if language in rule.languages else None
    return wanted or texts.get((rule.pk, channel, ENGLISH))


def render(reminder: Reminder, template: MessageTemplate, contact: ContactPoint, *, link: str) -> Message:
    """Return the message. Made twice from the same facts it is the same, to the letter."""
    values = field_values(reminder, template.language, link)
    return Message(
        key=str(reminder.uid),
        to=contact.address,
        # A line break would end the header, and no mail server gets to see such a letter.
        subject=" ".join(fill(template.subject, values).split()),
        body=fill_text(template, values),
        link=link,
    )


def fill_text(template: MessageTemplate, values: dict[str, str]) -> str:
    """Return the filled body; a text message within the networks' alphabet is not thrown out of it by an accent in a name."""
    if template.channel == Channel.SMS and gsm.fits_alphabet(template.body):
        values = {name: gsm.plain(value) for name, value in values.items()}
    return fill(template.body, values)


def field_values(reminder: Reminder, language: str, link: str) -> dict[str, str]:
    """Return what each field of a text stands for. The first of several first names is enough to be greeted by."""
    name = (reminder.patient.given_name.split() or [""])[0]
    values = clinic_values(reminder.clinic, language) | {"first_name": name, "link": link}
    starts_at = _starts_at(reminder)
    if starts_at:
        local = starts_at.astimezone(reminder.clinic.zone)
        values |= {"day_date": day_without_year(local.date(), language), "time": clock_words(local.time(), language)}
    return values


def clinic_values(clinic: Clinic, language: str) -> dict[str, str]:
    """Return the fields that are the clinic's own."""
    mark = _LEFT_TO_RIGHT if language in RIGHT_TO_LEFT else ""
    in_order = {"place": f"{mark}{clinic.address}{mark}", "phone": f"{mark}{clinic.phone}{mark}"}
    return {"clinic": clinic.message_name} | in_order


def _starts_at(reminder: Reminder) -> dt.datetime | None:
    if reminder.invitation:
        return reminder.invitation.offer.starts_at
    # The time that was told last, where the message is about that one: a cancelled visit may have moved before.
    return reminder.visit_at or (reminder.session.starts_at if reminder.session else None)


def day_without_year(day: dt.date, language: str = ENGLISH) -> str:
    """Return a day as the one formatter writes it, without the year: a text message is about the next days."""
    return day_words(day, language).removesuffix(str(day.year)).removesuffix(" de ").rstrip()


def preview(rule: ReminderRule, patient: Patient, channel: str) -> str:
    """Return the words of a message that is about no visit, with a stand-in for its link."""
    about = Reminder(clinic=rule.clinic, rule=rule, patient=patient)
    template = template_for(about, channel)
    return fill_text(template, field_values(about, template.language, "(their link)")) if template else ""
