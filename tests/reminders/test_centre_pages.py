"""The lists of the reminder centre that grow for ever: turned by key, so that no page costs more than the first."""

import datetime as dt
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic import paging
from clinic.models import Clinic, User
from patients.models import Channel, Patient
from reminders.models import Reminder, ReminderRule, State
from reminders.models.reminder import LISTED_AT
from reminders.views import centre
from tests.builders import NOW
from tests.conftest import log_in

CENTRE = "/reminders/"
HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven messages make a page."""
    monkeypatch.setattr(centre, "PER_PAGE", 7)


@pytest.fixture
def thirty(rules: Clinic, maria: Patient) -> list[Reminder]:
    """Thirty messages that went out, two of them at the same moment each time; the last to leave were due first."""
    return gone_out(maria, *(NOW - number // 2 * MINUTE for number in range(30)))


def gone_out(patient: Patient, *moments: dt.datetime, **more: Any) -> list[Reminder]:
    rule, known = ReminderRule.objects.order_by("pk")[0], Reminder.objects.count()
    common: dict[str, Any] = {
        "clinic": patient.clinic,
        "rule": rule,
        "patient": patient,
        "channel": Channel.EMAIL,
        "state": State.SENT,
        "created_at": NOW,
        "useful_until": NOW,
    }
    return Reminder.objects.bulk_create(
        Reminder(**common | {"occasion": f"news {known + number}", "due_at": NOW + (NOW - at), "closed_at": at} | more)
        for number, at in enumerate(moments)
    )


def turn(user: User, after: str = "", tab: str = "sent") -> Any:
    return log_in(user).get(CENTRE, {"tab": tab, "after": after})


def numbers(page: Any) -> list[int]:
    return [reminder.pk for reminder, _, _ in page.context["rows"]]


def newest_first(reminders: list[Reminder]) -> list[int]:
    return [one.pk for one in sorted(reminders, key=lambda one: (one.closed_at, one.pk), reverse=True)]


def test_whoever_turns_all_pages_sees_every_message_once_although_more_go_out(
    thirty: list[Reminder], maria: Patient, front_desk: User
) -> None:
    seen, page = [], turn(front_desk)
    while True:
        seen += numbers(page)
        if not page.context["cursor"]:
            break
        gone_out(maria, NOW + len(seen) * MINUTE, NOW)
        page = turn(front_desk, page.context["cursor"])
    assert seen == newest_first(thirty)


@pytest.mark.parametrize("failed_at", [NOW - 3 * HOUR, None])
def test_what_a_person_settled_stands_where_they_settled_it(
    thirty: list[Reminder], maria: Patient, front_desk: User, failed_at: dt.datetime | None
) -> None:
    """Whether it had failed hours before, or still waited when they called."""
    settled = {"state": State.HANDLED, "handled_by": front_desk, "handled_at": NOW - MINUTE, "closed_at": failed_at}
    called = gone_out(maria, NOW - 5 * HOUR, **settled)
    assert numbers(turn(front_desk))[2] == called[0].pk


@pytest.mark.parametrize("tab", ["needs", "waiting", "sent", "stopped"])
def test_every_list_goes_by_the_moments_that_it_shows(
    maria: Patient, rules: Clinic, front_desk: User, tab: str
) -> None:
    times = (NOW - HOUR, NOW - 3 * HOUR, NOW - 2 * HOUR)
    gone_out(maria, *times, state=State.FAILED)
    gone_out(maria, *times, state=State.WAITING, closed_at=None)
    gone_out(maria, *times, state=State.SENT)
    gone_out(maria, *times, state=State.CANCELLED)
    rows = turn(front_desk, tab=tab).context["rows"]
    shown = [reminder.closed_at or reminder.due_at for reminder, _, _ in rows]
    assert shown == sorted(shown, reverse=tab in ("sent", "stopped"))


def test_the_link_leads_to_older_messages_of_the_same_list(
    thirty: list[Reminder], maria: Patient, front_desk: User
) -> None:
    stopped = gone_out(maria, *(NOW - number * MINUTE for number in range(8)), state=State.CANCELLED)
    page = turn(front_desk, tab="stopped")
    address = f'href="?tab=stopped&amp;after={quote(page.context["cursor"])}"'
    assert address in page.content.decode()
    assert numbers(turn(front_desk, page.context["cursor"], tab="stopped")) == [stopped[-1].pk]


def test_a_later_page_asks_the_database_as_often_as_the_first_and_counts_over_nothing(
    thirty: list[Reminder], front_desk: User
) -> None:
    client, asked = log_in(front_desk), []
    client.get(CENTRE, {"tab": "sent"})
    after = ""
    for _ in range(4):
        with CaptureQueriesContext(connection) as queries:
            page = client.get(CENTRE, {"tab": "sent", "after": after})
        asked.append(len(queries))
        assert "OFFSET" not in " ".join(query["sql"] for query in queries)
        after = page.context["cursor"]
    assert asked == [asked[0]] * 4
    assert asked[0] <= 14


def test_pages_are_read_from_an_index_in_order(thirty: list[Reminder], riverside: Clinic, front_desk: User) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    for tab in (tab for tab in centre.TABS if tab.over):
        rows = (
            Reminder.objects.filter(tab.states, clinic=riverside)
            .annotate(listed_at=LISTED_AT)
            .order_by("-listed_at", "-pk")
        )
        plan = paging.behind(rows, "listed_at", NOW - MINUTE, thirty[0].pk)[:7].explain()
        assert f"reminder_pages_{tab.key}" in plan
        assert not any(sorting in plan for sorting in ("Sort", "TEMP B-TREE"))


def test_a_number_that_nobody_needs_exactly_is_not_counted_to_its_end(
    thirty: list[Reminder], front_desk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "30 messages, the newest first." in turn(front_desk).content.decode()
    monkeypatch.setattr(paging, "COUNTED", 20)
    assert "More than 20 messages, the newest first." in turn(front_desk).content.decode()


@pytest.mark.parametrize(
    "made_up",
    ["x", "_", "2026_1", "2026-11-23T10:00:00+00:00_x", "2026-11-23T10:00:00+00:00_²", "0001-01-01T00:00:00+23:59_1"],
)
def test_a_place_that_somebody_made_up_leads_nowhere(thirty: list[Reminder], front_desk: User, made_up: str) -> None:
    page = turn(front_desk, made_up)
    assert (page.status_code, numbers(page)) == (200, [])


def test_another_clinic_turns_its_own_pages(thirty: list[Reminder], stranger: User) -> None:
    assert numbers(turn(stranger)) == []
