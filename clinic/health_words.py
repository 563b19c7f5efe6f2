"""Words that name a health matter: nothing that a patient receives, and no name that patients read, may hold one.

A phone lies on a table and an inbox is read by a family. Pure: no framework, no clock.
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


def blocked_words(text: str) -> list[str]:
    """Return the words of ``text`` that name a health matter, as they are written there."""
    return _BLOCKED.findall(text)
