"""Draws the visits of a day, as rows or as cards. A day has hundreds, and a template takes half a millisecond for each.

Steps are buttons of one form around them all, and the menu of a row is made where it is opened (static/js/row_menu.js):
until then, and without JavaScript, it is a link to the page of the visit, where everything in it can be done too.
What all rows have in common is said once, by their place in the table (static/css/treatments.css), and cells do not say
where they end, which HTML does not ask for: 400 visits are 285 kB.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from html import escape
from urllib.parse import quote
from zlib import crc32

from django import template
from django.template import RequestContext
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from clinic.access import Capability, may
from clinic.addresses import address
from clinic.models import Membership
from clinic.templatetags.interface import STATUS_CHIPS, icon, moment
from clinic.wording import MONTHS, SHORT, age_on, born_words, clock_words
from treatments import moves, undoing
from treatments.days import DayRow
from treatments.menus import menu_of
from treatments.models import Status, TreatmentSession

register = template.Library()

# The form that the buttons of all rows belong to: treatments/today.html.
FORM = "day"
# Tells one state of a row from the next.
_ENOUGH = 0xFFFFFF


@register.simple_tag(takes_context=True)
def day_rows(context: RequestContext, undelivered: Mapping[int, str], dead: Mapping[int, str]) -> SafeString:
    """Draw the rows of the list. ``undelivered`` goes by visit, ``dead`` (what no longer reaches people) by patient."""
    return _Drawing(context, undelivered, dead).all(context["rows"], _Drawing.row)


@register.simple_tag(takes_context=True)
def day_cards(
    context: RequestContext, rows: Iterable[DayRow], undelivered: Mapping[int, str], dead: Mapping[int, str]
) -> SafeString:
    """Draw the cards of one column of the board."""
    return _Drawing(context, undelivered, dead).all(rows, _Drawing.card)


class _Drawing:
    """What is the same for all rows of a page."""

    def __init__(self, context: RequestContext, undelivered: Mapping[int, str], dead: Mapping[int, str]) -> None:
        self.now: dt.datetime = context["now"]
        self.day: dt.date = context["date"]
        self.ahead: bool = context["ahead"]
        self.may_book: bool = context["may_book"]
        self.membership: Membership | None = context.get("membership")
        self.undelivered, self.dead = undelivered, dead
        self.next = f"?next={quote(context['fresh'], safe='/')}"
        self.zone = timezone.get_current_timezone()
        self.forward = cache(self._forward)

    def all(self, rows: Iterable[DayRow], draw: "Callable[[_Drawing, DayRow], str]") -> SafeString:
        html = "".join(draw(self, row) for row in rows)
        return mark_safe(html)  # noqa: S308 - names and words go through escape()  # nosec B308 B703

    def row(self, row: DayRow) -> str:
        visit, person = row.session, row.session.course.patient
        since = f" · day {visit.days_since_last}" if visit.days_since_last else ""
        return (
            f"<tr{self._attributes(row)}><td>{self._clock(visit.starts_at)}"
            f'<th scope="row">{self._person(row)}<p><small>Born {_born(person.birth_date)}</small>'
            f"{escape(person.record_number)} · cycle {visit.cycle}{since}"
            f"<td>{escape(visit.injector_name)}<td>{escape(visit.room_name)}"
            f"<td>{self._status(row)}<td>{_next_visit(row)}"
            f'<td class="actions">{self._step(row)}{self._menu(row)}'
        )

    def card(self, row: DayRow) -> str:
        visit, person = row.session, row.session.course.patient
        return (
            f'<li class="board-card" data-row{self._attributes(row)}>'
            f'<p class="board-who"><span class="time">{self._clock(visit.starts_at)}</span> {self._person(row)} '
            f'<span class="meta">{escape(person.record_number)} · cycle {visit.cycle} · '
            f"{escape(visit.injector_name)}, {escape(visit.room_name)}</span></p>"
            f"<div>{self._status(row)}</div>{_next_visit(row)}"
            f'<div class="actions">{self._step(row)}{self._menu(row)}</div></li>\n'
        )

    def _attributes(self, row: DayRow) -> str:
        """Name the row, its state, and what passes by itself: minutes, and the time in which a step can be undone."""
        troubles = self.undelivered.get(row.session.pk, ""), self.dead.get(row.session.course.patient_id, "")
        state = crc32(f"{row.state}.{self.ahead}.{'.'.join(troubles)}".encode()) & _ENOUGH
        minutes = row.waiting if row.waiting is not None else row.in_room
        passing = f' data-minute="{minutes}.{self._undo(row)}"' if minutes is not None or self._undo(row) else ""
        return f' id="visit-{row.session.pk}" data-state="{state:x}"{passing}'

    def _clock(self, at: dt.datetime) -> str:
        local = at.astimezone(self.zone)
        return _clock(local.hour, local.minute)

    def _since(self, at: dt.datetime) -> str:
        """Say the time of what was done on the day itself, and the date of what was done before: days are no hours."""
        local = at.astimezone(self.zone)
        if local.date() == self.day:
            return _clock(local.hour, local.minute)
        return f"{local.day} {MONTHS[local.month - 1][:SHORT]}"

    def _person(self, row: DayRow) -> str:
        person = row.session.course.patient
        url = address("patients:detail", person.uid)
        return f'<a href="{url}">{escape(person.full_name)}</a>,&nbsp;{age_on(person.birth_date, self.day)}'

    def _status(self, row: DayRow) -> str:
        inside = f"In room {row.in_room} min" if row.in_room is not None else ""
        parts = [_chip(row.session.chip, inside)]
        if row.last:
            who = row.last.by_name or "Patient"
            history = f"{address('treatments:session', row.session.uid)}#events-h"
            parts.append(f'<a class="meta" href="{history}">{escape(who)}, {self._since(row.last.at)}</a>')
        if row.waiting is not None:
            parts.append(
                f'<span class="flag flag-late">{icon("clock")} Waiting {row.waiting} min</span>'
                if row.late
                else f'<span class="flag">Waiting {row.waiting} min</span>'
            )
        parts += [f"<small>{escape(flag)}</small>" for flag in row.flags]
        if words := self.undelivered.get(row.session.pk):
            parts.append(f'<span class="flag flag-late">{icon("exclamation-octagon")} {escape(words)}</span>')
        if words := self.dead.get(row.session.course.patient_id):
            parts.append(self._dead_address(row, words))
        return " ".join(parts)

    def _dead_address(self, row: DayRow, words: str) -> str:
        """As patients/_dead_address.html says it."""
        person, mend = row.session.course.patient, ""
        if self.may_book:
            hidden = f'<span class="visually-hidden"> the address of {escape(person.full_name)}</span>'
            mend = f' <a href="{address("patients:edit", person.uid)}">Mend{hidden}</a>'
        return f'<span class="flag flag-late">{icon("exclamation-octagon")} {escape(words)}.{mend}</span>'

    def _step(self, row: DayRow) -> str:
        """Draw the next step of a visit, and beside it No-show once its time is over; `treatments.moves` says which."""
        visit, step = row.session, self.forward(row.session.status)
        name = escape(visit.course.patient.full_name)
        if visit.chip == "asked_to_move" and self.may_book:
            return self._dialog("treatments:move", visit.uid, "m", "Move", name)
        if step and step.to == Status.DONE:
            url = address("treatments:record", visit.uid)
            return _link(url, step.label, f"for {name}", f'data-key="{step.key}"')
        if step:
            missed = moves.find(visit.status, Status.NO_SHOW) if row.over and self.may_book else None
            return _press(visit, step, name) + (_press(visit, missed, name, "secondary") if missed else "")
        to_book = self.may_book and not visit.next_starts_at and visit.course.closed_on is None
        if visit.status == Status.DONE and to_book:
            return self._dialog("treatments:book", visit.course.uid, "b", "Book next", name)
        if visit.status == Status.NO_SHOW and to_book:
            return self._dialog("treatments:book", visit.course.uid, "b", "Book again", name, "secondary")
        return _link(address("treatments:session", visit.uid), "Open", f"visit of {name}", tone="secondary")

    def _dialog(self, where: str, uid: object, key: str, words: str, name: str, tone: str = "primary") -> str:
        """Draw a link to free times; where they go when there is script, the frame around the rows says."""
        url = address(where, uid) + escape(self.next)
        return _link(url, words, f"for {name}", f'hx-boost="true" data-key="{key}"', tone)

    def _menu(self, row: DayRow) -> str:
        if not self.may_book:
            return ""
        visit = row.session
        undo = row.last.pk if row.last and self._undo(row) else ""
        return (
            f'<a class="btn" href="{address("treatments:session", visit.uid)}" '
            f'data-menu="{menu_of(visit)}.{visit.version}.{undo}">'
            f"More for {escape(visit.course.patient.full_name)}, {self._clock(visit.starts_at)}</a>"
        )

    def _undo(self, row: DayRow) -> bool:
        ended = row.session.course.closed_on is not None
        return may(self.membership, Capability.BOOK) and not ended and undoing.can_undo(row.last, self.now)

    def _forward(self, status: str) -> moves.Move | None:
        return next((move for move in moves.offered(status, self.membership, ahead=self.ahead) if move.forward), None)


def _press(visit: TreatmentSession, step: moves.Move, name: str, tone: str = "primary") -> str:
    """Draw the button of a step: one of the form around all rows."""
    return (
        f'<button class="btn btn-{tone}" form="{FORM}" name="step" '
        f'value="{visit.pk}.{step.to}.{visit.status}.{visit.version}" data-key="{step.key}" '
        f'aria-label="{step.label} {name}">{step.label}</button>'
    )


def _link(url: str, words: str, about: str, more: str = "", tone: str = "primary") -> str:
    """Draw a link that looks like a button; ``about`` says to a screen reader whom it means."""
    return f'<a class="btn btn-{tone}" href="{url}" {more} aria-label="{words} {about}">{words}</a>'


def _next_visit(row: DayRow) -> str:
    if row.session.next_starts_at:
        return moment(row.session.next_starts_at)
    words = "not booked" if row.session.status == Status.DONE else "on Recall" if row.recalled else ""
    return f'<span class="meta">{words}</span>' if words else ""


@lru_cache(maxsize=4096)
def _chip(state: str, words: str) -> str:
    """As `chip` draws it, with icon and tone from static/css/chips.css."""
    return f'<span class="chip i-{state}">{words or STATUS_CHIPS[state].label}</span>'


@cache
def _clock(hour: int, minute: int) -> str:
    return clock_words(dt.time(hour, minute))


@lru_cache(maxsize=4096)
def _born(date: dt.date) -> str:
    return born_words(date)
