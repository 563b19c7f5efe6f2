"""What the two runs of the suite share: everything, but for what no database has a part in."""

import pytest
from django.db import connection


def once(why: str) -> pytest.MarkDecorator:
    """Run this only where the suite runs on SQLite, and say why in the summary of the other run."""
    return pytest.mark.skipif(connection.vendor != "sqlite", reason=f"{why}: tested in the run on SQLite")
