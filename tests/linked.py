"""The link of a message that was not sent: what sending does to a link, for one."""

import datetime as dt

from reminders import links
from reminders.models import Reminder


def address_for(reminder: Reminder, *, now: dt.datetime) -> str:
    """Return the full address of a reminder's link, which exists from now on."""
    link = links.link_for(reminder, now=now)
    links.keep([link])
    return links.address_of(link)
