"""Template words shared by every page: icons, status chips, error summaries, and the clinic's days and times.

Moments are shown in the active zone, which the middleware sets to the clinic's; a naive moment is refused by Django,
because its hour could be anybody's.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cache
from typing import Any, Protocol, runtime_checkable
from urllib.parse import urlencode
from uuid import UUID

from django import template
from django.contrib.messages.storage.base import Message
from django.forms import BaseForm, BoundField, MultiWidget
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext_noop as _

from clinic import wording
from clinic.addresses import address
from clinic.middleware import FIELD, IN_LINK
from clinic.sent import Sent, sent_by

register = template.Library()
register.simple_tag(address)


@dataclass(frozen=True)
class Chip:
    """How one state looks: word, icon and tone together, so that no state rests on colour alone."""

    label: str
    icon: str
    tone: str


STATUS_CHIPS = {
    "booked": Chip("Booked", "calendar", "plain"),
    "confirmed": Chip("Confirmed", "check2", "sure"),
    "arrived": Chip("Arrived", "person-check", "here"),
    "in_room": Chip("In room", "door-open", "room"),
    "done": Chip("Done", "check-circle-fill", "done"),
    "no_show": Chip("No-show", "person-x", "bad"),
    "cancelled": Chip("Cancelled", "x-circle", "quiet"),
    "asked_to_move": Chip("Asked to move", "arrow-left-right", "ask"),
    "due": Chip("Due", "clock-history", "ask"),
    "overdue": Chip("Overdue", "exclamation-triangle", "late"),
    "waiting": Chip("Waiting", "hourglass", "plain"),
    "sending": Chip("Sending", "send", "plain"),
    "sent": Chip("Sent", "send", "plain"),
    "delivered": Chip("Delivered", "check2-all", "sure"),
    "in_doubt": Chip("In doubt", "question-lg", "ask"),
    "failed": Chip("Not delivered", "exclamation-octagon", "bad"),
    "missed": Chip("Not sent in time", "exclamation-triangle", "late"),
    "opted_out": Chip("Opted out", "bell-slash", "quiet"),
    "met": Chip("Met", "check-lg", "done"),
    "not_met": Chip("Not met", "x-lg", "bad"),
    "not_known": Chip("Not known", "question-lg", "quiet"),
    "draft": Chip("Draft", "pencil", "ask"),
    "signed": Chip("Signed", "lock", "done"),
    "emergency": Chip("Emergency", "exclamation-octagon", "bad"),
    "same_day": Chip("Same day", "exclamation-triangle", "late"),
    "routine": Chip("Routine", "journal-text", "plain"),
    "expired": Chip("Expired", "exclamation-triangle", "late"),
    "died": Chip("Died", "x-circle", "quiet"),
    "erased": Chip("Erased", "dash-lg", "quiet"),
    "merged": Chip("Joined with another record", "arrow-left-right", "quiet"),
    "given_before": Chip("Given before", "journal-text", "quiet"),
}


# Patients read them in their own language.
THEMES = (("auto", _("Auto")), ("light", _("Light")), ("dark", _("Dark")), ("dim", _("Low light")))


@dataclass(frozen=True)
class Fault:
    """One line of the error summary: the words, and the id of the field they are about (none for the whole form)."""

    message: str
    field_id: str | None
    # Said before the words where another field has the same: two dates that are none read alike.
    label: str = ""


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """Draw one icon of the sprite; silent for screen readers, since the word beside it says the same."""
    return format_html(
        '<svg class="icon" width="16" height="16" aria-hidden="true"><use href="{}#{}"></use></svg>',
        static("icons.svg"),
        name,
    )


@register.simple_tag
def chip(status: Any, label: str = "") -> SafeString:
    """Show a state as icon and word. Takes a key of STATUS_CHIPS, or any object with `label`, `icon` and `tone`.

    A label of one's own ("In room 8 min") keeps the icon and tone. An unknown key raises KeyError: a state that
    nobody gave a face would otherwise vanish from the page.
    """
    face = STATUS_CHIPS[status] if isinstance(status, str) else status
    words = label or face.label
    return format_html('<span class="chip chip-{}">{}{}</span>', face.tone, icon(face.icon), words)


@runtime_checkable
class SaysTogether(Protocol):
    """A form that says several faults of a kind in one line of the summary; each field still says its own."""

    def said_together(self) -> dict[str, str]:
        """Return, by field, the words instead of its own; none where another field's speak for it too."""


@register.inclusion_tag("_partials/error_summary.html")
def error_summary(*forms: BaseForm) -> dict[str, list[Fault]]:
    """List what is wrong with one or more forms on top of the page, each line linked to its field."""
    faults = [fault for form in forms if form for fault in _faults(form)]
    often = Counter(fault.message for fault in faults)
    return {"faults": [fault if often[fault.message] > 1 else replace(fault, label="") for fault in faults]}


