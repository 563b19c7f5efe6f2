"""From a reminder to the words that leave the house."""

import datetime as dt

from clinic.wording import clock_words, day_words
from patients.models import Channel, ContactPoint, Patient
from reminders import gsm, links
from reminders.channels import Message
from reminders.fields import fill
from reminders.models import MessageTemplate, Reminder, ReminderRule

DEFAULT_LANGUAGE = "en"


def template_for(reminder: Reminder, channel: str) -> MessageTemplate | None:
    """Return the text in the patient's language, else in English; None where none is written."""
    texts = MessageTemplate.objects.filter(rule_id=reminder.rule_id, channel=channel)
    by_language = {text.language: text for text in texts}
    return by_language.get(reminder.patient.language) or by_language.get(DEFAULT_LANGUAGE)


def render(reminder: Reminder, template: MessageTemplate, contact: ContactPoint, *, now: dt.datetime) -> Message:
    """Return the message. Made twice from the same facts it is the same, to the letter."""
    values = field_values(reminder, links.address_for(reminder, now=now))
    if template.channel == Channel.SMS:
        values = {name: gsm.plain(value) for name, value in values.items()}
    return Message(
        key=str(reminder.uid),
        to=contact.address,
        subject=fill(template.subject, values),
        body=fill(template.body, values),
    )


def field_values(reminder: Reminder, link: str) -> dict[str, str]:
    """Return what each field of a text stands for. The first of several first names is enough to be greeted by."""
    clinic, patient = reminder.clinic, reminder.patient
    values = {
        "clinic": clinic.message_name,
        "first_name": (patient.given_name.split() or [""])[0],
        "place": clinic.address,
        "phone": clinic.phone,
        "link": link,
    }
    starts_at = _starts_at(reminder)
    if starts_at:
        local = starts_at.astimezone(clinic.zone)
        values |= {"day_date": day_without_year(local.date()), "time": clock_words(local.time())}
    return values


def _starts_at(reminder: Reminder) -> dt.datetime | None:
    if reminder.invitation:
        return reminder.invitation.offer.starts_at
    return reminder.session.starts_at if reminder.session else None


def day_without_year(day: dt.date) -> str:
    """Return a day as the one formatter writes it, without the year: a text message is about the next days."""
    return day_words(day).removesuffix(f" {day.year}")


def preview(rule: ReminderRule, patient: Patient, channel: str) -> str:
    """Return the words of a message that is about no visit, with a stand-in for its link."""
    about = Reminder(clinic=rule.clinic, rule=rule, patient=patient)
    template = template_for(about, channel)
    return fill(template.body, field_values(about, "(their link)")) if template else ""
