"""The table of steps, as people read it in the documentation."""

from pathlib import Path

from clinic.access import CAPABILITIES
from clinic.models import Role
from treatments.models import Status
from treatments.moves import MOVES, Move, find

PAGE = Path(__file__).parents[2] / "docs" / "visit-steps.md"


def line(move: Move) -> str:
    """Return the line of the documentation that a move must have."""
    who = ", ".join(role.label for role in Role if move.capability in CAPABILITIES[role])
    seen = Status(move.seen).label
    how = "signing the record" if move.to == Status.DONE else f"*{move.label}*"
    return f"| {seen} | {Status(move.to).label} | {how} | {move.key} | {'yes' if move.needs_reason else ''} | {who} |"


def test_the_documentation_lists_the_steps_that_are_allowed_and_no_others() -> None:
    rows = [row for row in PAGE.read_text().splitlines() if row.startswith("|")][2:]
    assert rows == [line(move).replace("|  |", "| |").replace("|  |", "| |") for move in MOVES]


def test_nothing_follows_a_session_that_was_given() -> None:
    assert not [move for move in MOVES if move.seen in {Status.DONE, Status.GIVEN_BEFORE}]
    assert find(Status.DONE, Status.CANCELLED) is None


def test_every_step_is_listed_once_and_no_key_means_two_things() -> None:
    assert len({(move.seen, move.to) for move in MOVES}) == len(MOVES)
    keys = [(move.seen, move.key) for move in MOVES if move.key]
    assert len(set(keys)) == len(keys)
