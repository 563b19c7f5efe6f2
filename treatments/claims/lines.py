"""Claim lines of a signed session, drafted for a person to check and submit; nothing is ever sent from here.

Code numbers only, with our own words for them. Sources: CMS discarded-drug rules (modifier JW for what was thrown
away; JZ, since 1 July 2023, where nothing was), drug billed in units of one, procedure once a session.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

PROCEDURE = "64615"  # once a session, both sides, whatever the number of sites
DRUG = "J0585"  # one for each unit
WASTED = "JW"
NOTHING_WASTED = "JZ"


@dataclass(frozen=True)
class Line:
    """One line of a claim: code, modifier or "", and how many."""

    code: str
    modifier: str
    quantity: int
    words: str


@dataclass(frozen=True)
class Given:
    """What a session gave from the clinic's own vials; vials that a pharmacy sent for the person are not in it."""

    drawn: int
    given: int

    @property
    def wasted(self) -> int:
        """Units thrown away."""
        return self.drawn - self.given


def claim_lines(own: Given | None) -> list[Line]:
    """Return the claim's lines; ``own`` is None when the drug came from a pharmacy, which bills it itself."""
    found = [Line(PROCEDURE, "", 1, "Injections, one session")]
    if own is None:
        return found
    if not own.wasted:
        return [*found, Line(DRUG, NOTHING_WASTED, own.given, "Drug given, units; nothing thrown away")]
    if own.given:
        found.append(Line(DRUG, "", own.given, "Drug given, units"))
    return [*found, Line(DRUG, WASTED, own.wasted, "Drug thrown away, units")]


def from_own_stock(vials: Sequence[tuple[int, bool]], given: int) -> Given | None:
    """Split the units of a record that does not say which vial they came from: (strength, kept for the patient).

    A person's own vials are used first, since only they may use them; what the clinic's vials add is what it bills.
    """
    theirs = sum(strength for strength, kept in vials if kept)
    ours = sum(strength for strength, kept in vials if not kept)
    if not ours:
        return None
    return Given(drawn=ours, given=max(0, given - theirs))


def service_date(day: dt.date) -> str:
    """Return the date of service as claim forms write it."""
    return day.strftime("%m/%d/%Y")