def _faults(form: BaseForm) -> Iterable[Fault]:
    """Give the whole-form messages first: they usually explain the others."""
    for message in form.non_field_errors():
        yield Fault(str(message), None)
    instead = form.said_together() if isinstance(form, SaysTogether) else {}
    for field in form:
        for message in field.errors:
            if words := instead.get(field.name, str(message)):
                yield Fault(words, None if field.is_hidden else _focusable_id(field), str(field.label).rstrip(":?"))


def _focusable_id(field: BoundField) -> str | None:
    """Find the element that can take focus: for radios, tick boxes and split dates the first part, not the group."""
    if isinstance(field.field.widget, MultiWidget):
        return f"{field.auto_id}_0"
    return field.id_for_label or (f"{field.auto_id}_0" if field.auto_id else None)


@register.simple_tag(takes_context=True)
def at_clinic(context: dict[str, Any]) -> SafeString:
    """Say in a form that makes something new at which clinic its page was opened (`clinic.middleware.opened_at`)."""
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, context["membership"].clinic.uid)


@register.simple_tag(takes_context=True)
def sent(context: dict[str, Any]) -> Sent:
    """Return what a form that was refused had sent, to be sent elsewhere or copied; a page of a fault knows of none."""
    return sent_by(context["request"]) if "request" in context else Sent()


@register.simple_tag(takes_context=True)
def from_clinic(context: dict[str, Any]) -> str:
    """Say the same in a link to a file or a sheet."""
    return urlencode({IN_LINK: context["membership"].clinic.uid})


@register.filter
def day(value: date | datetime | None) -> str:
    """Show a day in full, a moment by its day at the clinic: `Monday 1 June 2026`."""
    if value is None or value == "":
        return ""
    return wording.day_words(localtime(value).date() if isinstance(value, datetime) else value)


@register.filter
def born(value: date | None) -> str:
    """Show a date of birth: `24 March 1974`."""
    return wording.born_words(value) if value else ""


@register.filter
def clock(value: time | datetime | None) -> str:
    """Show a time of day at the clinic: `10:30am`, `midday`."""
    if value is None or value == "":
        return ""
    return wording.clock_words(localtime(value).time() if isinstance(value, datetime) else value)


@register.filter
def short(value: datetime | None) -> str:
    """Show a moment at the clinic for a dense table: `Mon 1 Jun 10:30`."""
    return wording.short_words(localtime(value)) if value else ""


@register.filter
def brief(value: datetime) -> str:
    """Show a time at the clinic that can be chosen: `Mon 1 Jun 10:30am`."""
    return wording.brief_words(localtime(value))


@register.simple_tag
def moment(value: datetime | None, *, year: bool = False) -> SafeString | str:
    """Show a moment short for the eye, in full for the pointer and the screen reader, exact for machines."""
    if not value:
        return ""
    local = localtime(value)
    full = wording.moment_words(local)
    return format_html(
        '<time datetime="{}" title="{}"><span aria-hidden="true">{}</span><span class="visually-hidden">{}</span></time>',
        local.isoformat(timespec="minutes"),
        full,
        wording.short_words(local, year=year),
        full,
    )


@register.simple_tag
def printed_at() -> str:
    """Say when a sheet was printed, on the clinic's clock; the one place in a page that reads the clock."""
    return wording.moment_words(localtime())


@register.filter
def age(birth: date | None, on: date) -> int | str:
    """Show whole years on a given day: `{{ patient.born|age:today }}`."""
    return wording.age_on(birth, on) if birth else ""


@register.filter
def zone_label(zone: object) -> str:
    """Name a zone in words, from its name or a ZoneInfo: `London time`."""
    return wording.zone_label(str(zone))


@register.filter
def undo_url(message: Message) -> str:
    """Find where a message can be undone, from its `undo:<path>` tag; empty when it cannot."""
    return _path(message, "undo:")


@register.filter
def card_url(message: Message) -> str:
    """Find the appointment card of what a message tells of, from its `card:<path>` tag; empty when there is none."""
    return _path(message, "card:")


def visits_of(message: Message) -> list[UUID]:
    """Find the visits of whose steps a message tells, from its `visit:<uid>` tags."""
    return [UUID(uid) for uid in _tagged(message, "visit:")]


def _path(message: Message, name: str) -> str:
    """Return the path in a message's tag of this name.

    Only a path on this site counts, so that a message built from typed text can never post a form elsewhere.
    """
    paths = (path for path in _tagged(message, name) if url_has_allowed_host_and_scheme(path, allowed_hosts=None))
    return next(paths, "")


def _tagged(message: Message, name: str) -> Iterator[str]:
    tags = (message.extra_tags or "").split()
    return (tag.removeprefix(name) for tag in tags if tag.startswith(name))


@register.simple_tag
def themes() -> tuple[tuple[str, str], ...]:
    """List the themes one can choose, as pairs of cookie value and label."""
    return THEMES


@register.filter
def bootstrap_theme(theme: str) -> str:
    """Name the Bootstrap colour mode under a theme: Low light is dark with our own dimmer colours on top."""
    return "dark" if theme in {"dark", "dim"} else "light"
