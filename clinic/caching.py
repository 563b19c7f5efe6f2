"""The cache in the database. Django takes out what is over when it is full, and a clinic's never is."""

import datetime as dt

from django.conf import settings
from django.db import connection


def forget_expired(*, now: dt.datetime) -> None:
    """Delete what is over: counts of log-ins stand there under the whole address of whoever signed in."""
    if settings.CACHE_URL:  # Redis does so by itself
        return
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM clinic_cache WHERE expires < %s", [connection.ops.adapt_datetimefield_value(now)])
