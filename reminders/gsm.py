"""The alphabet of text messages (GSM 03.38): what fits in one text, and how to stay inside. Pure."""

import unicodedata

SINGLE = 160  # septets in one text
PART = 153  # septets in each part of a longer one
SINGLE_WIDE = 70  # characters once one of them is outside the alphabet
PART_WIDE = 67

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_DOUBLE = frozenset("^{}\\[~]|€")  # two septets each
_SPELLING = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "\u00a0": " "}
)


def fits_alphabet(text: str) -> bool:
    """Return whether every character is in the alphabet."""
    return all(character in _BASIC or character in _DOUBLE for character in text)


def length(text: str) -> int:
    """Return the length in septets, or in characters once the text is outside the alphabet."""
    if not fits_alphabet(text):
        return len(text.encode("utf-16-be")) // 2
    return len(text) + sum(character in _DOUBLE for character in text)


def parts(text: str) -> int:
    """Return how many texts the network makes, and bills, of it."""
    single, part = (SINGLE, PART) if fits_alphabet(text) else (SINGLE_WIDE, PART_WIDE)
    used = length(text)
    return 1 if used <= single else -(-used // part)


def plain(text: str) -> str:
    """Return text without the accents that the alphabet lacks: one á turns one text into two.

    A name in another script stays as it is: written in full and dear is better than not written.
    """
    folded = "".join(_plain(character) for character in text.translate(_SPELLING))
    return folded if fits_alphabet(folded) else text


def _plain(character: str) -> str:
    if fits_alphabet(character):
        return character
    decomposed = unicodedata.normalize("NFKD", character)
    return "".join(part for part in decomposed if not unicodedata.combining(part))
