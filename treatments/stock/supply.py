"""Whether the vials in stock last for the visits booked ahead, as a pure function.

Sources: a single-dose vial serves one patient and the rest is discarded (CMS, JW and JZ modifiers); reconstituted
product keeps 24 hours at 2 to 8 degrees (United States label, section 2).
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

KEEPS_HOURS = 24  # label section 2: after reconstitution, refrigerated
# What only whoever holds a vial can see of it, and for which it is discarded (label section 2; clinical rules 14 and 15).
UNFIT = ("seal broken", "no vacuum drew the saline in", "not kept at 2 to 8 °C")


@dataclass(frozen=True)
class Need:
    """A booked visit: its day, the units it will probably take, and whom it is for."""

    on: dt.date
    units: int
    patient: int


@dataclass(frozen=True)
class Supply:
    """A vial that could be used: units, last day, and the one patient it is kept for (None: anybody)."""

    units: int
    expires_on: dt.date
    patient: int | None = None


@dataclass(frozen=True)
class Outlook:
    """How far the stock lasts: visits it covers, and the day of the first visit it does not."""

    covered: int
    short_on: dt.date | None
    short: int  # visits without a vial

    @property
    def booked(self) -> int:
        """Visits that were looked at."""
        return self.covered + self.short


def outlook(needs: Iterable[Need], supplies: Iterable[Supply]) -> Outlook:
    """Give each visit its vials in order of days: those kept for the person first, then the first to expire."""
    left = sorted(supplies, key=lambda supply: supply.expires_on)
    covered, short = 0, 0
    short_on: dt.date | None = None
    for need in sorted(needs, key=lambda need: need.on):
        taken = _take(need, left)
        if sum(supply.units for supply in taken) >= need.units:
            covered += 1
            for supply in taken:
                left.remove(supply)
        else:
            short += 1
            short_on = short_on or need.on
    return Outlook(covered, short_on, short)


def _take(need: Need, left: Sequence[Supply]) -> list[Supply]:
    fit = [one for one in left if one.expires_on >= need.on and one.patient in (None, need.patient)]
    taken: list[Supply] = []
    for supply in sorted(fit, key=lambda one: (one.patient is None, one.expires_on)):
        if sum(one.units for one in taken) >= need.units:
            break
        taken.append(supply)
    return taken


def prepared_fault(prepared_at: dt.datetime, at: dt.datetime, latest: dt.datetime) -> str:
    """Return what is wrong with the time a vial was reconstituted, as a sentence, or "".

    ``at``: when the session was given, ``latest``: when it was over.
    """
    if prepared_at > latest:
        return "The time the vial was reconstituted is after the session. Check it."
    if at - prepared_at > dt.timedelta(hours=KEEPS_HOURS):
        return f"The vial was reconstituted more than {KEEPS_HOURS} hours ago. Discard it and use another."
    return ""
