"""The rules and texts that a clinic starts with.

Shaped by what national guides for text messages ask: who writes comes first, one thing to do, a whole link, no words
about health. A clinic may rewrite them. Days are named by date, never "tomorrow": a text that had to wait would lie.
"""

from dataclasses import dataclass

from clinic.models import Clinic
from patients.models import Channel
from reminders.models import Kind, MessageTemplate, ReminderRule

VISIT, DUE = Kind.VISIT, Kind.DUE


@dataclass(frozen=True)
class Text:
    """One rule with its words on each channel."""

    kind: Kind
    days_before: int
    sms: str
    subject: str
    email: str


_SIGNATURE = "\n\n{clinic}\n{place}\n{phone}\n"
_VISIT_EMAIL = (
    "Hello {first_name},\n\n"
    "your visit is on {day_date} at {time}, at {place}.\n\n"
    "Can you come? Tell us here, it takes one press:\n{link}\n\n"
    "If you cannot come, tell us now and somebody else can use your time. You can also call {phone}."
)

_DUE_SMS = "{clinic}: {first_name}, time to book your next visit. Call {phone} or see {link}"
_DUE_EMAIL = (
    "Hello {first_name},\n\n"
    "it is time to book your next visit. Call {phone} and we will find a time that suits you.\n\n"
    "How to reach us: {link}"
) + _SIGNATURE

TEXTS = (
    Text(
        kind=VISIT,
        days_before=3,
        sms="{clinic}: {first_name}, see you {day_date} at {time}. Cannot come? {link}",
        subject="Your visit on {day_date} at {time}",
        email=_VISIT_EMAIL + _SIGNATURE,
    ),
    Text(
        kind=VISIT,
        days_before=1,
        sms="{clinic}: {first_name}, your visit: {day_date} at {time}. Cannot come? {link}",
        subject="Your visit on {day_date} at {time}",
        email=_VISIT_EMAIL + _SIGNATURE,
    ),
    Text(
        kind=DUE,
        days_before=14,
        sms=_DUE_SMS,
        subject="Time to book your next visit",
        email=_DUE_EMAIL,
    ),
    Text(
        kind=Kind.ASKED,
        days_before=0,
        sms=_DUE_SMS,
        subject="Time to book your next visit",
        email=_DUE_EMAIL,
    ),
    Text(
        kind=Kind.OFFER,
        days_before=0,
        sms="{clinic}: {first_name}, earlier time: {day_date} at {time}. Want it? {link}",
        subject="An earlier time: {day_date} at {time}",
        email=(
            "Hello {first_name},\n\n"
            "we have an earlier time: {day_date} at {time}, at {place}.\n\n"
            "Want it? The first to say yes gets it:\n{link}\n\n"
            "If you do not want it, you need not do anything."
        )
        + _SIGNATURE,
    ),
)


def install(clinic: Clinic) -> None:
    """Give a clinic the rules and texts that it does not have yet; what it changed stays as it is."""
    for text in TEXTS:
        rule, _ = ReminderRule.objects.get_or_create(clinic=clinic, kind=text.kind, days_before=text.days_before)
        _install_text(rule, Channel.SMS, subject="", body=text.sms)
        _install_text(rule, Channel.EMAIL, subject=text.subject, body=text.email)


def rule_of(clinic: Clinic, kind: Kind) -> ReminderRule:
    """Return a clinic's rule for messages that a person starts; a clinic from before there were such gets it now."""
    found = ReminderRule.objects.filter(clinic=clinic, kind=kind).first()
    if found is None:
        install(clinic)
        found = ReminderRule.objects.get(clinic=clinic, kind=kind)
    return found


def _install_text(rule: ReminderRule, channel: Channel, *, subject: str, body: str) -> None:
    MessageTemplate.objects.get_or_create(
        rule=rule, channel=channel, language="en", defaults={"clinic": rule.clinic, "subject": subject, "body": body}
    )
