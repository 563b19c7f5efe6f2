"""Polski. Neither Pan nor Pani: the sentences ask for no gender, and the day stands where it keeps its first case."""

from functools import partial

from reminders.texts.words import words

_words = partial(words, "Dzień dobry {first_name},")
_VISIT = "termin wizyty: {day_date}, godz. {time}, {place}."
_ANSWER = "Czy ten termin pasuje? Prosimy o odpowiedź, wystarczy jedno kliknięcie:\n{link}"
_CANNOT = (
    "Jeśli termin nie pasuje, prosimy o wiadomość teraz, aby mógł skorzystać ktoś inny. Można też zadzwonić: {phone}."
)
_SUBJECT = "Wizyta: {day_date}, godz. {time}"

WORDS = {
    "welcome": _words(
        "{clinic}: {first_name}, będziemy pisać o wizytach. Aby zrezygnować, odpisz STOP. {link}",
        "Wiadomości o wizytach",
        "będziemy pisać o wizytach.",
        "Wizyty: {link}",
        "Jeśli wiadomości nie są potrzebne, prosimy o informację tam lub telefonicznie: {phone}.",
    ),
    "booked": _words(
        "{clinic}: {first_name}, wizyta umówiona: {day_date}, godz. {time}. Prosimy potwierdzić: {link}",
        _SUBJECT,
        "wizyta umówiona: {day_date}, godz. {time}, {place}.",
        "Prosimy potwierdzić lub poprosić o zmianę:\n{link}",
    ),
    "visit_far": _words(
        "{clinic}: {first_name}, wizyta: {day_date}, godz. {time}. Czy termin pasuje? {link}",
        _SUBJECT,
        _VISIT,
        _ANSWER,
        _CANNOT,
    ),
    "visit_near": _words(
        "{clinic}: {first_name}, do zobaczenia: {day_date}, godz. {time}. Termin nie pasuje? {link}",
        _SUBJECT,
        _VISIT,
        _ANSWER,
        _CANNOT,
    ),
    "visit_next_day": _words(
        "{clinic}: {first_name}, przypominamy: {day_date}, godz. {time}. Termin nie pasuje? {link}",
        _SUBJECT,
        _VISIT,
        _ANSWER,
        _CANNOT,
    ),
    "moved": _words(
        "{clinic}: {first_name}, nowy termin: {day_date}, godz. {time}. Prosimy potwierdzić: {link}",
        "Nowy termin wizyty: {day_date}, godz. {time}",
        "nowy termin wizyty: {day_date}, godz. {time}, {place}. Poprzedni termin jest odwołany.",
        "Prosimy potwierdzić lub poprosić o zmianę:\n{link}",
    ),
    "cancelled": _words(
        "{clinic}: {first_name}, wizyta odwołana: {day_date}, godz. {time}. Nowy termin: tel. {phone}",
        "Wizyta odwołana: {day_date}",
        "ta wizyta jest odwołana: {day_date}, godz. {time}.",
        "Nowy termin: {link} lub tel. {phone}.",
    ),
    "move_asked": _words(
        "{clinic}: {first_name}, mamy prośbę o zmianę terminu. Dotychczasowy termin jest ważny do naszej odpowiedzi. "
        "Tel. {phone}",
        "Prośba o zmianę terminu",
        "mamy prośbę o zmianę terminu. Dotychczasowy termin jest ważny do naszej odpowiedzi.",
        "Można też zadzwonić: {phone}.",
    ),
    "missed": _words(
        "{clinic}: {first_name}, dzisiejsza wizyta się nie odbyła. Nowy termin: {link} lub tel. {phone}",
        "Dzisiejsza wizyta się nie odbyła",
        "dzisiejsza wizyta się nie odbyła.",
        "Prosimy wybrać nowy termin: {link} lub zadzwonić: {phone}.",
    ),
    "due": _words(
        "{clinic}: {first_name}, czas umówić kolejną wizytę: tel. {phone} lub {link}",
        "Czas umówić kolejną wizytę",
        "czas umówić kolejną wizytę. Prosimy o telefon: {phone}. Znajdziemy dogodny termin.",
        "Albo tutaj: {link}",
    ),
    "diary": _words(
        "{clinic}: {first_name}, prosimy uzupełnić dzienniczek z ostatnich dni. To 1 minuta: {link}",
        "Dzienniczek",
        "prosimy uzupełnić dzienniczek z ostatnich dni. To zajmie 1 minutę:\n{link}",
    ),
    "offer": _words(
        "{clinic}: {first_name}, wolny termin: {day_date}, godz. {time}. Czy pasuje? {link}",
        "Wolny termin: {day_date}, godz. {time}",
        "mamy wolny termin: {day_date}, godz. {time}, {place}.",
        "Czy pasuje? Otrzyma go ten, kto pierwszy potwierdzi:\n{link}",
        "Jeśli nie pasuje, nie trzeba nic robić.",
    ),
    "side_effects": _words(
        "{clinic}: {first_name}, jak samopoczucie po wizycie? Jeśli coś niepokoi, prosimy o telefon: {phone}. "
        "W nagłym wypadku prosimy od razu wezwać pomoc.",
        "Jak samopoczucie po wizycie?",
        "jak samopoczucie po wizycie? Jeśli coś niepokoi, prosimy o telefon: {phone}.",
        "W nagłym wypadku prosimy nie czekać i od razu zadzwonić na numer alarmowy.",
    ),
    "effect": _words(
        "{clinic}: {first_name}, jak jest od ostatniej wizyty? Prosimy uzupełnić dzienniczek: {link}",
        "Jak jest od ostatniej wizyty?",
        "od wizyty minęło kilka tygodni. Prosimy uzupełnić dzienniczek, abyśmy wiedzieli, jak jest:\n{link}",
    ),
}
