"""For how long a change can be taken back. Nobody outside hears of it before that is over."""

import datetime as dt

from django.conf import settings


def undo_time() -> dt.timedelta:
    """Return it as a length of time."""
    return dt.timedelta(seconds=settings.UNDO_SECONDS)


def undo_words() -> str:
    """Return it as it is said: "3 minutes", "90 seconds"."""
    minutes, seconds = divmod(settings.UNDO_SECONDS, 60)
    number, unit = (settings.UNDO_SECONDS, "second") if seconds or not minutes else (minutes, "minute")
    return f"{number} {unit}{'' if number == 1 else 's'}"
