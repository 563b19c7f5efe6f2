"""How many units a session had."""

from django.db.models import F, IntegerField, OuterRef, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce

from treatments.models import SessionEvent


def units_given() -> Coalesce:
    """Return, for a session, the units of its newest record; of one from before records were kept here, as a list told last."""
    told = SessionEvent.objects.filter(session=OuterRef("pk"), kind=SessionEvent.Kind.IMPORTED).order_by("-pk")
    listed = told.annotate(units=Cast(KT("after__units"), IntegerField())).values("units")
    return Coalesce(F("record__units_given"), Subquery(listed[:1]))
