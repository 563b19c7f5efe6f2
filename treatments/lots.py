"""The lots that a session used, as one column of its row: a list of them costs no question of its own."""

from typing import Any

from django.db.models import Aggregate, OuterRef, Subquery, TextField, Value

from treatments.models import Vial

# Stands between the lots; nothing that is typed holds it.
BETWEEN = "\x1f"


class _StringAgg(Aggregate):
    """The texts of several rows as one."""

    function = "STRING_AGG"
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """SQLite has its own name for it."""
        return self.as_sql(compiler, connection, function="GROUP_CONCAT", **more)


def lots_used() -> Subquery:
    """Return, for a session, what `lot_words` reads: the lot of each vial of its newest record."""
    vials = Vial.objects.filter(record=OuterRef("record")).order_by().values("record")
    return Subquery(vials.annotate(lots=_StringAgg("lot", Value(BETWEEN))).values("lots"))


def lot_words(found: str | None) -> str:
    """Return each lot once, in order, with spaces between them; "" where nothing was used."""
    return " ".join(sorted(set(found.split(BETWEEN)))) if found else ""
