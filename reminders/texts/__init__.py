"""The texts that a clinic starts with, in each language. A clinic may rewrite them.

Shaped by what national guides for text messages ask: who writes comes first, one thing to do, a whole link, no words
about health. Days are named by date, never "tomorrow": a text that had to wait would lie. English, Welsh and Spanish
stay inside the networks' alphabet, which Spanish can by choosing its words; Polish and Urdu cannot. A native speaker
should read a language before a clinic switches it on.
"""

from typing import Any

from reminders.models import Kind
from reminders.texts import cy, en, es, pl, ur
from reminders.texts.words import Words

__all__ = ["LANGUAGES", "PARTS", "Words", "words_for"]

LANGUAGES: dict[str, Any] = {"en": en, "cy": cy, "es": es, "pl": pl, "ur": ur}
# How many texts the network makes of one with the longest values, at most.
PARTS = {"en": 1, "cy": 1, "es": 1, "pl": 3, "ur": 3}
WEEK = 7


def words_for(language: str, kind: str, days: int = 0) -> Words:
    """Return the text of a kind of message; one before a visit differs with how near the visit is."""
    key = kind
    if kind == Kind.VISIT:
        key = "visit_far" if days >= WEEK else "visit_next_day" if days == 1 else "visit_near"
    elif kind == Kind.ASKED:
        key = Kind.DUE
    found: Words = LANGUAGES[language].WORDS[key]
    return found
