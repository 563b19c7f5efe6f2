"""English."""

from functools import partial

from reminders.texts.words import words

_words = partial(words, "Hello {first_name},")
_VISIT = "your visit is on {day_date} at {time}, at {place}."
_ANSWER = "Can you come? Tell us here, it takes one press:\n{link}"
_CANNOT = "If you cannot come, tell us now and somebody else can use your time. You can also call {phone}."
_SUBJECT = "Your visit on {day_date} at {time}"

WORDS = {
    "welcome": _words(
        "{clinic}: {first_name}, we will text you about your visits. To stop, reply STOP. {link}",
        "Messages about your visits",
        "we will write to you about your visits here.",
        "Your visits: {link}",
        "If you do not want messages, tell us there or call {phone}.",
    ),
    "booked": _words(
        "{clinic}: {first_name}, you are booked {day_date} at {time}. Confirm: {link}",
        _SUBJECT,
        "you are booked for {day_date} at {time}, at {place}.",
        "Confirm or ask to move, it takes one press:\n{link}",
    ),
    "visit_far": _words(
        "{clinic}: {first_name}, your visit {day_date} at {time}: can you come? {link}",
        _SUBJECT,
        _VISIT,
        _ANSWER,
        _CANNOT,
    ),
    "visit_near": _words(
        "{clinic}: {first_name}, see you {day_date} at {time}. Cannot come? {link}",
        _SUBJECT,
        _VISIT,
        _ANSWER,
        _CANNOT,
    ),
    "visit_next_day": _words(
        "{clinic}: {first_name}, your visit: {day_date} at {time}. Cannot come? {link}",
        _SUBJECT,
        _VISIT,
        _ANSWER,
        _CANNOT,
    ),
    "moved": _words(
        "{clinic}: {first_name}, your new time: {day_date} at {time}. Confirm: {link}",
        "Your visit is now {day_date} at {time}",
        "your visit is now {day_date} at {time}, at {place}. Your old time is cancelled.",
        "Confirm or ask to move, it takes one press:\n{link}",
    ),
    "cancelled": _words(
        "{clinic}: {first_name}, your visit on {day_date} at {time} is cancelled. To book again call {phone}",
        "Your visit on {day_date} is cancelled",
        "your visit on {day_date} at {time} is cancelled.",
        "To book again: {link} or call {phone}.",
    ),
    "move_asked": _words(
        "{clinic}: {first_name}, you asked to move your visit. Your old time is still booked until we reply. "
        "Call {phone}",
        "You asked to move your visit",
        "you asked to move your visit. Your old time is still booked until we reply.",
        "You can also call {phone}.",
    ),
    "missed": _words(
        "{clinic}: {first_name}, we missed you today. A new time: {link} or call {phone}",
        "We missed you today",
        "we missed you today.",
        "Choose a new time: {link} or call {phone}.",
    ),
    "due": _words(
        "{clinic}: {first_name}, time to book your next visit. Call {phone} or see {link}",
        "Time to book your next visit",
        "it is time to book your next visit. Call {phone} and we will find a time that suits you.",
        "Or choose here: {link}",
    ),
    "diary": _words(
        "{clinic}: {first_name}, please fill in your diary for the last days. 1 minute: {link}",
        "Your diary",
        "please fill in your diary for the last days. It takes 1 minute:\n{link}",
    ),
    "offer": _words(
        "{clinic}: {first_name}, a free time: {day_date} at {time}. Want it? {link}",
        "A free time: {day_date} at {time}",
        "we have a free time: {day_date} at {time}, at {place}.",
        "Want it? The first to say yes gets it:\n{link}",
        "If you do not want it, you need not do anything.",
    ),
    "side_effects": _words(
        "{clinic}: {first_name}, how are you since your visit? If anything worries you, call {phone}. "
        "In an emergency call for help at once.",
        "How are you since your visit?",
        "how are you since your visit? If anything worries you, call {phone}.",
        "In an emergency do not wait for us: call the emergency number at once.",
    ),
    "effect": _words(
        "{clinic}: {first_name}, how has it been since your visit? Your diary tells us: {link}",
        "How has it been since your visit?",
        "some weeks have passed since your visit. Please fill in your diary, so that we see how it has been:\n{link}",
    ),
}
