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
    "Cymraeg": "meigryn feigryn cur_pen gur_pen chur_pen pen_tost ben_tost phen_tost pigiad bigiad phigiad chwistrell "
    "triniaeth driniaeth thriniaeth nhriniaeth meddyginiaeth feddyginiaeth moddion foddion cyffur gyffur chyffur "
    "clefyd glefyd chlefyd salwch niwroleg tocsin docsin botocs fotocs ddiagnos",
    "Español": "jaqueca cefalea dolor inyec toxina neurol tratamiento medicament medicin farmac enfermedad sintoma dosis",
    "Polski": "migren zastrzyk iniekcj toksyn botoks lekarstw leczeni chorob objaw dawk",
    "اردو": "مائگرین مائیگرین میگرین شقیقہ سردرد درد بوٹوکس بوٹاکس انجکشن انجیکشن ٹیکہ ٹیکے علاج ادویات بیماری علامت علامات "
    "تشخیص خوراک اعصاب",
}
# Whole words: as beginnings they would take innocent words with them (drugi is Polish for second, migrant no illness).
BLOCKED_WHOLE = {
    "English": "drug drugs dosage",
    "Cymraeg": "poen boen phoen mhoen poenau boenau",
    "Español": "migrana migranas",
    "Polski": "bol bolu bole boli bolem bolow lek leki lekow leku",
    "اردو": "دوا دوائی دوائیں دواؤں مرض زہر",
}


def _fold(text: str) -> str:
    """Return text in small letters without accents, each character still in its place."""
    return "".join(_plain(character) for character in text)


def _plain(character: str) -> str:
    plain = unicodedata.normalize("NFKD", character.casefold())[:1] or character
    return "l" if plain == "ł" else plain


def _pattern(beginnings: Iterable[str], whole: Iterable[str]) -> re.Pattern[str]:
    begin = "|".join(re.escape(_fold(word)).replace("_", r"\s+") for word in beginnings)
    entire = "|".join(re.escape(_fold(word)) for word in whole)
    return re.compile(rf"\b(?:(?:{begin})\w*|(?:{entire})\b)")


_ALWAYS = _pattern(
    (word for words in BLOCKED.values() for word in words.split()),
    (word for words in BLOCKED_WHOLE.values() for word in words.split()),
)


def blocked_words(text: str, also: Iterable[str] = ()) -> list[str]:
    """Return the words of ``text`` that name a health matter, as they are written there.

    ``also`` are a clinic's own words, blocked where a word begins with one.
    """
    own = [word for word in also if word.strip()]
    patterns = [_ALWAYS, _pattern(own, ("\0",))] if own else [_ALWAYS]
    found = sorted(match.span() for pattern in patterns for match in pattern.finditer(_fold(text)))
    return [text[begin:end] for begin, end in dict.fromkeys(found)]
