"""Celery's beat, with a sign of life in the database: a beat that died is seen, not missed."""

import datetime as dt
import logging
from typing import Any

from celery.beat import PersistentScheduler
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from reminders.models import Heartbeat

logger = logging.getLogger(__name__)

EVERY = dt.timedelta(seconds=30)
# More than two clocks differ that are kept by the same time.
AHEAD = dt.timedelta(seconds=30)


class WitnessedScheduler(PersistentScheduler):
    """Wakes what is due, and says so. A database that is away stops no clock."""

    _noted_at: dt.datetime | None = None

    def tick(self, *words: Any, **names: Any) -> Any:
        """Let the clock go on; note it at most every half minute."""
        self._mind_a_clock_set_back(timezone.now())
        wait = super().tick(*words, **names)
        now = timezone.now()
        if self._noted_at is None or now - self._noted_at >= EVERY:
            self._note(now)
        return wait

    def _mind_a_clock_set_back(self, now: dt.datetime) -> None:
        """Count from now on what was woken last in a time yet to come: else all would sleep until that has passed."""
        ahead = [one for one in self.schedule.values() if one.last_run_at and one.last_run_at > now + AHEAD]
        for entry in ahead:
            entry.last_run_at = now
        if ahead:
            logger.warning("the clock was set back: %s tasks count from now", len(ahead))
            self._heap = self._noted_at = None

    def _note(self, now: dt.datetime) -> None:
        close_old_connections()
        try:
            Heartbeat.note(Heartbeat.Part.BEAT, now)
        except DatabaseError:
            logger.warning("beat could not note that it lives")
        else:
            self._noted_at = now
