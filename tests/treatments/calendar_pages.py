"""What the calendar's tests share."""

import datetime as dt
import re

from django.test import Client
from django.urls import reverse

from tests.builders import TODAY

NEXT_MONDAY = TODAY + dt.timedelta(weeks=1)


def page(client: Client, name: str = "calendar", **asked: object) -> str:
    """Return a page of the calendar; next week's, unless said otherwise."""
    query = {name: str(value) for name, value in ({"date": NEXT_MONDAY} | asked).items()}
    answer = client.get(reverse(f"treatments:{name}"), query)
    assert answer.status_code == 200
    return answer.content.decode()


def at(hour: int, minute: int = 0, day: dt.date = NEXT_MONDAY) -> dt.datetime:
    """Return a moment at Riverside, where winter time is UTC."""
    return dt.datetime.combine(day, dt.time(hour, minute), dt.UTC)


def free(content: str) -> list[str]:
    """Return the names of the free times on a page."""
    return [name.removesuffix(", free") for name in re.findall(r'aria-label="([^"]*, free)"', content)]
