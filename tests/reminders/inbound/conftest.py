"""A gateway whose secret is known."""

import pytest
from pytest_django import Settings

from tests.reminders.calls import SECRET


@pytest.fixture(autouse=True)
def secret(settings: Settings) -> None:
    """The gateway signs with this."""
    settings.SMS_GATEWAY_TOKEN = SECRET
