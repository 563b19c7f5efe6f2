"""Draws the calendar's cells. A page has hundreds: written here in one pass, they cost a tenth of a template's loop."""

import datetime as dt
from collections.abc import Callable
from functools import cache
from html import escape

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from clinic.addresses import ANY
from clinic.templatetags.interface import STATUS_CHIPS
from clinic.wording import clock_words
from treatments.calendar.blocks import Block, Visit
from treatments.calendar.choosing import Choosing
from treatments.calendar.pages import Overview, Page, Place

register = template.Library()

# What is said around the hour of a cell, before and after it: put through escape() once for each column.
Around = tuple[str, str]
# What a free time is: nothing to press, a link, or a button of the form around the table.
Free = Callable[[Place, Around, Block], str]

# What a screen reader says of a visit's state.
SPOKEN = {state: chip.label.lower() for state, chip in STATUS_CHIPS.items()}


@register.simple_tag
def calendar_rows(page: Page, may_book: bool, choosing: Choosing | None = None) -> SafeString:
    """Draw the lines of a week or a day: times down the side, a cell for all that begins then."""
    free = _free_times(page, may_book, choosing)
    visit = _visits()
    said = [(escape(f"{place.spoken}, "), escape(f", {place.name}")) for place in page.places]
    lines = []
    for row in page.rows:
        lines.append(f'<tr><th scope="row">{row.start // 60}:{row.start % 60:02}</th>')
        for cell in row.cells:
            block, around = cell.block, said[cell.column]
            height = f' rowspan="{cell.rows}"' if cell.rows > 1 else ""
            inside = "".join([visit(around, one) for one in block.visits])
            if block.room:
                inside = free(page.places[cell.column], around, block) + inside
            kind = "free" if block.room else "visit" if inside else "shut"
            lines.append(f'<td class="{kind} d{cell.column}"{height}>{inside or escape(block.label)}</td>')
        lines.append("</tr>")
    html = "".join(lines)
    return mark_safe(html)  # noqa: S308 - every name and label above went through escape()  # nosec B308 B703


@register.simple_tag
def people_heads(page: Page, choosing: Choosing | None = None) -> SafeString:
    """Draw the heads of a day's columns: the name leads to the week, with how many times are free."""
    address = reverse("treatments:calendar") + "?" + escape(choosing.prefix if choosing else "")
    heads = []
    for place in page.places:
        free = (
            f"{place.column.free} of {place.column.times} free"
            if place.column.times
            else place.holiday or "not working"
        )
        week = f"{address}injector={place.injector}&amp;date={place.date}"
        name = _name(place.name, week, left=place.left)
        heads.append(f'<th scope="col">{name}<span class="meta">{escape(free)}</span></th>')
    html = "".join(heads)
    return mark_safe(html)  # noqa: S308 - names and labels went through escape()  # nosec B308 B703


@register.simple_tag
def overview_rows(overview: Overview) -> SafeString:
    """Draw the week of all: a line per injector, in each cell the day's visits and how many times are free."""
    lines = []
    address = reverse("treatments:calendar")
    session = reverse("treatments:session", args=[ANY]).split(ANY)
    for person, places in overview.lines:
        name = _name(person.name, f"{address}?injector={person.uid}", left=person.left)
        lines.append(f'<tr><th scope="row">{name}</th>')
        for index, place in enumerate(places):
            visits = "".join(_short(one, session) for block in place.column.blocks for one in block.visits)
            lines.append(f'<td class="d{index}">{_summary(place, address)}{visits}</td>')
        lines.append("</tr>")
    html = "".join(lines)
    return mark_safe(html)  # noqa: S308 - every name and label above went through escape()  # nosec B308 B703


def _name(name: str, week: str, *, left: bool) -> str:
    """Draw an injector's name as the link to their week, which nobody has who left."""
    return f"<span>{escape(name)}</span>" if left else f'<a href="{week}">{escape(name)}</a>'


def _short(visit: Visit, session: list[str]) -> str:
    return (
        f'<a class="i-{visit.state}" href="{session[0]}{visit.uid}{session[1]}">'
        f"{visit.start // 60}:{visit.start % 60:02} {escape(visit.short_name)}</a>"
    )


def _summary(place: Place, address: str) -> str:
    if not place.column.times:
        label = next((span.label for span in place.column.spans if span.label not in {"Gap", "Passed"}), "")
        return f"<p>{escape(label)}</p>"
    words = f"{place.column.free} of {place.column.times} free"
    return f'<p><a href="{address}?injector={place.injector}&amp;date={place.date}">{words}</a></p>'


def _visits() -> Callable[[Around, Visit], str]:
    """Return what draws a visit: time and short name for the eye, all of it for a screen reader."""
    before, after = reverse("treatments:session", args=[ANY]).split(ANY)

    def draw(around: Around, visit: Visit) -> str:
        name = f"{around[0]}{_clock(visit.start)}{around[1]}, {escape(visit.full_name)}, {SPOKEN[visit.state]}"
        return (
            f'<a class="i-{visit.state}" href="{before}{visit.uid}{after}" aria-label="{name}">'
            f"{visit.start // 60}:{visit.start % 60:02} {escape(visit.short_name)}</a>"
        )

    return draw


def _free_times(page: Page, may_book: bool, choosing: Choosing | None) -> Free:
    """Return what draws a free time."""
    address = reverse("treatments:calendar_free") + "?time="

    def words(around: Around, block: Block) -> tuple[str, str]:
        return f"{block.start // 60}:{block.start % 60:02}", f"{around[0]}{_clock(block.start)}{around[1]}"

    def text(_place: Place, around: Around, block: Block) -> str:
        return f"{words(around, block)[0]} free"

    def link(place: Place, around: Around, block: Block) -> str:
        time, name = words(around, block)
        return f'<a href="{address}{place.code(block, page.stretch.clinic)}" aria-label="{name}, free">{time} free</a>'

    def button(place: Place, around: Around, block: Block) -> str:
        time, name = words(around, block)
        if choosing and not choosing.may_take(place.date):
            return f'<span aria-label="{name}, too early">{time} too early</span>'
        return f'<button name="slot" value="{place.code(block, page.stretch.clinic)}" aria-label="{name}, choose">{time} free</button>'

    return button if choosing else link if may_book else text


@cache
def _clock(minute: int) -> str:
    return clock_words(dt.time(minute // 60, minute % 60))
