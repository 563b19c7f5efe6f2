"""The injection map: which picture shows which site, and how each site looks for what was given there.

It records where injections went and does not teach where to inject; a clinician signs the places off before use.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from treatments.protocol import SITES, Site

MARGIN = 15  # a dot's radius in the units of the drawing: a site at the edge of a crop is shown whole


@dataclass(frozen=True)
class Picture:
    """A view of head and shoulders, or a part of one that fits a phone. ``box`` is its SVG view box."""

    key: str
    view: str
    label: str
    note: str
    box: str
    width: int
    height: int
    sites: tuple[Site, ...]


@dataclass(frozen=True)
class Mark:
    """A site as it is drawn: units given there (0: none) and the reason it was left out ("" when it was not)."""

    site: Site
    units: int
    skipped: str = ""

    @property
    def looks(self) -> str:
        """Return the classes that draw it."""
        looks = ["site", "site--fixed" if self.site.fixed else "site--extra"]
        looks += ["site--spare"] if self.site.spare else []
        looks += ["is-given"] if self.units else []
        looks += ["is-changed"] if self.units and self.units != self.site.units else []
        looks += ["is-skipped"] if self.skipped and not self.units else []
        return " ".join(looks)


def _load() -> tuple[tuple[Picture, ...], tuple[Picture, ...]]:
    table = json.loads(Path(__file__).with_name("preempt-sites.json").read_text())
    views = table["views"]
    whole = tuple(_picture(key, key, views[key], views[key]["viewBox"]) for key in ("front", "back", "right", "left"))
    parts = tuple(
        _picture(
            key, crop["view"], views[crop["view"]] | {"label": key.replace("_", " ").capitalize()}, crop["viewBox"]
        )
        for key, crop in table["mobile_crops"].items()
    )
    return whole, parts


def _picture(key: str, view: str, row: Mapping[str, str], box: str) -> Picture:
    left, top, width, height = (int(number) for number in box.split())
    inside = tuple(
        site
        for site in SITES.values()
        if site.view == view
        and left <= site.x + MARGIN
        and site.x - MARGIN <= left + width
        and top <= site.y + MARGIN
        and site.y - MARGIN <= top + height
    )
    return Picture(key, view, row["label"], row["note"], box, int(row["width"]), int(row["height"]), inside)


VIEWS, CROPS = _load()


def marked(
    pictures: tuple[Picture, ...], plan: Mapping[str, int], skipped: Mapping[str, str]
) -> list[tuple[Picture, list[Mark]]]:
    """Return each picture with its sites as they are drawn for a plan."""
    return [
        (picture, [Mark(site, plan.get(site.code, 0), skipped.get(site.code, "")) for site in picture.sites])
        for picture in pictures
    ]


def in_words(plan: Mapping[str, int]) -> str:
    """Return what was given as one sentence, for whoever cannot see the map."""
    by_muscle: dict[str, int] = {}
    for code, units in plan.items():
        by_muscle[SITES[code].muscle] = by_muscle.get(SITES[code].muscle, 0) + units
    parts = [f"{muscle.replace('_', ' ')} {units}" for muscle, units in by_muscle.items()]
    sites = "1 site" if len(plan) == 1 else f"{len(plan)} sites"
    return f"{sites}, {sum(plan.values())} units: {', '.join(parts)}." if plan else "No site given."
