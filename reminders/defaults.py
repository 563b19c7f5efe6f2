"""The rules and texts that a clinic starts with."""

from collections import defaultdict
from dataclasses import dataclass

from simple_history.utils import bulk_create_with_history

from clinic.models import Clinic
from patients.models import Channel, Patient
from reminders.models import Kind, MessageTemplate, ReminderRule
from reminders.texts import words_for


@dataclass(frozen=True)
class Start:
    """One rule of a new clinic."""

    kind: Kind
    days_before: int = 0
    days_after: int = 0


# Three days and one day before gave the fewest missed visits in a trial with 54,066 visits (Steiner 2018); two weeks
# before, a time that is given back can still be given to somebody else.
RULES = (
    Start(Kind.WELCOME),
    Start(Kind.BOOKED),
    Start(Kind.VISIT, days_before=14),
    Start(Kind.VISIT, days_before=3),
    Start(Kind.VISIT, days_before=1),
    Start(Kind.MOVED),
    Start(Kind.CANCELLED),
    Start(Kind.MOVE_ASKED),
    Start(Kind.MISSED),
    Start(Kind.DUE, days_before=14),
    Start(Kind.DIARY, days_after=7),
    Start(Kind.OFFER),
    Start(Kind.SIDE_EFFECTS, days_after=7),
    Start(Kind.EFFECT, days_after=21),
    Start(Kind.ASKED),
    Start(Kind.ONE_OFF),
)


def install(clinic: Clinic) -> None:
    """Give a clinic the rules and texts that it does not have yet; what it changed stays as it is."""
    rules = ReminderRule.objects.filter(clinic=clinic)
    known = rules.values_list("kind", "days_before", "days_after")
    there = {Start(Kind(kind), before, after) for kind, before, after in known}
    fresh = [ReminderRule(clinic=clinic, **vars(start)) for start in RULES if start not in there]
    bulk_create_with_history(fresh, ReminderRule)
    install_texts(*rules)


def install_texts(*rules: ReminderRule) -> None:
    """Give rules the texts that they do not have yet, in every language (two queries)."""
    there = set(MessageTemplate.objects.filter(rule__in=rules).values_list("rule", "channel", "language"))
    fresh = (text for rule in rules for language in Patient.Language.values for text in _texts(rule, language))
    MessageTemplate.objects.bulk_create(
        text for text in fresh if (text.rule_id, text.channel, text.language) not in there
    )


def standard_of(text: MessageTemplate) -> tuple[str, str]:
    """Return the subject and the body that a clinic which started today would have in the place of a text."""
    rule = text.rule
    words = words_for(text.language, rule.kind, rule.days_before or rule.days_after)
    return ("", words.sms) if text.channel == Channel.SMS else (words.subject, words.email)


def behind(*rules: ReminderRule) -> list[MessageTemplate]:
    """Return the newest versions of texts whose standard is another by now, and that the clinic never had (one query).

    Who edited the standard as it is chose other words; who has an older one, edited or not, may not know of the new one.
    """
    known: dict[tuple[int, str, str], list[MessageTemplate]] = defaultdict(list)
    for text in MessageTemplate.objects.filter(rule__in=rules).select_related("rule__clinic").order_by("version"):
        known[text.rule_id, text.channel, text.language].append(text)
    return [
        versions[-1]
        for versions in known.values()
        if standard_of(versions[-1]) not in [(one.subject, one.body) for one in versions]
    ]


def _texts(rule: ReminderRule, language: str) -> list[MessageTemplate]:
    if rule.kind == Kind.ONE_OFF:  # its words are written each time
        return []
    words = words_for(language, rule.kind, rule.days_before or rule.days_after)
    common = {"clinic_id": rule.clinic_id, "rule": rule, "language": language}
    return [
        MessageTemplate(channel=Channel.SMS, subject="", body=words.sms, **common),
        MessageTemplate(channel=Channel.EMAIL, subject=words.subject, body=words.email, **common),
    ]


def rule_of(clinic: Clinic, kind: Kind) -> ReminderRule:
    """Return a clinic's rule for messages that a person starts; a clinic from before there were such gets it now."""
    found = ReminderRule.objects.filter(clinic=clinic, kind=kind).first()
    if found is None:  # or somebody else, at this moment, gives it one
        found, _made = ReminderRule.objects.get_or_create(clinic=clinic, kind=kind)
        install_texts(found)
    return found
