"""The menus of rows, one for each way a visit can stand: a page of hundreds of rows carries each once, in a template.

static/js/row_menu.js puts a row's own values where the marks below stand.
"""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from clinic.models import Membership
from treatments import moves
from treatments.models import Status, TreatmentSession
from treatments.models.session import OPEN

VISIT, PATIENT = UUID(int=0), UUID(int=1)
KEY, VERSION, NAME = "the-key", "the-version", "the-name"

_ASKED = TreatmentSession.Answer.ASKED_TO_MOVE
_STANDS = (
    *((status, "") for status in Status if status != Status.GIVEN_BEFORE),
    (Status.BOOKED, _ASKED),
)


def menu_of(session: TreatmentSession) -> str:
    """Return which of the menus is a visit's. One whose course has ended is as good as done: no step of it is left."""
    if session.course.closed_on is not None:
        return Status.DONE
    return _ASKED if session.chip == _ASKED else session.status


def row_menus(membership: Membership | None, *, ahead: bool) -> Iterator[dict[str, Any]]:
    """Yield what the template of a row's menu needs, for each menu a row may have. ``ahead``: on a day to come."""
    for status, answer in _STANDS:
        yield {
            "name": answer or status,
            "patient": SimpleNamespace(uid=PATIENT, full_name=NAME),
            "session": SimpleNamespace(pk=KEY, uid=VISIT, status=status.value, answer=answer, version=VERSION),
            "notable": status in OPEN,
            # Who asked for another time and comes all the same: the button of such a row is Move.
            "others": [move for move in moves.offered(status, membership, ahead=ahead) if answer or not move.forward],
        }
