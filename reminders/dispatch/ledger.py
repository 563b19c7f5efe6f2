"""What is written down around each hand-over: that it begins, before it, and what came back, right after it.

What was taken is closed in the same transaction in which the next attempt begins: one wait for the disk for each
message, and never more than one that is handed over and not written down.
"""

import datetime as dt

from django.db import transaction

from reminders.dispatch import allowance, receipts
from reminders.dispatch.strokes import Taken, Written, write
from reminders.models import Delivery, MessageTemplate, Reminder


class _NotToday(Exception):
    """The claim is not ours any more, or the person had enough texts: nothing of what was begun stays."""


class Ledger:
    """The writing of one worker. Whoever does anything but begin the next attempt calls ``settle`` first."""

    def __init__(self) -> None:
        self._open: Taken | None = None

    def begin(
        self,
        reminder: Reminder,
        template: MessageTemplate | None,
        now: dt.datetime,
        *,
        texts: int = 0,
        afresh: bool = True,
    ) -> Delivery | None:
        """Write that an attempt begins; None when the claim is not ours any more, or the person had enough texts today.

        ``texts`` is how many the networks will bill. What is only looked up, not sent ``afresh``, costs the person nothing.
        The version of the text is kept with it, so that a repeat is the same, whatever is written meanwhile.
        """
        delivery = Delivery(
            clinic_id=reminder.clinic_id, reminder=reminder, attempt=reminder.attempts, started_at=now, texts=texts
        )
        version = template.pk if template else None
        try:
            if afresh and allowance.counts(reminder):
                written = self._take_day_too(delivery, version)
            else:
                written = write(self._open, delivery, version)
        except _NotToday:
            self.settle()
            return None
        except Exception:
            self.settle()
            raise
        self._heed(written)
        delivery.pk = written.begun
        return delivery if written.begun else None

    def taken(self, taken: Taken) -> None:
        """Note that a gateway has it; it is written with whatever is written next."""
        self._open = taken

    def settle(self) -> None:
        """Write what was taken last, if it is not written yet."""
        if self._open:
            self._heed(write(self._open))

    def _take_day_too(self, delivery: Delivery, version: int | None) -> Written:
        with transaction.atomic():
            if not allowance.take_day(delivery.reminder, delivery.started_at):
                raise _NotToday
            written = write(self._open, delivery, version)
            if not written.begun:
                raise _NotToday
        return written

    def _heed(self, written: Written) -> None:
        """Now that it is committed, forget it; a gateway may know sooner than we that it did not arrive."""
        last, self._open = self._open, None
        if last and not written.well:
            receipts.heed(last.delivery, last.at)
