"""What a message may not say, and which fields it may use.

A phone lies on a table and an inbox is read by a family: no text, subject or page for patients names an illness, a
drug or a treatment. Pure: no framework, no clock.
"""

import re

# Beginnings of words; "pain clinic" and the like are caught as they are written.
BLOCKED = (
    "migraine",
    "headache",
    "botox",
    "botulinum",
    "onabotulinum",
    "toxin",
    "inject",
    "neurolog",
    "neurotoxin",
    "pain",
    "preempt",
    "dysport",
    "xeomin",
    "treatment",
    "diagnos",
    "disease",
    "illness",
    "symptom",
    "medication",
    "medicine",
    "drug",
    "dose",
)
_BLOCKED = re.compile(rf"\b(?:{'|'.join(BLOCKED)})\w*", re.IGNORECASE)

# What a text may ask for in braces.
FIELDS = ("clinic", "first_name", "day_date", "time", "place", "phone", "link")
_FIELD = re.compile(r"\{(\w*)\}")


def blocked_words(text: str) -> list[str]:
    """Return the words of ``text`` that name a health matter, as they are written there."""
    return _BLOCKED.findall(text)


def unknown_fields(text: str) -> list[str]:
    """Return the names in braces that no message can fill."""
    return [name for name in _FIELD.findall(text) if name not in FIELDS]


def fill(text: str, values: dict[str, str]) -> str:
    """Put values in place of the fields. KeyError for a field without a value: better no message than one with braces.

    Not ``str.format``: a text is written by staff, and format strings reach into objects.
    """
    return _FIELD.sub(lambda match: values[match.group(1)], text)
