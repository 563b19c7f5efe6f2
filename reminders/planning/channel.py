"""Which way a person is written to."""

from django.db.models import Exists, OuterRef

from patients.models import Channel, ContactPoint


def reachable(patient: str) -> dict[str, Exists]:
    """Return annotations: is there a usable contact point on each channel? ``patient`` names the column of the id."""
    usable = ContactPoint.objects.usable().filter(patient=OuterRef(patient))
    return {f"has_{channel.value}": Exists(usable.filter(channel=channel)) for channel in Channel}


def best_channel(source: object) -> tuple[Channel, bool]:
    """Return the channel the patient prefers, else the other one, and whether there is any way to reach them.

    ``source`` is a row with the annotations of `reachable` and ``preferred``.
    """
    preferred = Channel(getattr(source, "preferred"))  # noqa: B009 (an annotation, unknown to the model)
    for channel in (preferred, preferred.other):
        if getattr(source, f"has_{channel.value}"):
            return channel, True
    return preferred, False
