"""Who may inject: the clinic's own policy against what is on record of the injector (rule 35), as a pure function.

The United States label names no specialty and scope of practice is local law, so the list of professions is data. The
founding advice that cosmetic surgeons should not give therapeutic injections is kept as a mark on the person.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class Credentials:
    """What is on record of an injector. Dates include their last day; None is "not on record"."""

    profession: str = ""
    licence_until: dt.date | None = None
    trained_on: dt.date | None = None
    supervised_by: str = ""
    cosmetic_only: bool = False


@dataclass(frozen=True)
class Policy:
    """What the clinic asks for. No professions: any. ``supervised``: those that inject under a supervisor only.

    The European label asks for a specialist's supervision; who works under one is local law, so it is data too.
    """

    professions: Collection[str] = ()
    licence_required: bool = False
    training_required: bool = False
    supervised: Collection[str] = ()


def faults(held: Credentials, policy: Policy, on: dt.date) -> list[str]:
    """Return why the injector may not inject on a day, a sentence each; empty when they may."""
    wrong = []
    if held.cosmetic_only:
        wrong.append("This injector is marked as cosmetic only and may not treat patients here.")
    if policy.professions and held.profession not in policy.professions:
        wrong.append("This injector's profession is not on the clinic's list of who may inject.")
    if held.licence_until and held.licence_until < on:
        wrong.append("This injector's licence has run out.")
    if policy.licence_required and held.licence_until is None:
        wrong.append("No licence is on record for this injector.")
    if policy.training_required and (held.trained_on is None or held.trained_on > on):
        wrong.append("No training in the injection protocol is on record for this injector.")
    return wrong + _without_supervisor(held, policy)


def _without_supervisor(held: Credentials, policy: Policy) -> list[str]:
    """A profession that is not on record may be one that needs a supervisor."""
    if not policy.supervised or held.supervised_by.strip():
        return []
    if not held.profession:
        return ["This injector's profession is not on record, and some inject under a supervisor here."]
    if held.profession not in policy.supervised:
        return []
    return ["No supervisor is on record for this injector, whose profession injects under one here."]
