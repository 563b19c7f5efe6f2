"""Search text: people are found by any part of a name, number or date, however it is typed."""

import datetime as dt
import unicodedata
from collections.abc import Iterable

# Letters that no decomposition turns into their plain neighbour.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "'": "", "’": ""})


def fold(text: str) -> str:
    """Return text without case, accents and apostrophes: "Siobhán O'Brien" is found by "siobhan obrien"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def search_text(name: str, record_number: str, birth_date: dt.date, phones: Iterable[str]) -> str:
    """Return what a search looks through. Phones are E.164; they are found with and without the leading zero or plus."""
    dates = f"{birth_date.isoformat()} {birth_date:%d/%m/%Y} {birth_date.day}/{birth_date.month}/{birth_date.year}"
    digits = " ".join(f"{phone.lstrip('+')} 0{phone[3:]}" for phone in phones)
    return " ".join(fold(part) for part in (name, record_number, dates, digits) if part)
