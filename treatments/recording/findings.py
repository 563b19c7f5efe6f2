"""What a signature covers."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from treatments.effects.reporting import Told


@dataclass(frozen=True)
class VialUsed:
    """A vial opened for this session: lot, last day of use, units as supplied (100 or 200), when it was reconstituted.

    ``diluent_ml``: with how much saline; None: as the protocol says.
    """

    lot: str
    expires_on: dt.date
    strength: int
    reconstituted_at: dt.datetime | None = None
    diluent_ml: Decimal | None = None


@dataclass(frozen=True)
class SinceLast:
    """What the person says of the time since the last session.

    ``told``: the side effects they had, None for none of them. ``wear_off_week``: the week in which it began to wear
    off; ``lasted``: it did not. Neither: that was not asked.
    """

    told: Told | None
    wear_off_week: int | None = None
    lasted: bool = False


@dataclass(frozen=True)
class Findings:
    """All that a signature covers. ``plan`` is site code to units.

    ``used_before_recall`` says that vials of a recalled lot were used before that was known here.
    ``given_on`` is the day of the injections, None where it can only be that of the signature. ``answers`` is question
    key to Yes, No or None for not known, as they were given on ``screened_on``. ``skipped`` is
    site code to the key of the reason, for fixed sites that were left out; ``stopped_reason`` is why the session ended
    before its last site.
    """

    plan: Mapping[str, int]
    vials: Sequence[VialUsed]
    answers: Mapping[str, bool | None]
    screened_on: dt.date
    identity_checked: bool
    consent_confirmed: bool
    given_on: dt.date | None = None
    since_last: SinceLast | None = None  # None: there was no session before, or a record is corrected
    used_before_recall: bool = False
    aftercare_given: bool = False
    go_on_reason: str = ""
    note: str = ""
    skipped: Mapping[str, str] = field(default_factory=dict)
    stopped_reason: str = ""

    @property
    def drawn(self) -> int:
        """Units of all vials."""
        return sum(vial.strength for vial in self.vials)

    @property
    def given(self) -> int:
        """Units at all sites."""
        return sum(self.plan.values())
