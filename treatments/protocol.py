"""The PREEMPT injection protocol: which sites, how many units, what may be added and where the limits are.

The table is ``preempt-sites.json`` beside this file; a clinician signs it off before a clinic uses it. Sources: the
United States label's dosing table (31 sites, 155 units) and PREEMPT's follow-the-pain paradigm (to 39 sites, 195).
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from pathlib import Path

STANDARD_UNITS = 155
MAX_UNITS = 195  # PREEMPT and the European label; the United States label stops at 155
MAX_SITES = 39
UNITS_PER_SITE = 5  # PREEMPT: 0.1 mL of 5 units in 0.1 mL at each site
VIAL_STRENGTHS = (100, 200)  # units per vial as supplied
UNITS_PER_ML = 50  # label section 2: 100 units in 2 mL or 200 in 4, so that 0.1 mL holds 5 units
MOST_NAMED = 3  # sites of one doubt, by name: thirty names covered a phone, and the button under them
MAX_UNITS_IN_THREE_MONTHS = 400  # label: cumulative, all indications together


def vials_opened(units: int, strength: int) -> int:
    """Return how many vials of a size a dose takes."""
    return -(-units // strength)


def units_opened(units: int) -> int:
    """Return the fewest units that vials opened for a dose hold.

    A vial is single-dose: it serves one person, and the rest of it is discarded (label section 2; CMS, JW modifier).
    """
    return min(vials_opened(units, strength) * strength for strength in VIAL_STRENGTHS)


@dataclass(frozen=True)
class Muscle:
    """A muscle of the protocol with its limits."""

    key: str
    label: str
    order: int
    sites_max: int
    units_max: int


@dataclass(frozen=True)
class Site:
    """One injection site. ``fixed`` sites make up the standard set; the others follow the pain.

    ``spare`` sites are more places of one side, for when both extra doses go to it. ``view``, ``x`` and ``y`` place the
    site on the injection map. ``lying``: given while the person lies down, the rest while they sit.
    """

    code: str
    index: int
    muscle: str
    side: str
    label: str
    units: int
    fixed: bool
    spare: bool
    view: str
    x: int
    y: int
    lying: bool

    @property
    def place(self) -> str:
        """Where it is within its muscle, for lists that name the muscle above: "Right, site 1"."""
        return self.label.partition(", ")[2].capitalize()


def _load() -> tuple[dict[str, Muscle], dict[str, Site]]:
    table = json.loads(Path(__file__).with_name("preempt-sites.json").read_text())
    muscles = {
        key: Muscle(key, row["label"], row["order"], row["sites_max"], row["units_max"])
        for key, row in sorted(table["muscles"].items(), key=lambda item: item[1]["order"])
    }
    rows = [*table["sites"], *table["follow_pain_one_sided_alternates"]]
    lying = {key for key, row in table["muscles"].items() if row["position"] == "lying"}
    sites = [
        Site(
            code=row["id"],
            index=row.get("index", index),
            muscle=row["muscle"],
            side=row["side"],
            label=row["label"],
            units=row["units"],
            fixed=row["phase"] == "fixed",
            spare="index" not in row,
            view=row["view"],
            x=row["x"],
            y=row["y"],
            lying=row["muscle"] in lying,
        )
        for index, row in enumerate(rows, 1)
    ]
    return muscles, {site.code: site for site in sites}


MUSCLES, SITES = _load()

# Why a fixed site was left out.
SKIP_REASONS = {
    "drooped": "Brow or lid drooped before",
    "weak": "Muscle weak or wasted",
    "skin": "Skin not fit there",
    "refused": "The person did not want it",
    "other": "Another reason",
}
# Why a session mostly ends before its last site; other words can be typed.
STOP_REASONS = ("Fainted or felt faint", "Too much pain", "Asked to stop", "Reaction where injected")


def standard_set() -> dict[str, int]:
    """Return the standard set: site code to units, 31 sites and 155 units."""
    return {site.code: site.units for site in SITES.values() if site.fixed}


def faults(plan: Mapping[str, int]) -> list[str]:
    """Return what is wrong with a plan (site code to units), each as a sentence; empty when it may be given."""
    unknown = [f"There is no site {code} in the protocol." for code in plan if code not in SITES]
    if unknown:
        return unknown
    if not plan:
        return ["Choose at least one site."]
    wrong = [f"{SITES[code].label}: units must be more than zero." for code, units in plan.items() if units <= 0]
    wrong += _muscle_faults(plan)
    if len(plan) > MAX_SITES:
        wrong.append(f"{len(plan)} sites are over the limit of {MAX_SITES}.")
    total = sum(plan.values())
    if total > MAX_UNITS:
        wrong.append(f"{total} units is over the limit of {MAX_UNITS}.")
    return wrong


def _muscle_faults(plan: Mapping[str, int]) -> Iterable[str]:
    """Yield which muscles would get too much, or at too many sites: their spare places are more than they may have."""
    given: dict[str, list[int]] = {}
    for code, units in plan.items():
        given.setdefault(SITES[code].muscle, []).append(units)
    for muscle, doses in ((MUSCLES[key], doses) for key, doses in given.items()):
        if sum(doses) > muscle.units_max:
            yield f"{muscle.label}: {sum(doses)} units is over its limit of {muscle.units_max}."
        elif len(doses) > muscle.sites_max:
            yield f"{muscle.label}: {len(doses)} sites are over its limit of {muscle.sites_max}."


def dilution_fault(strength: int, diluent_ml: Decimal | None) -> str:
    """Return why a vial holds another dose in 0.1 mL than the protocol counts on, or "" (label section 2)."""
    if diluent_ml is None or diluent_ml * UNITS_PER_ML == strength:
        return ""
    return (
        f"{strength} units in {diluent_ml.normalize():f} mL are not {UNITS_PER_SITE} units in 0.1 mL. "
        f"Use {strength // UNITS_PER_ML} mL."
    )


def shared_out(given: int, strengths: Iterable[int]) -> list[int]:
    """Return how much of what was given came from each vial: one is emptied before the next is begun."""
    parts = []
    for strength in strengths:
        parts.append(min(given, strength))
        given -= parts[-1]
    return parts


def doubts(plan: Mapping[str, int], *, us_label: bool) -> list[str]:
    """Return what is unusual about a plan that may be given, a sentence each (clinical rule 12).

    ``us_label``: payers there follow the United States label, which stops at the standard set.
    """
    total = sum(plan.values())
    missing = [site for site in SITES.values() if site.fixed and site.code not in plan]
    said = []
    if total < STANDARD_UNITS:
        said.append(f"{total} units are fewer than the standard {STANDARD_UNITS}.")
    if missing:
        said.append(f"Not given: {'; '.join(_left_out(missing))}.")
    if any(units != UNITS_PER_SITE for units in plan.values()):
        said.append(f"Not {UNITS_PER_SITE} units{_otherwise(plan)}.")
    if us_label and total > STANDARD_UNITS:
        said.append(f"{total} units are more than the {STANDARD_UNITS} of the United States label. A payer may refuse.")
    return said


def _otherwise(plan: Mapping[str, int]) -> str:
    """Return where another dose was given, by name; of many how many: 15 for 5 is a slip that no limit finds."""
    other = [f"{units} at {SITES[code].label}" for code, units in plan.items() if units != UNITS_PER_SITE]
    return f": {'; '.join(other)}" if len(other) <= MOST_NAMED else f" at {len(other)} sites"


def _left_out(missing: Sequence[Site]) -> Iterable[str]:
    """Yield the sites by name; when they are many, as after a stop, how many of each muscle."""
    fixed = Counter(site.muscle for site in SITES.values() if site.fixed)
    for key, sites in groupby(missing, lambda site: site.muscle):
        names = [site.label for site in sites]
        if len(missing) <= MOST_NAMED or len(names) == 1:
            yield from names
        else:
            yield f"{MUSCLES[key].label}, {len(names)} of {fixed[key]} sites"
