"""PostgreSQL's own programs reach the database as we do."""

from types import SimpleNamespace

import pytest

from clinic.backups import engines
from clinic.databases import database


def test_a_certificate_of_our_own_is_shown_by_them_too(monkeypatch: pytest.MonkeyPatch) -> None:
    files = "sslrootcert=/etc/ca.pem&sslcert=/etc/own.pem&sslkey=/etc/own.key"
    ours = database(f"postgresql://tw:secret@db.example:5433/clinic?sslmode=verify-full&{files}", pooled=False)
    monkeypatch.setattr(engines, "connection", SimpleNamespace(settings_dict=ours))
    assert dict(engines._address()) == {
        "PGDATABASE": "clinic",
        "PGUSER": "tw",
        "PGPASSWORD": "secret",
        "PGHOST": "db.example",
        "PGPORT": "5433",
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": "/etc/ca.pem",
        "PGSSLCERT": "/etc/own.pem",
        "PGSSLKEY": "/etc/own.key",
    }
