"""Draws the visits of a day, as rows or as cards. A day has hundreds, and a template takes half a millisecond for each.

Steps are buttons of one form around them all, and the menu of a row is made where it is opened (static/js/row_menu.js):
until then, and without JavaScript, it is a link to the page of the visit, where everything in it can be done too.
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
from clinic.templatetags.interface import chip, icon, moment
from clinic.wording import age_on, clock_words, day_words
from treatments import moves, undoing
from treatments.days import DayRow
from treatments.menus import menu_of
from treatments.models import Status

register = template.Library()

# The form that the buttons of all rows belong to: treatments/today.html.
FORM = "day-step"


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
            f'<tr{self._attributes(row)}><td class="time">{self._clock(visit.starts_at)}</td>'
            f'<th scope="row"><div>{self._person(row)} <span class="meta">'
            f'<span class="print-only">Born {_day(person.birth_date)}</span>'
            f"{escape(person.record_number)} · cycle {visit.cycle}{since}</span></div></th>"
            f"<td>{escape(visit.injector.name)}</td>"
            f"<td>{escape(visit.room.name)}</td>"
            f"<td><div>{self._status(row)}</div></td>"
            f"<td>{_next_visit(row)}</td>"
            f'<td class="no-print"><div class="actions">{self._step(row)}{self._menu(row)}</div></td></tr>\n'
        )

    def card(self, row: DayRow) -> str:
        visit, person = row.session, row.session.course.patient
        return (
            f'<li class="board-card" data-row{self._attributes(row)}>'
            f'<p class="board-who"><span class="time">{self._clock(visit.starts_at)}</span> {self._person(row)} '
            f'<span class="meta">{escape(person.record_number)} · cycle {visit.cycle} · '
            f"{escape(visit.injector.name)}, {escape(visit.room.name)}</span></p>"
            f"<div>{self._status(row)}</div>{_next_visit(row)}"
            f'<div class="actions">{self._step(row)}{self._menu(row)}</div></li>\n'
        )

    def _attributes(self, row: DayRow) -> str:
        """Name the row, its state, and what passes by itself: minutes, and the time in which a step can be undone."""
        troubles = self.undelivered.get(row.session.pk, ""), self.dead.get(row.session.course.patient_id, "")
        state = crc32(f"{row.state}.{'.'.join(troubles)}".encode())
        minutes = row.waiting if row.waiting is not None else row.in_room
        passing = f' data-minute="{minutes}.{self._undo(row)}"' if minutes is not None or self._undo(row) else ""
        return f' id="visit-{row.session.pk}" data-state="{state:x}"{passing}'

    def _clock(self, at: dt.datetime) -> str:
        local = at.astimezone(self.zone)
        return _clock(local.hour, local.minute)

    def _person(self, row: DayRow) -> str:
        person = row.session.course.patient
        url = address("patients:detail", person.uid)
        return f'<a href="{url}" data-open>{escape(person.full_name)}</a>, {age_on(person.birth_date, self.day)}'

    def _status(self, row: DayRow) -> str:
        parts = [chip("in_room", f"In room {row.in_room} min") if row.in_room is not None else _chip(row.session.chip)]
        if row.waiting is not None:
            parts.append(
                f'<span class="flag flag-late">{icon("clock")} Waiting {row.waiting} min</span>'
                if row.late
                else f'<span class="flag">Waiting {row.waiting} min</span>'
            )
        if row.last:
            who = row.last.by.full_name if row.last.by else "Patient"
            parts.append(f'<span class="meta">{escape(who)}, {self._clock(row.last.at)}</span>')
        parts += [f'<span class="flag flag-info">{escape(flag)}</span>' for flag in row.flags]
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
        """Draw the one next step of a visit; what it may be says `treatments.moves`."""
        visit, step = row.session, self.forward(row.session.status)
        name = f'<span class="visually-hidden"> for {escape(visit.course.patient.full_name)}</span>'
        if visit.chip == "asked_to_move" and self.may_book:
            return self._dialog("treatments:move", visit.uid, "m", f"Move{name}")
        if step and step.to == Status.DONE:
            url = address("treatments:record", visit.uid)
            return f'<a class="btn btn-sm btn-primary" href="{url}" data-key="{step.key}">{step.label}{name}</a>'
        if step:
            url = address("treatments:status", visit.uid)
            return (
                f'<button class="btn btn-sm btn-primary" form="{FORM}" formaction="{url}" name="step" '
                f'value="{step.to}.{visit.status}.{visit.version}" data-key="{step.key}">{step.label}'
                f'<span class="visually-hidden"> {escape(visit.course.patient.full_name)}</span></button>'
            )
        if visit.status == Status.DONE and not visit.next_starts_at and self.may_book:
            return self._dialog("treatments:book", visit.course.uid, "b", f"Book next{name}")
        if visit.status == Status.NO_SHOW and not visit.next_starts_at and self.may_book:
            return self._dialog("treatments:book", visit.course.uid, "b", f"Book again{name}", "secondary")
        url, name = address("treatments:session", visit.uid), escape(visit.course.patient.full_name)
        hidden = f'<span class="visually-hidden"> visit of {name}</span>'
        return f'<a class="btn btn-sm btn-secondary" href="{url}">Open{hidden}</a>'

    def _dialog(self, name: str, uid: object, key: str, words: str, tone: str = "primary") -> str:
        """Draw a link to free times; where they go when there is script, the frame around the rows says."""
        url = address(name, uid) + escape(self.next)
        return (
            f'<a class="btn btn-sm btn-{tone}" href="{url}" hx-get="{url}" data-opens-dialog data-key="{key}">'
            f"{words}</a>"
        )

    def _menu(self, row: DayRow) -> str:
        if not self.may_book:
            return ""
        visit = row.session
        undo = row.last.pk if row.last and self._undo(row) else ""
        url, name = address("treatments:session", visit.uid), escape(visit.course.patient.full_name)
        return (
            f'<a class="btn btn-sm btn-secondary" href="{url}" data-menu="{menu_of(visit)}.{visit.version}.{undo}" '
            f'aria-label="More for {name}"></a>'
        )

    def _undo(self, row: DayRow) -> bool:
        return may(self.membership, Capability.BOOK) and undoing.can_undo(row.last, self.now)

    def _forward(self, status: str) -> moves.Move | None:
        return next((move for move in moves.offered(status, self.membership) if move.forward), None)


def _next_visit(row: DayRow) -> str:
    if row.session.next_starts_at:
        return moment(row.session.next_starts_at)
    words = {Status.DONE: "not booked", Status.NO_SHOW: "on Recall", Status.CANCELLED: "on Recall"}
    return f'<span class="meta">{words[row.session.status]}</span>' if row.session.status in words else ""


@cache
def _chip(key: str) -> str:
    return chip(key)


@cache
def _clock(hour: int, minute: int) -> str:
    return clock_words(dt.time(hour, minute))


@lru_cache(maxsize=4096)
def _day(date: dt.date) -> str:
    return day_words(date)
