"""Words that name a health matter: nothing that a patient receives, and no name that patients read, may hold one.

A phone lies on a table and an inbox is read by a family. In every language that a clinic writes in, whatever the
language of the text: people mix them. A clinic may add words of its own, and take none of these away. Pure: no
framework, no clock.
"""

import re
import unicodedata
from collections.abc import Iterable

# Beginnings of words, without accents; "pain clinic" and the like are caught as they are written.
BLOCKED = {
    "English": "migraine headache botox botulinum onabotulinum toxin inject neurolog neurotoxin pain preempt dysport "
    "xeomin treatment therap diagnos disease illness symptom medication medicine dose",
    # With the changes that Welsh makes to first letters.
    "Cymraeg": "meigryn feigryn cur_pen gur_pen chur_pen nghur_pen pen_tost ben_tost phen_tost mhen_tost pigiad bigiad "
    "phigiad mhigiad chwistrell triniaeth driniaeth thriniaeth nhriniaeth meddyginiaeth feddyginiaeth moddion foddion "
    "cyffur gyffur chyffur nghyffur clefyd glefyd chlefyd nghlefyd salwch niwroleg tocsin docsin thocsin nhocsin botocs "
    "fotocs motocs ddiagnos niagnos",
    "Español": "jaqueca cefalea dolor inyec toxina neurol tratamiento medicament medicaci medicin terap farmac enfermedad "
    "sintoma dosis",
    "Polski": "migren zastrzyk wstrzyk iniekcj toksyn botoks lekarstw leczeni leczy leczon terap chorob objaw dawk",
    "اردو": "مائگرین مائیگرین میگرین شقیقہ سردرد درد بوٹوکس بوٹاکس انجکشن انجیکشن ٹیکہ ٹیکے ٹیکوں علاج ادویات بیماری علامت "
    "علامات تشخیص خوراک اعصاب",
}
# Whole words: as beginnings they would take innocent words with them (drugi is Polish for second, migrant no illness).
BLOCKED_WHOLE = {
    "English": "drug drugs dosage meds jab jabs",
    "Cymraeg": "poen boen phoen mhoen poenau boenau phoenau mhoenau",
    "Español": "migrana migranas",
    "Polski": "bol bolu bolowi bole boli bolem bolow bolom bolami bolach dawek "
    "lek leki lekow leku lekowi lekiem lekom lekami lekach",
    "اردو": "دوا دوائی دوائیں دوائیاں دوائیوں دواؤں مرض امراض زہر",
}
# Letters that decomposition leaves, and those that Arabic keyboards write for Urdu ones.
_SPELLING = {"ł": "l", "ي": "ی", "ى": "ی", "ك": "ک", "ه": "ہ"}
# Hyphens and joiners that nobody sees, and accents that are signs of their own.
_SILENT = ("Cf", "Mn")


def _fold(text: str) -> str:
    """Return text in small letters without accents and signs that nobody sees."""
    return "".join(_plain(text[place]) for place in _heard(text))


def _heard(text: str) -> list[int]:
    """Return the places of the characters that make a word what it is."""
    return [place for place, character in enumerate(text) if unicodedata.category(character) not in _SILENT]


def _plain(character: str) -> str:
    plain = unicodedata.normalize("NFKD", character.casefold())[:1] or character
    return _SPELLING.get(plain, plain)


def _pattern(beginnings: Iterable[str], whole: Iterable[str]) -> re.Pattern[str]:
    begin = "|".join(re.escape(_fold(word)).replace("_", r"\s+") for word in beginnings)
    entire = "|".join(re.escape(_fold(word)) for word in whole)
    return re.compile(rf"\b(?:(?:{begin})\w*|(?:{entire})\b)")


_ALWAYS = _pattern(
    (word for words in BLOCKED.values() for word in words.split()),
    (word for words in BLOCKED_WHOLE.values() for word in words.split()),
)


def blocked_words(text: str, also: Iterable[str] = (), names: Iterable[str] = ()) -> list[str]:
    """Return the words of ``text`` that name a health matter, as they are written there.

    ``also`` are a clinic's own words, blocked where a word begins with one. ``names`` are those of the person written to:
    Dolores is one, and pain in Spanish. They pass where they are written as names are, with a capital letter.
    """
    own = [word for word in also if word.strip()]
    patterns = [_ALWAYS, _pattern(own, ("\0",))] if own else [_ALWAYS]
    folded, places = _fold(text), _heard(text)
    found = sorted(match.span() for pattern in patterns for match in pattern.finditer(folded))
    words = [text[places[begin] : places[end - 1] + 1] for begin, end in dict.fromkeys(found)]
    called = {part for name in names for part in re.findall(r"\w+", _fold(name))}
    return [word for word in words if not (word[0].isupper() and _fold(word) in called)]
