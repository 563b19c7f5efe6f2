"""The lines of the export: one statement for all of them, handed on as the database finds them."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from clinic.models import Clinic
from treatments.log.rows import sessions
from treatments.lots import BETWEEN

# What is selected below, in that order: no objects, since there can be a million.
Line = tuple[Any, ...]
# So many rows PostgreSQL hands over at a time.
_AT_ONCE = 100

# The visits of every course that is asked for are numbered in one go: looked up for each visit, what was given before it
# took half the time, and more with every year. The same as `days.with_cycle`, by which pages show a few. All is read as
# text: to make objects of days and moments took longer than all else of a row. It becomes text behind the sort, which is
# told twice for that, and done once: as text it takes twice the room in it. Lots are looked up behind it, too: the first
# line can only be written when all are sorted, and from then on the database has time to spare.
_SQL = """
SELECT
    CAST(found.local_date AS text), CAST(found.starts_at AS text), found.status,
    found.record_number, found.given_name, found.family_name,
    CAST(found.cycle AS text), CAST(found.last_given_on AS text), found.injector,
    CAST(found.units_given AS text), CAST(found.sites_given AS text), CAST(found.units_wasted AS text),
    (SELECT {joined}(vial.lot, %s) FROM treatments_vial vial WHERE vial.record_id = found.record_id),
    found.signed_by, CAST(found.signed_at AS text), CAST(found.took_place_on AS text)
FROM (
    SELECT
        visit.id, visit.local_date, visit.starts_at, visit.status,
        patient.record_number, patient.given_name, patient.family_name,
        visit.given + course.cycles_before + 1 AS cycle, visit.last_given_on, injector.name AS injector,
        visit.record_id, record.units_given, record.sites_given, record.units_wasted,
        signer.full_name AS signed_by, record.signed_at, visit.took_place_on
    FROM (
        SELECT
            id, course_id, injector_id, record_id, status, starts_at, local_date,
            coalesce(given_on, local_date) AS took_place_on,
            count(given_on) OVER earlier AS given, max(given_on) OVER earlier AS last_given_on
        FROM treatments_treatmentsession
        WHERE {numbered}
        WINDOW earlier AS (
            PARTITION BY course_id ORDER BY coalesce(given_on, local_date)
            GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        )
    ) visit
    JOIN treatments_course course ON course.id = visit.course_id
    JOIN patients_patient patient ON patient.id = course.patient_id
    JOIN clinic_injector injector ON injector.id = visit.injector_id
    LEFT JOIN treatments_sessionrecord record ON record.id = visit.record_id
    LEFT JOIN clinic_user signer ON signer.id = record.signed_by_id
    WHERE {wanted}
    ORDER BY visit.starts_at DESC, visit.id DESC
) found
ORDER BY found.starts_at DESC, found.id DESC
"""

# What a filter finds is asked for each visit (EXISTS): SQLite would hold a list of them in memory. Whoever wants all visits
# of a clinic is spared both questions, a sixth of the database's work.
_NUMBERED = "course_id IN ({courses})"
_WANTED = "EXISTS (SELECT 1 FROM ({visits}) wanted WHERE wanted.id = visit.id)"


def pieces(rows: QuerySet[Any], clinic: Clinic, size: int) -> Iterator[list[Line]]:
    """Yield these sessions of a clinic, the newest first, ``size`` at a time: so many are held in memory, however many there are."""
    found = _found(rows.order_by(), clinic)
    while piece := list(islice(found, size)):
        yield piece


def _found(rows: QuerySet[Any], clinic: Clinic) -> Iterator[Line]:
    numbered, wanted, values = _asked(rows, clinic)
    on_postgresql = connection.vendor == "postgresql"
    sql = _SQL.format(numbered=numbered, wanted=wanted, joined="string_agg" if on_postgresql else "group_concat")
    with connection.cursor() as cursor:
        if on_postgresql:
            # `execute` would fetch them all before the first is seen.
            yield from cursor.stream(sql, (BETWEEN, *values), size=_AT_ONCE)
        else:
            yield from cursor.execute(sql, (BETWEEN, *values))


def _asked(rows: QuerySet[Any], clinic: Clinic) -> tuple[str, str, tuple[Any, ...]]:
    """Return which visits are numbered, which of those are wanted, and the values of both."""
    visits, values = rows.values("id").query.sql_with_params()
    if (visits, values) == sessions(clinic).order_by().values("id").query.sql_with_params():
        return "clinic_id = %s", "TRUE", (clinic.pk,)
    courses, _ = rows.values("course").query.sql_with_params()
    return _NUMBERED.format(courses=courses), _WANTED.format(visits=visits), (*values, *values)
