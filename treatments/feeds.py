"""Private addresses under which an injector's own calendar program reads their visits."""

import datetime as dt
import secrets

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from clinic import audit
from clinic.models import AuditEntry, Injector, Membership, User
from clinic.tokens import hash_of
from treatments.models import CalendarFeed, TreatmentSession
from treatments.models.session import OCCUPYING

TOKEN_BYTES = 24  # 192 bits; the address is all that guards the feed
BACK, AHEAD = dt.timedelta(weeks=4), dt.timedelta(weeks=26)


@transaction.atomic
def make_feed(*, injector: Injector, by: User, at: dt.datetime) -> tuple[CalendarFeed, str]:
    """Make a feed; return it with its token, which is shown once and kept nowhere."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    feed = CalendarFeed.objects.create(
        clinic_id=injector.clinic_id, injector=injector, token_hash=hash_of(token), made_at=at, made_by=by
    )
    _note(feed, AuditEntry.Action.CREATE, by, at)
    return feed, token


@transaction.atomic
def revoke_feed(*, feed: CalendarFeed, by: User, at: dt.datetime) -> CalendarFeed:
    """End a feed: its address answers no more. Ending it again changes nothing."""
    if CalendarFeed.objects.filter(pk=feed.pk, revoked_at=None).update(revoked_at=at):
        _note(feed, AuditEntry.Action.CHANGE, by, at)
    feed.refresh_from_db()
    return feed


def find(token: str) -> CalendarFeed | None:
    """Return the feed of a token unless it was revoked, or its injector left or may not look here any more."""
    works_here = Membership.objects.filter(user=OuterRef("injector__user"), clinic=OuterRef("clinic"), active=True)
    feeds = CalendarFeed.objects.filter(Q(injector__user=None) | Exists(works_here), injector__active=True)
    return feeds.filter(revoked_at=None, token_hash=hash_of(token)).select_related("clinic").first()


def sessions_of(feed: CalendarFeed, now: dt.datetime) -> QuerySet[TreatmentSession]:
    """Return what the feed shows: visits that hold a time, from four weeks ago to 26 weeks ahead."""
    return TreatmentSession.objects.filter(
        clinic=feed.clinic,
        injector=feed.injector_id,
        status__in=OCCUPYING,
        starts_at__gte=now - BACK,
        starts_at__lt=now + AHEAD,
    ).order_by("starts_at")


def _note(feed: CalendarFeed, action: AuditEntry.Action, by: User, at: dt.datetime) -> None:
    audit.record(clinic=feed.clinic, by=by, at=at, action=action, kind="calendar_feed", subject=feed.uid)
