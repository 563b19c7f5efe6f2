"""What is answered at once to a text that comes in, in the languages that messages are sent in. No health words.

An opt-out is confirmed once and says what still comes, without anything that advertises (47 CFR 64.1200(a)(12)). In Urdu
a mark at the beginning lets the line run from right to left although the clinic's name is in Latin letters.
"""

from enum import StrEnum

from reminders.wording import gsm
from reminders.wording.fields import fill


class Answer(StrEnum):
    """The kinds of answers."""

    STOPPED = "stopped"
    STARTED = "started"
    HELP = "help"
    CONFIRMED = "confirmed"
    MOVE_NOTED = "move_noted"


TEXTS: dict[str, dict[Answer, str]] = {
    "en": {
        Answer.STOPPED: "{clinic}: you will get no more texts from us. Your visits stay booked. Questions? Call {phone}",
        Answer.STARTED: "{clinic}: you will get texts about your visits again. To stop, reply STOP.",
        Answer.HELP: "{clinic}, phone {phone}. We text about your visits. To stop, reply STOP.",
        Answer.CONFIRMED: "{clinic}: thank you. We will see you {day_date} at {time}.",
        Answer.MOVE_NOTED: "{clinic}: your time {day_date} at {time} stays booked until we call you about another.",
    },
    "cy": {
        Answer.STOPPED: "{clinic}: ni fyddwch yn cael rhagor o negeseuon. Mae eich ymweliadau yn aros. Ffon: {phone}",
        Answer.STARTED: "{clinic}: byddwch yn cael negeseuon am eich ymweliadau eto. I stopio, atebwch STOP.",
        Answer.HELP: "{clinic}, ffon {phone}. Rydym yn anfon negeseuon am eich ymweliadau. I stopio, atebwch STOP.",
        Answer.CONFIRMED: "{clinic}: diolch. Fe'ch gwelwn ni chi {day_date}, {time}.",
        Answer.MOVE_NOTED: "{clinic}: mae eich amser {day_date}, {time} yn aros nes i ni eich ffonio am un arall.",
    },
    "es": {
        Answer.STOPPED: "{clinic}: no recibirá más mensajes nuestros. Sus visitas siguen reservadas. Tel. {phone}",
        Answer.STARTED: "{clinic}: recibirá de nuevo mensajes sobre sus visitas. Para no recibirlos, responda STOP.",
        Answer.HELP: "{clinic}, tel. {phone}. Escribimos sobre sus visitas. Para no recibir mensajes, responda STOP.",
        Answer.CONFIRMED: "{clinic}: gracias. Le esperamos el {day_date} a las {time}.",
        Answer.MOVE_NOTED: "{clinic}: su hora del {day_date} a las {time} sigue reservada hasta que le llamemos.",
    },
    "pl": {
        Answer.STOPPED: "{clinic}: nie wyslemy wiecej SMS-ow. Wizyty pozostaja umowione. Tel. {phone}",
        Answer.STARTED: "{clinic}: znowu bedziemy pisac o wizytach. Aby zrezygnowac, odpisz STOP.",
        Answer.HELP: "{clinic}, tel. {phone}. Piszemy o wizytach. Aby zrezygnowac, odpisz STOP.",
        Answer.CONFIRMED: "{clinic}: dziekujemy. Do zobaczenia: {day_date}, {time}.",
        Answer.MOVE_NOTED: "{clinic}: termin {day_date}, {time} pozostaje umowiony, zadzwonimy w sprawie innego.",
    },
    "ur": {
        Answer.STOPPED: "\u200f{clinic}: اب آپ کو ہمارے پیغام نہیں آئیں گے۔ آپ کی اپائنٹمنٹس طے رہیں گی۔ {phone}",
        Answer.STARTED: "\u200f{clinic}: آپ کو اپائنٹمنٹ کے پیغام پھر آئیں گے۔ روکنے کے لیے STOP لکھیں۔",
        Answer.HELP: "\u200f{clinic}، فون {phone}۔ پیغام روکنے کے لیے STOP لکھیں۔",
        Answer.CONFIRMED: "\u200f{clinic}: شکریہ۔ اپائنٹمنٹ: {day_date}، {time}",
        Answer.MOVE_NOTED: "\u200f{clinic}: {day_date}، {time} کا وقت تب تک آپ کا ہے جب تک ہم فون نہ کریں۔",
    },
}  # fmt: skip


def words_of(answer: Answer, language: str, values: dict[str, str]) -> str:
    """Return an answer in a language, else in English, without the accents that make two texts of one."""
    return gsm.plain(fill(TEXTS.get(language, TEXTS["en"])[answer], values))
