"""What is done about a text message that came in, by what it means."""

import datetime as dt
from collections.abc import Callable

from clinic import audit
from clinic.models import AuditEntry
from clinic.wording import clock_words
from patients.actions import set_contact, stop_number, try_again
from patients.actions.contacts import BY_TEXT
from patients.actions.holding import hold
from patients.models import Channel, ContactPoint, Patient
from reminders.inbound.answers import Answer, words_of
from reminders.inbound.grammar import Meaning, plain
from reminders.models import InboundMessage, Kind, Reminder, ReminderRule, State
from reminders.standing import TELLS_A_TIME
from reminders.wording.rendering import ENGLISH, clinic_values, day_without_year
from treatments import booking
from treatments.models import Status, TreatmentSession

People = list[Patient]

STOPPED = "Texts to this number are stopped. Visits stay booked; reminders go by email, or to you."
STOPPED_FOR_NOBODY = "No texts go to this number. Nobody here has it."
STOPPED_FOR_ALL = "Texts to this number are stopped for all {count} people who have it. Visits stay booked."
STOPPED_BEFORE = "Texts to this number were stopped before."
STARTED = "They get texts again."
STARTED_SINCE = "Texts to this number were stopped. They wrote START since, and get texts again."
SHARED = "{count} people have this number: find out who is meant."
PERHAPS_SHARED = "More than one person may have this number: find out who is meant."
UNKNOWN = "Nobody here has this number."
CLOSED = "The record with this number is closed: find out who writes."
NOTHING_BOOKED = "They have no visit booked."
OTHER_TIME = "Our last message told them another time than the visit has now: find out which one they mean."
LATER_TIME = "The visit got its time after this text came: find out which one they mean."
OTHER_TIME_OFFERED = "Our last message offered them another time: find out what they mean."
OTHER_MATTER = "Our last message was not about this visit: find out what they mean."
CHANGED = "The visit changed at the same moment: find out what they mean."
CONFIRMED = "They will come."
ASKED_TO_MOVE = "They ask to move: on Recall, under Asked to move. The time stays booked."
HELPED = "They were told who writes, and the phone number."


def act(message: InboundMessage, people: People, now: dt.datetime) -> None:
    """Do what the message asks for and note it on the message; what is not plain stays open, for staff."""
    acts: dict[str, Callable[[InboundMessage, People, dt.datetime], None]] = {
        Meaning.STOP: _stop,
        Meaning.START: _start,
        Meaning.HELP: _help,
        Meaning.CONFIRM: answer_for_visit,
        Meaning.MOVE: answer_for_visit,
        Meaning.OTHER: _leave,
    }
    acts[message.meaning](message, people, now)
    subject = message.patient.uid if message.patient else message.uid
    audit.record(
        clinic=message.clinic, by=None, at=now, action=AuditEntry.Action.CREATE, kind="text received", subject=subject
    )


def _stop(message: InboundMessage, people: People, now: dt.datetime) -> None:
    """Stop the number for everybody who has it, confirm once, and tell staff. No visit changes."""
    stopped = stop_number(number=message.sender, source=BY_TEXT, by=None, at=now)
    note = {0: STOPPED_FOR_NOBODY, 1: STOPPED}.get(len(people), STOPPED_FOR_ALL)
    message.note = note.format(count=len(people))
    if stopped or not _asked_before(message):
        message.answer = _words(message, people, Answer.STOPPED)
    else:
        message.note = STOPPED_BEFORE


def _asked_before(message: InboundMessage) -> bool:
    """Return whether the number was stopped already: by somebody here, or by its own earlier word if nobody has it."""
    earlier = InboundMessage.objects.filter(sender=message.sender, meaning=Meaning.STOP).exclude(pk=message.pk)
    return ContactPoint.objects.of_number(message.sender).exists() or earlier.exists()


def _start(message: InboundMessage, people: People, now: dt.datetime) -> None:
    """Take back a stop, for one person alone: of several, each has to say so. A number that writes is not dead.

    Nobody has to read any more that it was stopped.
    """
    patient = _one(message, people)
    if patient is None:
        return
    hold(patient)  # closed or erased at this moment, it would get consent again, and its number back
    if patient.closed:  # nobody is written to under it: to promise texts would be untrue
        message.note = CLOSED
        return
    set_contact(patient=patient, channel=Channel.SMS, address=message.sender, by=None, at=now, consent_source=BY_TEXT)
    try_again(patient=patient, channel=Channel.SMS, by=None, at=now)
    waiting = InboundMessage.objects.filter(patient=patient, sender=message.sender, state=InboundMessage.State.OPEN)
    waiting.filter(meaning=Meaning.STOP).update(state=InboundMessage.State.SETTLED, note=STARTED_SINCE)
    _settle(message, STARTED, _words(message, people, Answer.STARTED))


