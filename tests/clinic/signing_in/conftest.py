"""What tests of the log-in share."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache

PASSWORD = "a long enough password"


@pytest.fixture(autouse=True)
def _may_rest() -> None:
    """Let nobody rest for longer than their clinic says: here it matters."""


@pytest.fixture(autouse=True)
def _no_tries_yet(db: None) -> Iterator[None]:
    """Forget the tries of other tests, which came from the same address."""
    cache.clear()
    yield
    cache.clear()
