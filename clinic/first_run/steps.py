"""What a new clinic has to settle before its first visit, one page each; what the settings show already needs no tick."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from clinic.models import Clinic, FirstStep, Invitation, Membership, OpeningHours


@dataclass(frozen=True)
class Kind:
    """One step: what it is for, and the pages of the settings where it is done (words and name of the address)."""

    title: str
    about: str
    pages: tuple[tuple[str, str], ...]


KINDS: dict[str, Kind] = {
    "clinic": Kind(
        "Clinic",
        "Its name, the name that patients read, phone, address, and how long a visit takes.",
        (("Clinic details", "setup:details"),),
    ),
    "holidays": Kind(
        "Public holidays",
        "The clinic is closed on the public holidays of its country and region. Say on which of them you work all the same.",
        (("Public holidays", "setup:holidays"), ("Add another closed time", "setup:new_closure")),
    ),
    "rooms": Kind(
        "Rooms", "Each room holds one visit at a time. Name them as people call them.", (("Add a room", "setup:new_room"),)
    ),
    "injectors": Kind(
        "Injectors and hours",
        "Who gives injections, on which days and at what times. Free times come from these hours.",
        (("Add an injector", "setup:new_injector"), ("Injectors and their hours", "setup:overview")),
    ),
    "protocol": Kind(
        "Protocol and policies",
        "The injection sites and their limits are fixed. Say by which rules people are assessed, who may inject, and what is in stock.",
        (
            ("Policies", "patients:policies"),
            ("Who may inject", "setup:injecting"),
            ("Receive vials", "treatments:receive"),
        ),
    ),
    "messages": Kind(
        "Messages",
        "Which messages go to patients, when, and in which words. Send a test to yourself from the page of a text.",
        (("Messages to patients", "reminders:rules"),),
    ),
    "people": Kind(
        "People and signing in",
        "Invite who works with you. Admins sign in with a second step; say whether everybody does, and set up your own.",
        (
            ("Invite your colleagues", "staff:people"),
            ("Your own log-in", "account_me"),
            ("Ask everybody for a second step", "setup:details"),
        ),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One step as it stands at a clinic; ``missing`` says what is still wanting where something has begun."""

    row: FirstStep
    kind: Kind
    seen: bool = False
    missing: str = ""

    @property
    def done(self) -> bool:
        """Whether the settings show it, or somebody said so."""
        return self.seen or self.row.state == FirstStep.State.DONE

    @property
    def settled(self) -> bool:
        """Whether nobody is asked for it any more: done, or skipped."""
        return self.done or self.row.state == FirstStep.State.SKIPPED

    @property
    def words(self) -> str:
        """How it stands, in words."""
        if self.done:
            return FirstStep.State.DONE.label
        return "In progress" if self.missing and not self.settled else FirstStep.State(self.row.state).label


def steps(clinic: Clinic) -> list[Step]:
    """Return how each step stands, in order; none where the clinic was set up another way (1 query, 4 while some are open)."""
    rows = list(FirstStep.objects.filter(clinic=clinic).select_related("by"))
    if all(row.state != FirstStep.State.OPEN for row in rows):
        return [Step(row, KINDS[row.key]) for row in rows]
    rooms, without_hours, with_hours = _what_there_is(clinic)
    seen = {"rooms": rooms, "injectors": with_hours and not without_hours, "people": _somebody_else(clinic)}
    hours = f"{', '.join(without_hours)}: no working hours yet." if without_hours else ""
    return [Step(row, KINDS[row.key], bool(seen.get(row.key)), hours if row.key == "injectors" else "") for row in rows]


def following(found: Sequence[Step]) -> Step | None:
    """Return the next step that nobody has settled."""
    return next((step for step in found if not step.settled), None)


def wanting(clinic: Clinic, key: str) -> str:
    """Return, in words, what nobody can be booked without and a step has to bring; empty where nothing is wanting."""
    rooms, _, with_hours = _what_there_is(clinic)
    found = {"rooms": (rooms, "There is no room yet."), "injectors": (with_hours, "Nobody has working hours yet.")}
    there, words = found.get(key, (True, ""))
    return "" if there else words


def _what_there_is(clinic: Clinic) -> tuple[bool, list[str], bool]:
    """Return whether there are rooms, which injectors have no hours, and whether one has."""
    hours = OpeningHours.objects.filter(injector=OuterRef("pk"))
    named = clinic.injectors.filter(active=True).annotate(works=Exists(hours)).values_list("name", "works")
    found = list(named.order_by("name"))
    without = [name for name, works in found if not works]
    return clinic.rooms.filter(active=True).exists(), without, any(works for _, works in found)


def _somebody_else(clinic: Clinic) -> bool:
    """Return whether more than one person signs in here or was asked to; a program that books never signs in."""
    staff = Membership.objects.filter(clinic=clinic, active=True, user__is_active=True).order_by().values("pk")
    asked = Invitation.objects.filter(clinic=clinic, withdrawn_at=None).order_by().values("pk")
    return staff.union(asked, all=True).count() > 1
