"""Text as it reads: what looks the same on a screen is the same here. Pure: no framework, no clock."""

import unicodedata

# Letters of Urdu and its neighbours join or part by these two, so they are seen after all.
_JOINERS = frozenset("\u200c\u200d")


def as_seen(text: str) -> str:
    """Return text in composed form, without spaces around it and without marks that nobody sees.

    Spreadsheets and address books put marks of direction around dates and numbers, web pages put places to break a line,
    and files that were put together hold a byte order mark in the middle.
    """
    if not text.isascii():
        seen = (one for one in text if one in _JOINERS or unicodedata.category(one) != "Cf")
        text = unicodedata.normalize("NFC", "".join(seen))
    return text.strip()
