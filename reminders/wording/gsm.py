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
    """Return how many texts the network makes, and bills, of it. What counts twice is never torn between two texts."""
    narrow = fits_alphabet(text)
    single, part = (SINGLE, PART) if narrow else (SINGLE_WIDE, PART_WIDE)
    if length(text) <= single:
        return 1
    full, used = 0, 0
    for character in text:
        needed = length(character) if narrow else len(character.encode("utf-16-be")) // 2
        if used + needed > part:
            full, used = full + 1, 0
        used += needed
    return full + 1


def room(text: str) -> int:
    """Return how many characters its texts hold together."""
    single, part = (SINGLE, PART) if fits_alphabet(text) else (SINGLE_WIDE, PART_WIDE)
    count = parts(text)
    return single if count == 1 else count * part


def odd_characters(text: str) -> dict[str, str]:
    """Return each character outside the alphabet, in order, with its plain spelling; empty where there is none."""
    odd = (character for character in text if not fits_alphabet(character))
    return {character: plain(character) if fits_alphabet(plain(character)) else "" for character in odd}


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
