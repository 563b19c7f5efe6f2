"""All that has to be known of claimed reminders before they leave: as many queries for a batch as for one."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from patients.models import Channel, ContactPoint
from reminders import links
from reminders.channels import Message
from reminders.models import MessageTemplate, Reminder, SecretLink, State
from reminders.standing import left_alone_until, why_no_longer
from reminders.wording import rendering

# The world goes on meanwhile: what is looked up is good for so long, then it is looked up again.
GOOD_FOR = dt.timedelta(seconds=2)

_SHARED = ("clinic", "rule", "patient__clinic", "invitation__offer", "template", "one_off")


@dataclass(frozen=True)
class Ready:
    """A claimed reminder as it stands now: why it may be about nothing any more, until which day the desk leaves its
    person alone, where it goes, by which channels they may be written to, its text and its words.
    """

    reminder: Reminder
    no_longer: str
    left_alone_until: dt.date | None
    contact: ContactPoint | None
    usable: Sequence[Channel]
    template: MessageTemplate | None
    message: Message | None


def look_up(claimed: Sequence[Reminder], now: dt.datetime) -> Mapping[int, Ready]:
    """Return what is known of each, by its key. One whose lease ran out, and that is somebody else's now, is missing."""
    fence = {reminder.pk: reminder.attempts for reminder in claimed}
    rows = Reminder.objects.filter(pk__in=fence, state=State.SENDING)
    rows = rows.annotate(no_longer=why_no_longer(), left_alone_until=left_alone_until())
    # Joined where each has its own; where many share one, it is fetched once.
    rows = rows.select_related("patient", "session").prefetch_related(*_SHARED)
    held = [reminder for reminder in rows if reminder.attempts == fence[reminder.pk]]
    texts = rendering.newest_texts(reminder.rule_id for reminder in held)
    people = ContactPoint.objects.usable().filter(patient__in={reminder.patient_id for reminder in held})
    points = {(point.patient_id, point.channel): point for point in people}
    found, kept = {}, []
    for reminder in held:
        contact = points.get((reminder.patient_id, reminder.channel))
        usable = [channel for channel in Channel if (reminder.patient_id, channel) in points]
        template = rendering.template_for(reminder, reminder.channel, texts)
        no_longer, message = reminder.no_longer, None  # type: ignore[attr-defined]
        alone = reminder.left_alone_until  # type: ignore[attr-defined]
        if contact and template:
            link = links.link_for(reminder, now=now)
            message = _message(reminder, template, contact, link)
            if not no_longer:
                kept.append(link)
        found[reminder.pk] = Ready(reminder, no_longer, alone, contact, usable, template, message)
    links.keep(kept)
    return found


def message_as_it_left(ready: Ready, at: dt.datetime) -> Message | None:
    """Return what was handed over at a moment, to ask about it and not to send: nothing may go there any more."""
    reminder, template = ready.reminder, ready.template
    here = {"patient": reminder.patient_id, "channel": reminder.channel}
    then = ContactPoint.history.filter(**here, history_date__lte=at).order_by("history_date", "history_id").last()
    contact = then or ContactPoint.objects.filter(**here).first()
    return _message(reminder, template, contact, links.link_for(reminder, now=at)) if contact and template else None


def _message(reminder: Reminder, template: MessageTemplate, contact: ContactPoint, link: SecretLink) -> Message:
    message = rendering.render(reminder, template, contact, link=links.address_of(link))
    return replace(message, attempt=reminder.attempts)
