"""What is written down around each hand-over: that it begins, before it, and what came back, right after it.

What was taken is closed in the same transaction in which the next attempt begins: one wait for the disk for each
message, and never more than one that is handed over and not written down.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from reminders.dispatch import allowance, outcome, receipts
from reminders.models import Delivery, MessageTemplate, Reminder


@dataclass(frozen=True)
class Taken:
    """A message that a gateway has."""

    reminder: Reminder
    delivery: Delivery
    result: str
    provider_id: str
    at: dt.datetime


class Ledger:
    """The writing of one worker. Whoever does anything but begin the next attempt calls ``settle`` first."""

    def __init__(self) -> None:
        self._open: Taken | None = None

    def begin(
        self, reminder: Reminder, template: MessageTemplate, now: dt.datetime, *, texts: int = 0, afresh: bool = True
    ) -> Delivery | None:
        """Write that an attempt begins; None when the claim is not ours any more, or the person had enough texts today.

        ``texts`` is how many the networks will bill. What is only looked up, not sent ``afresh``, costs the person nothing.
        """
        try:
            with transaction.atomic():
                closed = self._close()
                delivery = _start(reminder, template, now, texts, afresh)
        except Exception:
            self.settle()
            raise
        self._heed(closed)
        return delivery

    def taken(self, taken: Taken) -> None:
        """Note that a gateway has it; it is written with whatever is written next."""
        self._open = taken

    def settle(self) -> None:
        """Write what was taken last, if it is not written yet."""
        if self._open:
            with transaction.atomic():
                closed = self._close()
            self._heed(closed)

    def _close(self) -> bool:
        """Write it; return whether its gateway has said meanwhile that it did not arrive."""
        last = self._open
        return last is not None and not outcome.record_sent(
            last.reminder, last.delivery, last.result, last.provider_id, last.at
        )

    def _heed(self, lost: bool) -> None:
        """Now that it is committed, forget it; a gateway may know sooner than we that it did not arrive."""
        last, self._open = self._open, None
        if last and lost:
            receipts.heed(last.delivery, last.at)


def _start(
    reminder: Reminder, template: MessageTemplate, now: dt.datetime, texts: int, afresh: bool
) -> Delivery | None:
    """Keep the version that it goes out with, so that a repeat is the same, whatever is written meanwhile."""
    version = reminder.template_id or template.pk
    if not Reminder.objects.held_by(reminder).update(template=version):
        return None
    if afresh and not allowance.take_day(reminder, now):
        return None
    return Delivery.objects.create(
        clinic_id=reminder.clinic_id, reminder=reminder, attempt=reminder.attempts, started_at=now, texts=texts
    )
