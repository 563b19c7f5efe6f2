"""What is written with each visit writes no index twice."""

import pytest
from django.apps import apps
from django.db import connection

GROWING = [
    *("clinic.AuditEntry", "patients.DiaryDay", "reminders.Delivery", "reminders.Reminder"),
    *("treatments.TreatmentSession", "treatments.SessionEvent", "treatments.SessionRecord"),
    *("treatments.Injection", "treatments.SafetyAnswer", "treatments.Vial"),
]


@pytest.mark.parametrize("label", GROWING)
def test_no_index_is_the_beginning_of_another(label: str, db: None) -> None:
    columns = indexes(apps.get_model(label)._meta.db_table)
    twice = [
        (one, other)
        for one in columns
        for other in columns
        if one != other and columns[other][: len(columns[one])] == columns[one]
    ]
    assert columns
    assert twice == []


def indexes(table: str) -> dict[str, list[str]]:
    """Return the columns of each index over the whole table, by its name; those over some of its rows stand for others."""
    asked = {
        "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s",
        "sqlite": "SELECT name, coalesce(sql, '') FROM sqlite_master WHERE type = 'index' AND tbl_name = %s",
    }
    with connection.cursor() as cursor:
        cursor.execute(asked[connection.vendor], [table])
        of_some_rows = {name for name, sql in cursor.fetchall() if " WHERE " in sql}
        found = connection.introspection.get_constraints(cursor, table)
    return {
        name: one["columns"]
        for name, one in found.items()
        if name not in of_some_rows and one["columns"] and (one["index"] or one["unique"] or one["primary_key"])
    }