def _help(message: InboundMessage, people: People, now: dt.datetime) -> None:
    _settle(message, HELPED, _words(message, people, Answer.HELP))


def answer_for_visit(message: InboundMessage, people: People, now: dt.datetime) -> None:
    """Take an answer for the next visit and for no other; leave it to staff where anything about it is not plain."""
    patient = _one(message, people)
    if patient is None:
        return
    visit = _next_visit(patient, now)
    if visit is None:
        message.note = NOTHING_BOOKED
        return
    doubt = _doubt(message, patient, visit) or _whose(message, patient)
    if doubt:
        message.note = doubt
        return
    confirms = message.meaning == Meaning.CONFIRM
    answer = TreatmentSession.Answer.CONFIRMED if confirms else TreatmentSession.Answer.ASKED_TO_MOVE
    try:
        booking.answer(session=visit, version=visit.version, answer=answer, at=now)
    except booking.Stale:
        message.note = CHANGED
        return
    message.session = visit
    if confirms:
        _settle(message, CONFIRMED, _words(message, people, Answer.CONFIRMED, visit))
    else:
        _settle(message, ASKED_TO_MOVE, _move_noted(message, people, visit))


def _move_noted(message: InboundMessage, people: People, visit: TreatmentSession) -> str:
    """Return the answer, unless the clinic has a message of its own for this: nobody wants to be told twice."""
    rule = ReminderRule.objects.filter(clinic=message.clinic, kind=Kind.MOVE_ASKED, active=True)
    return "" if rule.exists() else _words(message, people, Answer.MOVE_NOTED, visit)


def _leave(message: InboundMessage, people: People, now: dt.datetime) -> None:
    _one(message, people)


def _one(message: InboundMessage, people: People) -> Patient | None:
    """Return the one person who has the number; who it is of several is never guessed."""
    if len(people) == 1:
        return people[0]
    message.note = SHARED.format(count=len(people)) if people else UNKNOWN
    return None


def _next_visit(patient: Patient, now: dt.datetime) -> TreatmentSession | None:
    booked = TreatmentSession.objects.filter(course__patient=patient, status=Status.BOOKED, starts_at__gt=now)
    return booked.order_by("starts_at", "pk").first()


def _doubt(message: InboundMessage, patient: Patient, visit: TreatmentSession) -> str:
    """Return why an answer may be about something else than the visit as it is: what we had told them last decides.

    A digit answers many questions: how many days, which of two. A letter was chosen to answer for a visit. Whose text it
    is may be found out days later, when the visit that they meant is over and the next one booked, or a move told since.
    """
    if visit.placed_at > message.received_at:
        return LATER_TIME
    told = Reminder.objects.filter(patient=patient, state=State.SENT, closed_at__lte=message.received_at)
    told = told.order_by("-closed_at", "-pk")
    last = told.filter(channel=Channel.SMS).first()
    if last and last.invitation_id:
        return OTHER_TIME_OFFERED
    if last and last.session_id != visit.pk and plain(message.body).isdecimal():
        return OTHER_MATTER
    about = told.filter(session=visit).first()
    if about and not about.tells_time_of(visit):
        return OTHER_TIME
    # It may have been cancelled and booked anew since: what they think of is the last time ahead that they read of.
    ahead = told.filter(rule__kind__in=TELLS_A_TIME, visit_at__gt=message.received_at).first()
    return OTHER_TIME if ahead and ahead.session_id != visit.pk and ahead.visit_at != visit.starts_at else ""


def _whose(message: InboundMessage, patient: Patient) -> str:
    """Return why it may be somebody else's answer, unless staff said whose it is: another clinic may have texted another
    person at this number. One person may be at two clinics. The other clinic is not named.
    """
    others = ContactPoint.objects.of_number(message.sender).filter(patient__closed="").exclude(clinic=message.clinic)
    another = message.assigned_by_id is None and others.exclude(patient__birth_date=patient.birth_date).exists()
    return PERHAPS_SHARED if another else ""


def _settle(message: InboundMessage, note: str, answer: str) -> None:
    message.state, message.note, message.answer = InboundMessage.State.SETTLED, note, answer


def _words(message: InboundMessage, people: People, answer: Answer, visit: TreatmentSession | None = None) -> str:
    """Return an answer in the language of the number's owner; of a family in English, unless all share one."""
    languages = {person.language for person in people}
    language = languages.pop() if len(languages) == 1 else ENGLISH
    values = clinic_values(message.clinic, language)
    if visit:
        local = visit.starts_at.astimezone(message.clinic.zone)
        values |= {"day_date": day_without_year(local.date(), language), "time": clock_words(local.time(), language)}
    return words_of(answer, language, values)
