"""What a text must not say and must not leave out. Pure: values in, sentences out."""

import difflib
from collections.abc import Iterable

from clinic.health_words import blocked_words
from reminders.wording.fields import FIELDS, has_stray_brace, unknown_fields

# Kinds by name, so that this stays free of tables.
_ABOUT_A_VISIT = frozenset({"booked", "visit", "moved", "cancelled", "move_asked", "missed", "offer"})
# After a session the time of the visit is known too.
_KNOWS_A_VISIT = _ABOUT_A_VISIT | {"side_effects", "effect"}
# What these ask for is done behind the link.
_NEEDS_LINK = frozenset({"booked", "visit", "moved", "due", "asked", "diary", "offer", "effect"})
# How a person gets out: the word that every gateway understands.
OPT_OUT = "STOP"


def fields_of(kind: str) -> tuple[str, ...]:
    """Return the fields that a kind of message can fill."""
    return FIELDS if kind in _KNOWS_A_VISIT else tuple(one for one in FIELDS if one not in {"day_date", "time"})


def faults(text: str, *, kind: str, also: Iterable[str] = (), names: Iterable[str] = ()) -> list[str]:
    """Return what is wrong with a text or a subject, each in one sentence; ``names`` of the one person it is for pass."""
    words = blocked_words(text, also, names)
    found = [f"Take out the word {word}: anybody may read over a shoulder." for word in words]
    found += [_unknown(name, kind) for name in unknown_fields(text)]
    if has_stray_brace(text):
        found.append("A brace stands by itself: write a field as it is in {first_name}.")
    found += [
        f"This message is about no visit: take out {{{name}}}."
        for name in FIELDS
        if f"{{{name}}}" in text and name not in fields_of(kind)
    ]
    return found


def missing(text: str, *, kind: str, channel: str) -> list[str]:
    """Return what a text leaves out, each in one sentence."""
    found = []
    if kind in _NEEDS_LINK and "{link}" not in text:
        found.append("The link is missing: add {link}, where people answer.")
    if "{clinic}" not in text:
        found.append("Say who writes: add {clinic}.")
    if kind == "welcome" and channel == "sms" and OPT_OUT not in text:
        found.append(f"Say how to stop, as the first message must: To stop, reply {OPT_OUT}.")
    return found


def _unknown(name: str, kind: str) -> str:
    close = difflib.get_close_matches(name, fields_of(kind), n=1, cutoff=0.5)
    hint = f" Did you mean {{{close[0]}}}?" if close else f" Use {', '.join(f'{{{one}}}' for one in fields_of(kind))}."
    return f"There is no field {{{name}}}.{hint}"
