"""Which way a person is written to."""

from collections.abc import Collection, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case, CharField, Exists, ExpressionWrapper, F, FilteredRelation, OuterRef, Q, Value, When
from django.db.models.fields import BooleanField

from patients.models import Channel, ContactPoint
from patients.models.contact import may_be_written_to


def reachable(patient: str = "") -> dict[str, Any]:
    """Return annotations for `best_channel`: what the person prefers, and whether they have a usable contact point on each.

    ``patient`` leads to the person; nothing does from their own row.
    """
    way = f"{patient}__" if patient else ""
    usable = ContactPoint.objects.usable().filter(patient=OuterRef(f"{way}pk"))
    there = {f"has_{channel.value}": Exists(usable.filter(channel=channel)) for channel in Channel}
    return {"preferred": F(f"{way}preferred_channel")} | there


def reached(patient: str) -> dict[str, Any]:
    """Return the same as `reachable`, by joins: asked once for each row, however often a statement names the answer.

    Only for a statement about many: for a few, a database may read everybody's contact points.
    """
    points = f"{patient}__contact_points"
    usable = may_be_written_to(f"{points}__", f"{patient}__")
    joins = {
        f"by_{channel.value}": FilteredRelation(points, condition=usable & Q(**{f"{points}__channel": channel}))
        for channel in Channel
    }
    there = {
        f"has_{channel.value}": ExpressionWrapper(Q(**{f"by_{channel.value}__isnull": False}), BooleanField())
        for channel in Channel
    }
    return {"preferred": F(f"{patient}__preferred_channel")} | joins | there


def best_channel(source: Any, order: Sequence[Channel] = ()) -> tuple[Channel, bool]:
    """Return the first channel of ``order`` that reaches the person, and whether any does.

    Without an order it is the one they prefer, else the other. ``source`` is a row with the annotations of `reachable`.
    """
    return first_of(Channel(source.preferred), order, [one for one in Channel if getattr(source, f"has_{one.value}")])


def first_of(preferred: Channel, order: Sequence[Channel], usable: Collection[Channel]) -> tuple[Channel, bool]:
    """Return the same as `best_channel`, from the channels that may be used."""
    tried = order or (preferred, preferred.other)
    return next(((channel, True) for channel in tried if channel in usable), (tried[0], False))


def unreachable_words(order: Sequence[Channel] = ()) -> str:
    """Return in words for staff that no channel of an order reaches somebody: another one may, by which the clinic does not write."""
    names = {Channel.SMS: "phone number", Channel.EMAIL: "email address"}
    return f"There is no {' or '.join(names[one] for one in Channel if not order or one in order)} that may be used"


def is_usable(order: Sequence[Channel] = ()) -> Q:
    """Return whether any channel of an order reaches the person: `best_channel` as a condition of the database."""
    return reduce(or_, (Q(**{f"has_{channel.value}": True}) for channel in order or Channel))


def channel_of(order: Sequence[Channel] = ()) -> Case:
    """Return the channel that `best_channel` chooses, as a column."""
    tried = order or tuple(Channel)
    there = {channel: Q(**{f"has_{channel.value}": True}) for channel in tried}
    first = [] if order else [When(Q(preferred=one) & there[one], then=Value(one.value)) for one in tried]
    then = [When(there[one], then=Value(one.value)) for one in tried]
    nobody = Value(tried[0].value) if order else F("preferred")
    return Case(*first, *then, default=nobody, output_field=CharField())
