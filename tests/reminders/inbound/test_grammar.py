"""What a text means: a table for each language, and what must never be taken for a command."""

import pytest

from reminders.inbound.grammar import Meaning, plain, read

STOPS = {
    "gateways": (
        "STOP", "stop", "Stop.", " stop ! ", "STOPALL", "stop all", "UNSUBSCRIBE", "END", "Quit", "REVOKE", "OPTOUT",
        "opt out", "OPT-OUT", "CANCEL", "cancel.", "ARRET", "Arrêt", "REMOVE", "TD", "ＳＴＯＰ", "\u200eSTOP\u200f",
    ),
    "English": (
        "stop texting me", "Please stop texting me!", "please don't text any more", "Don’t text me again",
        "dont msg me", "do not contact me", "STOP SENDING ME THESE MESSAGES", "stop the texts", "No more texts please",
        "I don't want any more texts", "We do not want to receive your messages", "can you stop texting me?",
        "No. Stop texting me.", "unsubscribe me from this", "take me off your list", "I want to stop getting texts",
        "I would like to opt out", "I revoke my consent", "could you please stop sending me these text messages",
        "remove me from the texting list", "Never text this number again",
        "STOP thanks", "Stop now please", "STOP STOP STOP", "ok stop", "Please unsubscribe, thank you",
        "S.T.O.P.", "Please remove my number", "delete my number from your system",
        "Please remove me", "remove me from this", "remove me from your texts please",
        "stop txt", "No more txts pls", "Can u stop txting me", "dont want ur txts",
    ),
    "Welsh": (
        "STOPIWCH", "Peidiwch", "Peidiwch â thecstio", "peidiwch ag anfon negeseuon ataf i", "dim mwy o negeseuon",
        "Stopiwch anfon negeseuon", "Dim rhagor o negeseuon os gwelwch yn dda", "Dwi ddim eisiau mwy o negeseuon",
        "rhowch y gorau i anfon", "STOP os gwelwch yn dda", "Allwch chi stopio anfon negeseuon?", "A wnewch chi stopio tecstio",
    ),
    "Spanish": (
        "BAJA", "alto", "PARAR", "no me envíen más mensajes", "Por favor no me manden más SMS", "deje de escribirme",
        "No quiero más mensajes", "no me escriban", "dejen de enviarme mensajes", "quiero dejar de recibir sus mensajes",
        "denme de baja", "No más textos", "STOP por favor", "Por favor, BAJA. Gracias", "Ya no me manden mensajes",
        "No me escriba más", "no enviarme más SMS", "Quiero que dejen de mandarme mensajes",
    ),
    "Polish": (
        "KONIEC", "wypisz mnie", "Proszę nie pisać do mnie", "nie piszcie więcej", "przestańcie wysyłać", "Nie chcę więcej SMS-ów",
        "proszę nie wysyłać mi więcej wiadomości", "dość tych smsów", "nie chcę dostawać wiadomości", "Przestań do mnie pisać",
        "STOP, proszę", "proszę stop, dziękuję", "proszę przestać pisać", "Proszę mnie wypisać", "Rezygnuję z SMS-ów",
        "chcę zrezygnować z tych wiadomości", "wypiszcie mnie z listy", "Proszę mnie wypisać z tych SMS-ów",
    ),
    "Urdu": (
        "بند کریں", "بند کرو", "مجھے میسج نہ بھیجیں", "میسج مت کرو", "پیغامات بند کریں", "مجھے مزید پیغام نہیں چاہیے",
        "ایس ایم ایس بھیجنا بند کر دیں", "سٹاپ", "message mat bhejo", "mujhe msg na karo", "sms band karo", "ميسج بند كرو",
        "پلیز بند کریں", "STOP شکریہ", "روک دیں", "میسج بھیجنا بند کر دو", "پیغامات بند کر دیے جائیں", "messages band kar dein",
    ),
}  # fmt: skip
OTHERS = (
    "YES", "yes", "Y", "Yes I will come", "CONFIRM", "cancel my appointment", "Please cancel Thursday", "cancelar", "no",
    "12", "C R", "C2", "11", "", "   ", "?", "👍", "ok", "See you then", "Rwy'n dod", "tak", "sí", "ہاں", "N",
    "don't stop texting me", "Please do not stop sending me messages", "should I stop taking the tablets?",
    "I can't stop being sick", "stop by on Thursday?", "I'll stop at the shop first", "if you don't text me I will call",
    "why don't you text me the time", "I never text", "you don't text me any more", "I have had no more messages from you",
    "take me off the waiting list", "I don't want to stop getting texts", "the end of the week is better", "I quit my job",
    "Can I remove the plaster?", "Peidiwch â stopio anfon negeseuon", "no dejen de enviarme mensajes",
    "No me envíen la carta a la casa vieja", "nie przestawajcie pisać", "میسج بند نہ کریں", "si no me mandan mensajes llamo",
    "rezygnuję", "rezygnuję z wizyty", "Please remove my number from the waiting list", "nie rezygnuję z SMS-ów", "nie mogę przestać pisać",
    "start the car", "No, stop", "stop now or after lunch?", "please stop by", "ok", "help me find the entrance", "I need help", "Is parking free? 1 car",
    # No message came: who complains of that wants them.
    "No me envió mensajes ayer", "no me enviaron ningún mensaje", "No me mandaron el mensaje con la hora", "Ayer no me escribieron",
    "No me mandan mensajes desde hace un mes", "¿Por qué no me envían mensajes?", "no quiero que dejen de mandar mensajes",
    "Yo no mandé mensajes", "There have been no more messages", "There were no further texts after the first",
    "There are no more texts",
    "Ydych chi wedi stopio anfon negeseuon?", "Pam wnaethoch chi stopio anfon negeseuon?", "آپ نے میسج بند کر دیے ہیں؟",
    "آپ نے میسج بھیجنا بند کر دیا ہے", "aap ne message band kar diye",
    # Of a visit, which a text never cancels.
    "Remove me from tomorrow's visit please", "wypiszcie mnie z wizyty jutro", "wypisz mnie ze szpitala",
    "Proszę mnie wypisać z wizyty",
)  # fmt: skip


