"""Search text: people are found by any part of a name, number or date, however it is typed."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from contextlib import suppress

from patients.as_seen import as_seen

# What fits into the column, and of it beside dates and phones.
LONGEST, NAME_LENGTH, NUMBER_LENGTH = 400, 240, 60
# Letters that no decomposition turns into their plain neighbour.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "'": "", "’": ""}
    # What is typed, pasted or kept by another system for the hyphen and the apostrophe of a keyboard.
    | dict.fromkeys("‐‑–—−", "-")
    | dict.fromkeys("‘ʼ′`", "")
    | {"ı": "i", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t", "ŋ": "n", "ə": "e", "ɓ": "b", "ɗ": "d", "ƙ": "k"}
)
# What is written for ä, ö and ü where a keyboard has none, and what some write as a word of its own.
_TWO_LETTERS = re.compile("([aou])e")
_BEFORE_A_NAME = re.compile(r"\b(d|mac|mc|o) (?=\w)")


def fold(text: str) -> str:
    """Return text without case, accents and apostrophes: "Siobhán O'Brien" is found by "siobhan obrien"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def plainest(folded: str) -> str:
    """Return a folded name in the one spelling that its others come to: Müller, Mueller and Muller, O'Brien and O Brien."""
    return _BEFORE_A_NAME.sub(r"\1", _TWO_LETTERS.sub(r"\1", folded))


def search_text(name: str, record_number: str, birth_date: dt.date, phones: Iterable[str]) -> str:
    """Return what a search looks through. Phones are E.164; they are found with and without the leading zero or plus.

    It begins with the name, and ends with its `plainest` spelling where that is another.
    """
    dates = f"{birth_date.isoformat()} {birth_date:%d/%m/%Y} {birth_date.day}/{birth_date.month}/{birth_date.year}"
    digits = " ".join(f"{phone.lstrip('+')} 0{phone[3:]}" for phone in phones)
    # A single letter of some scripts unfolds into eighteen.
    folded = fold(name)[:NAME_LENGTH]
    plain = plainest(folded)
    shown = (folded, fold(record_number)[:NUMBER_LENGTH], dates, digits, "" if plain == folded else plain)
    return " ".join(part for part in shown if part)[:LONGEST]


_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_TYPED = re.compile(r"(\d{1,2})[ ./-]+(\d{1,2})[ ./-]+(\d{4}|\d{2})")
_TH = "(?:st|nd|rd|th)?"
_NAMED = re.compile(
    rf"(\d{{1,2}}){_TH}[ .-]*([a-z]{{3,9}})[ .,-]*(\d{{4}}|\d{{2}})"
    rf"|([a-z]{{3,9}})[ .-]*(\d{{1,2}}){_TH}[ .,-]+(\d{{4}}|\d{{2}})"
)
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_PHONE = re.compile(r"\+?[\d ()./-]{6,}")
_CENTURIES = (1900, 2000)
# Countries in which a date may be written with its month first.
MONTH_FIRST = frozenset({"US"})
# Each word is a condition of the statement, and a database takes no thousand of them.
MOST_WORDS = 12
LEAST_SPELT = 4  # letters: a shorter part of a name would find half of the clinic by its other spelling
LEAST_PHONE = 9  # digits of a whole number; fewer are part of one, or of a record number


def terms(text: str, *, month_first: bool = False) -> list[list[str]]:
    """Return what to look for: all of the groups must be found, of each group any one part.

    A whole date of birth (17/4/1984, 17 4 84, 17 Apr 1984, 1984-04-17; in countries that write the month first also
    4/17/1984) is looked for as a date, digits as those of a phone or as a record number is written, anything else word by word.
    """
    text = as_seen(text.replace("\0", ""))  # what no text column holds cannot be looked for either
    dates = _typed_dates(text, month_first=month_first)
    if dates:
        return [dates]
    folded = fold(text)
    if _PHONE.fullmatch(folded):
        return [_numbers(folded)]
    # "Santos, Maria", as letters and lists have it; a comma alone is nobody's, not everybody's.
    words = folded.replace(",", " ").split() or text.split()
    return [_spellings(word) for word in words[:MOST_WORDS]]


def _numbers(text: str) -> list[str]:
    """Return how digits may be kept: as they are written, bare, and without what is dialled before a phone number."""
    digits = re.sub(r"\D", "", text.replace("(0)", ""))
    phone = re.sub("^00?", "", digits) if len(digits) >= LEAST_PHONE else digits
    return list(dict.fromkeys(filter(None, (digits, phone, text))))


def _spellings(word: str) -> list[str]:
    """Return how a part of a name may be kept: who is Smith-Jones to one desk is Smith Jones to another."""
    ways = [word, word.replace("-", " ")]
    return list(dict.fromkeys(ways + [spelt for one in ways if len(spelt := plainest(one)) >= LEAST_SPELT]))


def _typed_dates(text: str, *, month_first: bool) -> list[str]:
    """Return each date that the text may mean, as ISO text."""
    if iso := _ISO.fullmatch(text):
        return _real_dates([(int(iso[1]), int(iso[2]), int(iso[3]))])
    if named := _NAMED.fullmatch(text.casefold()):
        day, name, year = named[1] or named[5], named[2] or named[4], named[3] or named[6]
        months = [number for number, month in enumerate(_MONTHS, 1) if month.startswith(name)]
        return _real_dates([(full, month, int(day)) for full in _years(year) for month in months])
    if not (typed := _TYPED.fullmatch(text)):
        return []
    one, two = int(typed[1]), int(typed[2])
    orders = [(two, one)] + ([(one, two)] if month_first else [])
    return _real_dates([(year, month, day) for year in _years(typed[3]) for month, day in orders])


def _years(typed: str) -> list[int]:
    return [int(typed)] if len(typed) == 4 else [century + int(typed) for century in _CENTURIES]


def _real_dates(parts: Iterable[tuple[int, int, int]]) -> list[str]:
    found = []
    for year, month, day in parts:
        with suppress(ValueError):
            found.append(dt.date(year, month, day).isoformat())
    return found
