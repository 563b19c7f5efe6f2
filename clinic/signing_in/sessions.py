"""A session is a row that knows whose it is: it can be listed, and ended by deleting it.

How long it may rest is the moment at which it ends, kept in the row. Whatever a person does moves that moment on;
what a page asks by itself does not.
"""

import datetime as dt
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, SessionBase, UpdateError
from django.utils import timezone

from clinic.joined import Joined
from clinic.models import StaffSession, User

# ASVS 5.0, 7.3.1 and 7.3.2: an end after rest, and one whatever somebody does. A shift is over after twelve hours.
LONGEST = dt.timedelta(hours=12)
DEFAULT_REST = dt.timedelta(minutes=15)
# The end is moved on in steps, so that a busy person costs one write a minute.
STEP = dt.timedelta(minutes=1)
LASTING = Joined(
    "SELECT {columns} FROM clinic_staffsession session WHERE session.session_key = %s AND session.expire_date > %s",
    session=StaffSession,
)
_BEGAN, _DEVICE, _NETWORK = "began_at", "device", "network"


class SessionStore(db.SessionStore):
    """Django's sessions in the database, in rows that say whose they are."""

    @classmethod
    def get_model_class(cls) -> type[StaffSession]:
        """Return the model of the rows."""
        return StaffSession

    def _validate_session_key(self, key: str | None) -> bool:
        """Return whether it may be the key of a session: PostgreSQL refuses to look for some that are not."""
        long_enough = super()._validate_session_key(key)  # type: ignore[misc]
        return bool(long_enough) and set(VALID_KEY_CHARS).issuperset(key or "")

    def _get_session_from_db(self) -> StaffSession | None:
        """Read the row, and forget a key that has none: it may be somebody's guess."""
        for (row,) in LASTING.rows(self.session_key, timezone.now()):
            found: StaffSession = row
            return found
        self._session_key = None
        return None

    def save(self, must_create: bool = False) -> None:
        """Write the row, unless it was ended meanwhile: it stays so, and what the request did is answered as it was done."""
        try:
            super().save(must_create)
        except UpdateError:
            if StaffSession.objects.filter(session_key=self.session_key).exists():
                raise

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """Return the row to save."""
        row: Any = super().create_model_instance(data)
        row.user_id = data.get(SESSION_KEY)
        row.began_at = data.get(_BEGAN)
        row.device = data.get(_DEVICE, "")
        row.network = data.get(_NETWORK, "")
        row.seen_at = timezone.now()
        return row


def begin(session: SessionBase, *, device: str, network: str, at: dt.datetime) -> None:
    """Note when and where somebody signed in."""
    session[_BEGAN] = at.isoformat()
    session[_DEVICE] = device
    session[_NETWORK] = network
    session.set_expiry(at + DEFAULT_REST)


def ends_at(session: SessionBase) -> dt.datetime | None:
    """Return when a session ends if nobody does anything; None where that has not been settled yet."""
    end = session.get("_session_expiry")
    return dt.datetime.fromisoformat(end) if isinstance(end, str) else None


def stay(session: SessionBase, *, rest: dt.timedelta, at: dt.datetime) -> None:
    """Move the end of a session on, since somebody did something."""
    began = dt.datetime.fromisoformat(session.setdefault(_BEGAN, at.isoformat()))
    end = min(at + rest, began + LONGEST)
    now = ends_at(session)
    if now is None or end - now >= STEP or end < now:  # sooner, where the clinic lets people rest for less
        session.set_expiry(end)


def end_all(user: User, *, but: str | None = None) -> int:
    """End a person's sessions, on all their devices or on all others. The next request of each is a stranger's."""
    ended, _rows = StaffSession.objects.filter(user=user).exclude(session_key=but).delete()
    return ended
