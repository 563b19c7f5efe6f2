"""What is told of a line of a visit's history. No framework: the names of kinds and statuses are those of the history."""

from collections.abc import Mapping
from typing import Any

NAMES = {
    "appointment.booked": "Booked",
    "appointment.moved": "Moved",
    "appointment.cancelled": "Cancelled",
    "appointment.arrived": "Arrived",
    "appointment.no-show": "No-show",
    "appointment.given": "Given",
}
_BY_STATUS = {
    "booked": "appointment.booked",
    "cancelled": "appointment.cancelled",
    "arrived": "appointment.arrived",
    "no_show": "appointment.no-show",
    "done": "appointment.given",
}
# Kinds of history that can be told at all.
TOLD_KINDS = ("booked", "moved", "status", "signed", "undone")


def name_of(kind: str, after: Mapping[str, Any]) -> str | None:
    """Return what a line is told as, or None for one that is nobody else's business.

    A step that was undone is told as what the visit is now: who heard of the step hears of its end.
    """
    if kind == "booked":
        return "appointment.booked"
    if "status" in after:
        return _BY_STATUS.get(after["status"])
    return "appointment.moved" if kind in {"moved", "undone"} and "starts_at" in after else None
