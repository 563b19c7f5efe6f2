"""The PREEMPT injection protocol: which sites, how many units, what may be added and where the limits are.

The table is ``preempt-sites.json`` beside this file; a clinician signs it off before a clinic uses it. Sources: the
United States label's dosing table (31 sites, 155 units) and PREEMPT's follow-the-pain paradigm (to 39 sites, 195).
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

STANDARD_UNITS = 155
MAX_UNITS = 195  # PREEMPT and the European label; the United States label stops at 155
MAX_SITES = 39
VIAL_STRENGTHS = (100, 200)  # units per vial as supplied
MAX_UNITS_IN_THREE_MONTHS = 400  # label: cumulative, all indications together


@dataclass(frozen=True)
class Muscle:
    """A muscle of the protocol with its limit."""

    key: str
    label: str
    order: int
    units_max: int


@dataclass(frozen=True)
class Site:
    """One injection site. ``fixed`` sites make up the standard set; the others follow the pain."""

    code: str
    index: int
    muscle: str
    label: str
    units: int
    fixed: bool


def _load() -> tuple[dict[str, Muscle], dict[str, Site]]:
    table = json.loads(Path(__file__).with_name("preempt-sites.json").read_text())
    muscles = {
        key: Muscle(key, row["label"], row["order"], row["units_max"])
        for key, row in sorted(table["muscles"].items(), key=lambda item: item[1]["order"])
    }
    sites = {
        row["id"]: Site(row["id"], row["index"], row["muscle"], row["label"], row["units"], row["phase"] == "fixed")
        for row in table["sites"]
    }
    return muscles, sites


MUSCLES, SITES = _load()


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
    per_muscle = Counter[str]()
    for code, units in plan.items():
        per_muscle[SITES[code].muscle] += units
    for key, units in per_muscle.items():
        if units > MUSCLES[key].units_max:
            wrong.append(f"{MUSCLES[key].label}: {units} units is over its limit of {MUSCLES[key].units_max}.")
    total = sum(plan.values())
    if total > MAX_UNITS:
        wrong.append(f"{total} units is over the limit of {MAX_UNITS}.")
    return wrong