@pytest.mark.parametrize("text", ["C", "c", " C. ", "1", "１", "۱", "1️⃣", "(c)"])
def test_c_and_1_confirm(text: str) -> None:
    assert read(text) == Meaning.CONFIRM


@pytest.mark.parametrize("text", ["R", "r", "2", "R!", "۲"])
def test_r_and_2_ask_to_move(text: str) -> None:
    assert read(text) == Meaning.MOVE


@pytest.mark.parametrize(
    ("language", "text"), [(language, text) for language, texts in STOPS.items() for text in texts]
)
def test_a_clear_wish_to_stop_is_understood_in_every_language(language: str, text: str) -> None:
    assert read(text) == Meaning.STOP


@pytest.mark.parametrize("text", OTHERS)
def test_what_is_not_plain_is_for_a_person(text: str) -> None:
    assert read(text) == Meaning.OTHER


@pytest.mark.parametrize("text", ["START", "unstop", "Dechrau", "INICIAR", "wznów", "شروع کریں"])
def test_start_begins_again(text: str) -> None:
    assert read(text) == Meaning.START


@pytest.mark.parametrize("text", ["HELP", "help?", "INFO", "cymorth", "AYUDA", "pomoc", "مدد"])
def test_help_asks_who_writes(text: str) -> None:
    assert read(text) == Meaning.HELP


def test_a_text_is_read_without_case_accents_and_punctuation() -> None:
    assert plain("  Dón’t\u200b   TEXT, Łukasz! ") == "dont text lukasz"


def test_a_very_long_text_is_read_quickly_and_means_nothing() -> None:
    assert read("stop and " * 20_000) == Meaning.OTHER
