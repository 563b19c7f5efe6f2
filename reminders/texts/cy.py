"""Cymraeg. The day stands after a colon, where it does not mutate."""

from functools import partial

from reminders.texts.words import words

_words = partial(words, "Helo {first_name},")
_VISIT = "mae gennych apwyntiad: {day_date} am {time}, yn {place}."
_ANSWER = "Allwch chi ddod? Dywedwch wrthym yma:\n{link}"
_CANNOT = "Os na allwch ddod, dywedwch wrthym nawr, er mwyn i rywun arall gael yr amser. Gallwch ffonio {phone} hefyd."
_SUBJECT = "Eich apwyntiad: {day_date} am {time}"

WORDS = {
    "welcome": _words(
        "{clinic}: {first_name}, byddwn yn tecstio am apwyntiadau. I stopio, atebwch STOP. {link}",
        "Negeseuon am eich apwyntiadau",
        "byddwn yn anfon negeseuon atoch am eich apwyntiadau.",
        "Eich apwyntiadau: {link}",
        "Os nad ydych am gael negeseuon, dywedwch wrthym yno neu ffoniwch {phone}.",
    ),
    "booked": _words(
        "{clinic}: {first_name}, apwyntiad: {day_date} am {time}. Cadarnhau: {link}",
        _SUBJECT,
        _VISIT,
        "Cadarnhewch neu gofynnwch am newid yma:\n{link}",
    ),
    "visit_far": _words(
        "{clinic}: {first_name}, apwyntiad: {day_date} am {time}. Gallu dod? {link}",
        _SUBJECT,
        _VISIT,
        _ANSWER,
        _CANNOT,
    ),
    "visit_near": _words(
        "{clinic}: {first_name}, apwyntiad: {day_date} am {time}. Methu dod? {link}",
        _SUBJECT,
        _VISIT,
        _ANSWER,
        _CANNOT,
    ),
    "visit_next_day": _words(
        "{clinic}: {first_name}, cofiwch: {day_date} am {time}. Methu dod? {link}",
        _SUBJECT,
        _VISIT,
        _ANSWER,
        _CANNOT,
    ),
    "moved": _words(
        "{clinic}: {first_name}, amser newydd: {day_date} am {time}. Atebwch: {link}",
        "Amser newydd eich apwyntiad: {day_date} am {time}",
        "amser newydd eich apwyntiad: {day_date} am {time}, yn {place}. Mae'r hen amser wedi'i ganslo.",
        "Cadarnhewch neu gofynnwch am newid yma:\n{link}",
    ),
    "cancelled": _words(
        "{clinic}: {first_name}, apwyntiad wedi'i ganslo: {day_date} am {time}. I drefnu un arall: {phone}",
        "Apwyntiad wedi'i ganslo: {day_date}",
        "mae'r apwyntiad hwn wedi'i ganslo: {day_date} am {time}.",
        "I drefnu un arall: {link} neu ffoniwch {phone}.",
    ),
    "move_asked": _words(
        "{clinic}: {first_name}, rydych wedi gofyn am newid eich apwyntiad. Mae'r hen amser yn sefyll nes i ni ateb. "
        "Ffoniwch {phone}",
        "Rydych wedi gofyn am newid eich apwyntiad",
        "rydych wedi gofyn am newid eich apwyntiad. Mae'r hen amser yn sefyll nes i ni ateb.",
        "Gallwch ffonio {phone} hefyd.",
    ),
    "missed": _words(
        "{clinic}: {first_name}, ni welsom chi heddiw. Amser newydd: {link} neu {phone}",
        "Ni welsom chi heddiw",
        "ni welsom chi heddiw.",
        "Dewiswch amser newydd: {link} neu ffoniwch {phone}.",
    ),
    "due": _words(
        "{clinic}: {first_name}, amser trefnu eich apwyntiad nesaf: {phone} neu {link}",
        "Amser trefnu eich apwyntiad nesaf",
        "mae'n amser trefnu eich apwyntiad nesaf. Ffoniwch {phone} a byddwn yn dod o hyd i amser sy'n addas.",
        "Neu dewiswch yma: {link}",
    ),
    "diary": _words(
        "{clinic}: {first_name}, llenwch eich dyddiadur am y dyddiau diwethaf: {link}",
        "Eich dyddiadur",
        "llenwch eich dyddiadur am y dyddiau diwethaf. Mae'n cymryd 1 munud:\n{link}",
    ),
    "offer": _words(
        "{clinic}: {first_name}, amser rhydd: {day_date} am {time}. Ei gael? {link}",
        "Amser rhydd: {day_date} am {time}",
        "mae gennym amser rhydd: {day_date} am {time}, yn {place}.",
        "Ydych chi am ei gael? Y cyntaf i ddweud ie fydd yn ei gael:\n{link}",
        "Os nad ydych am ei gael, nid oes angen gwneud dim.",
    ),
    "side_effects": _words(
        "{clinic}: {first_name}, sut ydych chi ers eich apwyntiad? Os oes gennych bryder, ffoniwch {phone}. "
        "Mewn argyfwng, galwch am help ar unwaith.",
        "Sut ydych chi ers eich apwyntiad?",
        "sut ydych chi ers eich apwyntiad? Os oes gennych bryder, ffoniwch {phone}.",
        "Mewn argyfwng peidiwch ag aros: ffoniwch y rhif argyfwng ar unwaith.",
    ),
    "effect": _words(
        "{clinic}: {first_name}, sut mae ers eich apwyntiad? Llenwch eich dyddiadur: {link}",
        "Sut mae wedi bod ers eich apwyntiad?",
        "mae rhai wythnosau ers eich apwyntiad. Llenwch eich dyddiadur, er mwyn i ni weld sut mae wedi bod:\n{link}",
    ),
}
