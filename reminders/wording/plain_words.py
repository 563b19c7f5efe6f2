"""Hints on how easily a text reads. Hints only: no count proves that a text is clear (NHS digital service manual). Pure."""

import re

# A sentence of more words is read twice (GOV.UK content guide: split what is longer than 25 words; texts are shorter).
LONG_SENTENCE = 20
LONG_WORD = 13  # letters
PLAIN = {
    "additional": "more",
    "appointment": "visit",
    "approximately": "about",
    "assistance": "help",
    "attend": "come",
    "commence": "start",
    "enquire": "ask",
    "prior to": "before",
    "query": "question",
    "regarding": "about",
    "require": "need",
    "reschedule": "move",
    "utilise": "use",
}
_FIELD = re.compile(r"\{\w+\}")
_SENTENCE = re.compile(r"(?<=[.?!:])\s+")
_WORD = re.compile(r"[^\W\d_]+")


def hints(text: str) -> list[str]:
    """Return what might be read with less effort in an English text, each in one sentence. A field counts as one word."""
    told = [_too_long(sentence) for sentence in _SENTENCE.split(_FIELD.sub("field", text))]
    found = [hint for hint in told if hint]
    lower = text.lower()
    found += [f"“{hard}” could be “{easy}”." for hard, easy in PLAIN.items() if re.search(rf"\b{hard}\b", lower)]
    long = dict.fromkeys(word for word in _WORD.findall(_FIELD.sub(" ", text)) if len(word) >= LONG_WORD)
    return found + [f"“{word}” is a long word." for word in long]


def _too_long(sentence: str) -> str:
    words = _WORD.findall(sentence)
    if len(words) <= LONG_SENTENCE:
        return ""
    return f"The sentence that starts “{' '.join(words[:3])}” has {len(words)} words: two short ones are easier."
