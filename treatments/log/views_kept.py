"""Views of the log that people keep: their own, or for everybody at the clinic."""

import datetime as dt
from urllib.parse import parse_qsl, urlencode

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from clinic.models import Clinic, User
from treatments.log.filters import SessionFilter
from treatments.models import LogView

LONGEST = 500  # letters of the filters, as the column has it


class NameTaken(Exception):
    """There is a view of that name already."""


class TooLong(Exception):
    """The filters have more letters than a view keeps."""


def views_for(user: User, clinic: Clinic) -> QuerySet[LogView]:
    """Return the views somebody may open here: their own and the clinic's."""
    return LogView.objects.filter(Q(owner=user) | Q(owner__isnull=True), clinic=clinic)


def keep(*, clinic: Clinic, name: str, query: str, shared: bool, by: User, at: dt.datetime) -> LogView:
    """Keep the filters under a name. What is no filter is left out, and what a later one overrules. Raises NameTaken, TooLong."""
    known = urlencode({key: value for key, value in parse_qsl(query) if key in SessionFilter.base_filters})
    if len(known) > LONGEST:
        raise TooLong
    try:
        with transaction.atomic():
            return LogView.objects.create(
                clinic=clinic,
                owner=None if shared else by,
                name=name,
                query=known,
                made_by=by,
                made_at=at,
            )
    except IntegrityError as error:
        raise NameTaken from error


def forget(*, view: LogView) -> None:
    """Remove a view. Nothing but a name for filters is lost."""
    view.delete()
