"""Español. The text messages use no letter outside the networks' alphabet: é, ñ and ¿ are in it, á, í, ó and ú are not."""

from functools import partial

from reminders.texts.words import words

_words = partial(words, "Hola, {first_name}:")
_VISIT = "Su cita es el {day_date} a las {time}, en {place}."
_ANSWER = "¿Puede venir? Díganoslo aquí, basta con pulsar:\n{link}"
_CANNOT = "Si no puede venir, díganoslo ahora y otra persona podrá usar su hora. También puede llamar al {phone}."
_SUBJECT = "Su cita del {day_date} a las {time}"

WORDS = {
    "welcome": _words(
        "{clinic}: {first_name}, escribiremos sobre sus citas. Para dejarlo, responda STOP. {link}",
        "Mensajes sobre sus citas",
        "Le escribiremos sobre sus citas.",
        "Sus citas: {link}",
        "Si no quiere mensajes, díganoslo allí o llame al {phone}.",
    ),
    "booked": _words(
        "{clinic}: {first_name}, su cita: {day_date} a las {time}. Confirme: {link}",
        _SUBJECT,
        _VISIT,
        "Confirme o pida otra hora aquí:\n{link}",
    ),
    "visit_far": _words(
        "{clinic}: {first_name}, cita: {day_date} a las {time}. ¿Puede venir? {link}",
        _SUBJECT,
        _VISIT,
        _ANSWER,
        _CANNOT,
    ),
    "visit_near": _words(
        "{clinic}: {first_name}, cita: {day_date} a las {time}. ¿No puede? {link}",
        _SUBJECT,
        _VISIT,
        _ANSWER,
        _CANNOT,
    ),
    "visit_next_day": _words(
        "{clinic}: {first_name}, su cita: {day_date} a las {time}. ¿No puede? {link}",
        _SUBJECT,
        _VISIT,
        _ANSWER,
        _CANNOT,
    ),
    "moved": _words(
        "{clinic}: {first_name}, nueva cita: {day_date} a las {time}. ¿Puede? {link}",
        "Su cita es ahora el {day_date} a las {time}",
        "Su cita es ahora el {day_date} a las {time}, en {place}. La hora anterior está cancelada.",
        "Confirme o pida otra hora aquí:\n{link}",
    ),
    "cancelled": _words(
        "{clinic}: {first_name}, su cita del {day_date} a las {time} se ha cancelado. Para pedir otra: {phone}",
        "Su cita del {day_date} se ha cancelado",
        "Su cita del {day_date} a las {time} se ha cancelado.",
        "Para pedir otra: {link} o llame al {phone}.",
    ),
    "move_asked": _words(
        "{clinic}: {first_name}, ha pedido cambiar su cita. La hora anterior sigue reservada hasta que respondamos. "
        "Tel. {phone}",
        "Ha pedido cambiar su cita",
        "Ha pedido cambiar su cita. La hora anterior sigue reservada hasta que respondamos.",
        "También puede llamar al {phone}.",
    ),
    "missed": _words(
        "{clinic}: {first_name}, hoy no le hemos visto. Elija otra hora: {link} o {phone}",
        "Hoy no le hemos visto",
        "Hoy no le hemos visto en su cita.",
        "Elija otra hora: {link} o llame al {phone}.",
    ),
    "due": _words(
        "{clinic}: {first_name}, es hora de pedir su siguiente cita: {phone} o {link}",
        "Es hora de pedir su siguiente cita",
        "Es hora de pedir su siguiente cita. Llame al {phone} y buscaremos una hora que le convenga.",
        "O elija aquí: {link}",
    ),
    "diary": _words(
        "{clinic}: {first_name}, por favor, rellene su diario. Es solo 1 minuto: {link}",
        "Su diario",
        "Por favor, rellene su diario de los últimos días. Es solo 1 minuto:\n{link}",
    ),
    "offer": _words(
        "{clinic}: {first_name}, hora libre: {day_date}, {time}. ¿La quiere? {link}",
        "Hora libre: {day_date} a las {time}",
        "Hay una hora libre: {day_date} a las {time}, en {place}.",
        "¿La quiere? Será de quien primero diga que sí:\n{link}",
        "Si no la quiere, no tiene que hacer nada.",
    ),
    "side_effects": _words(
        "{clinic}: {first_name}, ¿todo bien desde su cita? Si algo le preocupa, llame al {phone}. "
        "En una emergencia, pida ayuda enseguida.",
        "¿Todo bien desde su cita?",
        "¿Todo bien desde su cita? Si algo le preocupa, llame al {phone}.",
        "En una emergencia no espere: llame enseguida al número de emergencias.",
    ),
    "effect": _words(
        "{clinic}: {first_name}, ¿qué tal desde su cita? Rellene su diario, por favor: {link}",
        "¿Qué tal desde su cita?",
        "Han pasado unas semanas desde su cita. Por favor, rellene su diario para que veamos qué tal le va:\n{link}",
    ),
}
