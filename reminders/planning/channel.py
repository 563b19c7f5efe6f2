"""Which way a person is written to."""

from collections.abc import Sequence

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When

from patients.models import Channel, ContactPoint


def reachable(patient: str) -> dict[str, Exists]:
    """Return annotations: is there a usable contact point on each channel? ``patient`` names the column of the id."""
    usable = _usable(patient)
    return {f"has_{channel.value}": Exists(usable.filter(channel=channel)) for channel in Channel}


def _usable(patient: str) -> QuerySet[ContactPoint]:
    return ContactPoint.objects.usable().filter(patient=OuterRef(patient))


def best_channel(source: object, order: Sequence[Channel] = ()) -> tuple[Channel, bool]:
    """Return the first channel of ``order`` that reaches the person, and whether any does.

    Without an order it is the one they prefer, else the other. ``source`` is a row with the annotations of
    `reachable` and ``preferred``.
    """
    preferred = Channel(getattr(source, "preferred"))  # noqa: B009 (an annotation, unknown to the model)
    tried = order or (preferred, preferred.other)
    for channel in tried:
        if getattr(source, f"has_{channel.value}"):
            return channel, True
    return tried[0], False


def is_usable(patient: str, order: Sequence[Channel] = ()) -> Q:
    """Return whether any channel of an order reaches the person: `best_channel` as a condition of the database."""
    return Q(Exists(_usable(patient).filter(channel__in=order or Channel)))


def channel_of(order: Sequence[Channel] = ()) -> Case:
    """Return the channel that `best_channel` chooses, as a column. What costs nothing to ask is asked first."""
    tried = order or tuple(Channel)
    reached = {channel: Q(**{f"has_{channel.value}": True}) for channel in tried}
    first = [] if order else [When(Q(preferred=one) & reached[one], then=Value(one.value)) for one in tried]
    then = [When(reached[one], then=Value(one.value)) for one in tried]
    nobody = Value(tried[0].value) if order else F("preferred")
    return Case(*first, *then, default=nobody, output_field=CharField())
