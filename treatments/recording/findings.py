"""What a signature covers."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class VialUsed:
    """A vial opened for this session: lot, last day of use, units as supplied (100 or 200), when it was reconstituted."""

    lot: str
    expires_on: dt.date
    strength: int
    reconstituted_at: dt.datetime | None = None


@dataclass(frozen=True)
class Findings:
    """All that a signature covers. ``plan`` is site code to units; ``answers`` question key to Yes or No.

    ``skipped`` is site code to the key of the reason, for fixed sites that were left out; ``stopped_reason`` is why the
    session ended before its last site.
    """

    plan: Mapping[str, int]
    vials: Sequence[VialUsed]
    answers: Mapping[str, bool]
    identity_checked: bool
    consent_confirmed: bool
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
