"""How the time in which a change can be taken back is said."""

import pytest
from pytest_django import Settings

from clinic.undo_time import undo_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(180, "3 minutes"), (60, "1 minute"), (90, "90 seconds"), (45, "45 seconds"), (1, "1 second"), (0, "0 seconds")],
)
def test_it_is_said_in_minutes_where_these_are_whole(settings: Settings, seconds: int, words: str) -> None:
    settings.UNDO_SECONDS = seconds
    assert undo_words() == words
