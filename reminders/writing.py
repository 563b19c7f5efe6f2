"""What staff change about messages: rules, texts, words that none may hold. One action each, with who and when."""

import datetime as dt
import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from clinic import audit
from clinic.models import AuditEntry, Clinic, User
from reminders import defaults
from reminders.channels import Message, carrier_for
from reminders.models import BlockedWord, MessageTemplate, ReminderRule
from reminders.wording import guard

# How the trace names a text that somebody tried out.
TEST_MESSAGE = "test message"


class ChangedMeanwhile(Exception):
    """Somebody saved a newer version while this one was being typed."""


class AlreadyThere(Exception):
    """There is a rule for the same kind of message at the same distance."""


def newest(rule: ReminderRule, channel: str, language: str) -> MessageTemplate | None:
    """Return the version that is sent, None where none is written."""
    texts = MessageTemplate.objects.filter(rule=rule, channel=channel, language=language)
    return texts.select_related("made_by").order_by("-version").first()


@transaction.atomic
def save_text(
    *, rule: ReminderRule, channel: str, language: str, subject: str, body: str, after: int, by: User, at: dt.datetime
) -> MessageTemplate:
    """Make the version that follows ``after`` (0: the first). Raises ChangedMeanwhile when there is one already."""
    text = MessageTemplate(
        clinic_id=rule.clinic_id,
        rule=rule,
        channel=channel,
        language=language,
        version=after + 1,
        subject=subject,
        body=body,
        made_at=at,
        made_by=by,
    )
    last = newest(rule, channel, language)
    if (last.version if last else 0) != after:
        raise ChangedMeanwhile
    try:
        with transaction.atomic():
            text.save()
    except IntegrityError as error:
        raise ChangedMeanwhile from error
    _trace(rule.clinic, by, at, AuditEntry.Action.CREATE, "message text")
    return text


@transaction.atomic
def use_standard(*, rule: ReminderRule, by: User, at: dt.datetime) -> int:
    """Make the standard of today the next version of a rule's texts that nobody at the clinic wrote; return how many.

    One with a word that the clinic blocks stays as it is. Raises ChangedMeanwhile.
    """
    also, made = own_words(rule.clinic), 0
    for text in defaults.behind(rule):
        subject, body = defaults.standard_of(text)
        if text.made_by_id or guard.faults(f"{subject} {body}", kind=rule.kind, also=also):
            continue
        save_text(
            rule=rule,
            channel=text.channel,
            language=text.language,
            subject=subject,
            body=body,
            after=text.version,
            by=by,
            at=at,
        )
        made += 1
    return made


@transaction.atomic
def save_rule(*, rule: ReminderRule, fields: dict[str, Any], version: int, by: User, at: dt.datetime) -> None:
    """Change a rule, or store a new one with its texts. One that is switched on speaks of what happens from now on.

    Raises ChangedMeanwhile, and AlreadyThere where a colleague just gave the clinic a rule for the same.
    """
    if rule._state.adding:
        rule.since = at
    elif not ReminderRule.objects.filter(pk=rule.pk, version=version).update(version=F("version") + 1):
        raise ChangedMeanwhile
    else:
        rule.refresh_from_db()
        if fields["active"] and not rule.active:
            rule.since = at
    for name, value in fields.items():
        setattr(rule, name, value)
    try:
        with transaction.atomic():
            audit.save_as(rule, by=by, at=at)
    except IntegrityError as error:
        raise AlreadyThere from error
    defaults.install_texts(rule)
    _trace(rule.clinic, by, at, AuditEntry.Action.CHANGE, "message rule")


def own_words(clinic: Clinic) -> list[str]:
    """Return the words that this clinic blocks beside those that nobody may write."""
    return list(BlockedWord.objects.filter(clinic=clinic).values_list("word", flat=True))


@transaction.atomic
def block_word(*, clinic: Clinic, word: str, by: User, at: dt.datetime) -> None:
    """Block a word; one that is blocked already stays so."""
    BlockedWord.objects.get_or_create(clinic=clinic, word=word, defaults={"added_by": by, "added_at": at})
    _trace(clinic, by, at, AuditEntry.Action.CREATE, "blocked word")


@transaction.atomic
def allow_word(*, word: BlockedWord, by: User, at: dt.datetime) -> None:
    """Take one of the clinic's own words off the list."""
    BlockedWord.objects.filter(pk=word.pk).delete()
    _trace(word.clinic, by, at, AuditEntry.Action.CHANGE, "blocked word")


def send_test(*, clinic: Clinic, channel: str, to: str, subject: str, body: str, by: User, at: dt.datetime) -> None:
    """Hand a message over to its gateway, to the address that whoever wrote it gave. Raises SendError."""
    key = uuid.uuid4()
    _trace(clinic, by, at, AuditEntry.Action.CREATE, TEST_MESSAGE, key)
    carrier = carrier_for(channel, demo=clinic.demo)
    try:
        carrier.send(Message(key=str(key), to=to, subject=subject, body=body))
    finally:
        carrier.close()


def _trace(
    clinic: Clinic, by: User, at: dt.datetime, action: AuditEntry.Action, kind: str, subject: uuid.UUID | None = None
) -> None:
    audit.record(clinic=clinic, by=by, at=at, action=action, kind=kind, subject=subject)
