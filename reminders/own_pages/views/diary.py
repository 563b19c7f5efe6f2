"""A person's own diary: one day in two taps, a week on one page, each day kept as soon as it is sent."""

import datetime as dt
from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from patients.actions.diary_days import DayFacts, write_days
from patients.models import DiaryDay
from reminders.models import DiaryLink
from reminders.own_pages import diary as own_diary
from reminders.own_pages.diary import OwnDay
from reminders.own_pages.diary_forms import NO_HEADACHE, OwnDayForm, WeekRowForm, facts_of, initial_of
from reminders.own_pages.views.behind_link import behind_diary_link, show
from reminders.own_pages.views.birth_date import behind_birth_date


@require_http_methods(["GET", "HEAD", "POST"])  # the date of birth is sent to the page that asks for it
@behind_diary_link
@behind_birth_date
def diary(request: HttpRequest, link: DiaryLink, now: dt.datetime) -> HttpResponse:
    """Ask about the day that is next to be filled in."""
    week = own_diary.week_until(link.person, _today(link, now))
    return _show_day(request, link, now, next(day for day in week if day.date == own_diary.day_to_ask(week)))


@require_http_methods(["GET", "HEAD", "POST"])
@behind_diary_link
@behind_birth_date
def day(request: HttpRequest, link: DiaryLink, now: dt.datetime) -> HttpResponse:
    """Ask about one day, and keep the answer: No at once, Yes with what belongs to it."""
    one = own_diary.day_of(link.person, _date(request, link, now))
    if request.method != "POST":
        return _show_day(request, link, now, one)
    if request.POST.get("headache") == "no":
        medicines = dict.fromkeys(own_diary.medicines_of(link.person), 0)
        _write(link, [DayFacts(one.date, NO_HEADACHE | medicines)], now)
        return redirect("reminders:diary_saved", link.token, one.date.isoformat())
    form = OwnDayForm(request.POST, medicines=own_diary.medicines_of(link.person))
    if not form.is_valid():
        return _show_day(request, link, now, one, form)
    _write(link, [DayFacts(one.date, form.facts())], now)
    return redirect("reminders:diary_saved", link.token, one.date.isoformat())


@require_http_methods(["GET", "HEAD", "POST"])  # the date of birth is sent to the page that asks for it
@behind_diary_link
@behind_birth_date
def saved(request: HttpRequest, link: DiaryLink, now: dt.datetime) -> HttpResponse:
    """Say what was kept, how much of the week is done, and where the clinic says something else."""
    week = own_diary.week_until(link.person, _today(link, now))
    one = own_diary.day_of(link.person, _date(request, link, now))
    following = next((day for day in reversed(week) if not day.facts), None)
    return show(request, "diary_saved", link, day=one, done=_done(week), of=len(week), following=following)


@require_http_methods(["GET", "HEAD", "POST"])
@behind_diary_link
@behind_birth_date
def week(request: HttpRequest, link: DiaryLink, now: dt.datetime) -> HttpResponse:
    """Ask about seven days on one page; a day that is sent alone is kept alone."""
    back = _weeks_back(request)
    days = own_diary.week_until(link.person, _last_day(request, link, now, back))
    medicines = own_diary.medicines_of(link.person)
    data = request.POST if request.method == "POST" else None
    rows = [WeekRowForm(data, day=one, medicines=medicines) for one in days]
    if data is None:
        return _show_week(request, link, rows, back)
    only = request.POST.get("only", "")
    if only and only not in {row.prefix for row in rows}:
        raise Http404
    wrong = [row for row in rows if only in ("", row.prefix) and not row.is_valid()]
    _write(link, _facts(rows, only), now)
    if only and request.headers.get("Accept") == "application/json":  # a script that asks whether it was kept
        return HttpResponse(status=422 if wrong else 204)
    if wrong:
        return _show_week(request, link, rows, back, status=422)
    return redirect(f"{request.path}?back={back}&saved=1")


def _facts(rows: Sequence[WeekRowForm], only: str) -> list[DayFacts]:
    """Return what is new in the rows, each row that is right; *Same as the day above* takes what was said above."""
    found, above = [], None
    for row in rows:
        said = row.said(above) if row.is_valid() else None
        new = facts_of(row.day, said) if said and not row.is_untouched() else None
        if new and only in ("", row.prefix):
            found.append(new)
        above = said
    return found


def _write(link: DiaryLink, facts: Sequence[DayFacts], now: dt.datetime) -> None:
    if facts:
        write_days(patient=link.person, days=facts, source=DiaryDay.Source.PATIENT, by=None, at=now)


def _show_day(
    request: HttpRequest, link: DiaryLink, now: dt.datetime, one: OwnDay, form: OwnDayForm | None = None
) -> HttpResponse:
    medicines = own_diary.medicines_of(link.person)
    context = {
        "day": one,
        "form": form or OwnDayForm(initial=initial_of(one.facts), medicines=medicines),
        "opened": form is not None or one.letter in ("H", "M"),
        "today": _today(link, now),
        "yesterday": _today(link, now) - dt.timedelta(days=1),
    }
    return show(request, "diary_day", link, status=422 if form else 200, **context)


def _show_week(
    request: HttpRequest, link: DiaryLink, rows: Sequence[WeekRowForm], back: int, status: int = 200
) -> HttpResponse:
    context = {
        "rows": rows,
        "wrong": [row for row in rows if row.is_bound and row.errors],
        "until": rows[-1].day.date,
        "done": _done([row.day for row in rows]),
        "of": len(rows),
        "back": back,
        "before": back + 1 if back < own_diary.WEEKS_BACK else None,
        "saved": "saved" in request.GET,
        "words": {
            "saving": _("Saving"),
            "saved": _("Saved"),
            "not_sent": _("Not sent yet"),
            "refused": _("Not saved. “Save week” says why."),
        },
    }
    return show(request, "diary_week", link, status=status, **context)


def _done(week: Sequence[OwnDay]) -> int:
    return sum(bool(day.facts) for day in week)


def _weeks_back(request: HttpRequest) -> int:
    text = request.GET.get("back", "0")
    return int(text) if text in {"0", "1", "2", "3"} else 0


def _last_day(request: HttpRequest, link: DiaryLink, now: dt.datetime, back: int) -> dt.date:
    """Return the last day of the week that is asked about, or that was sent: its page may be open since another day."""
    if "until" in request.POST:
        return _remembered_day(request.POST["until"], link, now)
    return _today(link, now) - dt.timedelta(weeks=back)


def _today(link: DiaryLink, now: dt.datetime) -> dt.date:
    return now.astimezone(link.person.zone).date()


def _date(request: HttpRequest, link: DiaryLink, now: dt.datetime) -> dt.date:
    """Return the day of the address."""
    match = request.resolver_match
    return _remembered_day(str(match.kwargs["date"] if match else ""), link, now)


def _remembered_day(text: str, link: DiaryLink, now: dt.datetime) -> dt.date:
    """Read a day; only those that a person still remembers have a page."""
    try:
        found = dt.date.fromisoformat(text)
    except ValueError as error:
        raise Http404 from error
    days = own_diary.WEEK_DAYS * (own_diary.WEEKS_BACK + 1)
    if not 0 <= (_today(link, now) - found).days < days:
        raise Http404
    return found
