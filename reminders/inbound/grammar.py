"""What a text message from a patient means. Pure: no framework, no clock.

Two letters and two digits answer for the next visit; the words of every gateway, and a clear wish in one's own words,
stop messages; everything else is for a person. CANCEL stops messages and never cancels a visit; YES confirms nothing:
the same word answers many questions, and gateways read it as a wish to get messages again.

Sources: 47 CFR 64.1200(a)(10) ("stop", "quit", "end", "revoke", "opt out", "cancel", "unsubscribe", and any other
reasonable way); the keyword lists of Twilio and AWS.
"""

import unicodedata
from enum import StrEnum

from reminders.inbound import wishes


class Meaning(StrEnum):
    """What the clinic is to do."""

    CONFIRM = "confirm"
    MOVE = "move"
    STOP = "stop"
    START = "start"
    HELP = "help"
    OTHER = "other"


# A whole message that is one of these, whatever its case, accents and punctuation.
CONFIRMING = ("c", "1")
MOVING = ("r", "2")
STOPPING = (
    # Twilio and AWS
    *("stop", "stopall", "unsubscribe", "end", "quit", "revoke", "optout", "cancel", "arret", "remove", "td"),
    *("stop all", "opt out", "please stop", "stop please", "stop texts", "stop messages", "stop sms", "stop it"),
    "s t o p",  # "S.T.O.P."
    # Welsh, Spanish, Polish; Urdu in its own letters and in Latin ones
    *("stopiwch", "stopio", "peidiwch", "alto", "parar", "pare", "baja", "koniec", "wypisz"),
    *("بند کریں", "بند کرو", "بند کر دیں", "روکیں", "سٹاپ", "اسٹاپ", "band karo", "band karen", "band karein"),
    "روک دیں",
)
STARTING = (
    *("start", "unstop", "subscribe", "resume", "opt in", "optin", "dechrau", "cychwyn", "iniciar", "comenzar"),
    *("alta", "wznow", "شروع", "شروع کریں"),
)
HELPING = ("help", "info", "cymorth", "ayuda", "pomoc", "مدد")

# Letters that decomposition leaves, and those that Arabic keyboards write for Urdu ones.
_SPELLING = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "ي": "ی", "ى": "ی", "ك": "ک", "ه": "ہ", "'": "", "’": ""})


def read(text: str) -> Meaning:
    """Return what a message means; anything that is not plain is OTHER."""
    words = plain(text)
    return _TABLE.get(words) or (Meaning.STOP if wishes.wants_none(words) else Meaning.OTHER)


def plain(text: str) -> str:
    """Return a text in small letters without accents, punctuation and second blanks: "Dón't   TEXT!" is "dont text"."""
    folded = unicodedata.normalize("NFKD", text.casefold()).translate(_SPELLING)
    return " ".join("".join(_plain(character) for character in folded).split())


def _plain(character: str) -> str:
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return ""
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    return character if character.isalnum() else " "


_TABLE = {
    plain(word): meaning
    for words, meaning in (
        (CONFIRMING, Meaning.CONFIRM),
        (MOVING, Meaning.MOVE),
        (STOPPING, Meaning.STOP),
        (STARTING, Meaning.START),
        (HELPING, Meaning.HELP),
    )
    for word in words
}
