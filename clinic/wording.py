"""How the clinic writes a day, a time, an age and a zone.

Pages, mail, text messages and calendar files all speak through here, so that a patient never reads two spellings of one
appointment. Names are English by table, not by `strftime`: a server with another locale must not change a reminder.
Nothing here converts zones; hand in the clinic's own wall-clock values.
"""

from datetime import date, datetime, time

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
# How other languages name a day, from Monday and from January on. Polish and Spanish months as they follow a number.
OTHER_WEEKDAYS = {
    "cy": ("Dydd Llun", "Dydd Mawrth", "Dydd Mercher", "Dydd Iau", "Dydd Gwener", "Dydd Sadwrn", "Dydd Sul"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    "pl": ("poniedziałek", "wtorek", "środa", "czwartek", "piątek", "sobota", "niedziela"),
    "ur": ("پیر", "منگل", "بدھ", "جمعرات", "جمعہ", "ہفتہ", "اتوار"),
}
OTHER_MONTHS = {
    "cy": (
        "Ionawr",
        "Chwefror",
        "Mawrth",
        "Ebrill",
        "Mai",
        "Mehefin",
        "Gorffennaf",
        "Awst",
        "Medi",
        "Hydref",
        "Tachwedd",
        "Rhagfyr",
    ),
    "es": (
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ),
    "pl": (
        "stycznia",
        "lutego",
        "marca",
        "kwietnia",
        "maja",
        "czerwca",
        "lipca",
        "sierpnia",
        "września",
        "października",
        "listopada",
        "grudnia",
    ),
    "ur": ("جنوری", "فروری", "مارچ", "اپریل", "مئی", "جون", "جولائی", "اگست", "ستمبر", "اکتوبر", "نومبر", "دسمبر"),
}
# Enough letters to tell the names apart in a narrow table: Mon, Tue, Jun, Jul.
SHORT = 3


def day_words(day: date, language: str = "en") -> str:
    """Name a calendar day in full, as patients and headings read it: `Monday 1 June 2026`."""
    if language in OTHER_MONTHS:
        weekday, month = OTHER_WEEKDAYS[language][day.weekday()], OTHER_MONTHS[language][day.month - 1]
        of = " de " if language == "es" else " "
        return f"{weekday} {day.day}{of}{month}{of}{day.year}"
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def born_words(day: date) -> str:
    """Say a date of birth as it is read aloud to check who somebody is, without its weekday: `24 March 1974`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def clock_words(clock: time, language: str = "en") -> str:
    """Say a wall-clock time: `10:30am`, `9am`, `midday`, `midnight`; seconds are dropped. Not English: `14:30`.

    Midday and midnight are words because "12am" and "12pm" are read both ways, and a patient who reads it wrong
    comes twelve hours late.
    """
    if language in OTHER_MONTHS:
        return f"{clock.hour}:{clock.minute:02}"
    if clock.minute == 0 and clock.hour in (0, 12):
        return "midnight" if clock.hour == 0 else "midday"
    minutes = f":{clock.minute:02}" if clock.minute else ""
    half = "am" if clock.hour < 12 else "pm"
    return f"{clock.hour % 12 or 12}{minutes}{half}"


def moment_words(moment: datetime) -> str:
    """Say day and time together in full: `Monday 1 June 2026, 10:30am`."""
    return f"{day_words(moment)}, {clock_words(moment.time())}"


def short_words(moment: datetime, *, year: bool = False) -> str:
    """Say day and time for a dense staff table, 24-hour so that columns line up: `Mon 1 Jun 10:30`.

    With the year where the line may be read years later: a history, who signed, what was sent.
    """
    return f"{_short_day(moment)} {f'{moment.year} ' if year else ''}{moment.hour:02}:{moment.minute:02}"


def brief_words(moment: datetime) -> str:
    """Say a time to choose as it is told to somebody on the phone: `Mon 1 Jun 10:30am`."""
    return f"{_short_day(moment)} {clock_words(moment.time())}"


def _short_day(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()][:SHORT]} {day.day} {MONTHS[day.month - 1][:SHORT]}"


def age_on(birth: date, on: date) -> int:
    """Count whole years lived on a day; a birthday of 29 February falls on 1 March in other years.

    A day before the birth is a mistake in the record, and raises ValueError rather than show an age below zero.
    """
    if on < birth:
        raise ValueError(f"{on} is before the birth date")
    had_birthday = (on.month, on.day) >= (birth.month, birth.day)
    return on.year - birth.year - (not had_birthday)


def zone_label(name: str) -> str:
    """Turn a time zone's database name into words: `Europe/London` becomes `London time`, UTC stays `UTC`."""
    city = name.rpartition("/")[2].replace("_", " ")
    return city if city in {"UTC", "GMT"} else f"{city} time"
