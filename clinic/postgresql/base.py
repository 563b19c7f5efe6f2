"""Django's connection to PostgreSQL, which looks before it asks.

Before the first statement of each request Django asks a connection that was kept whether it still answers. That is one
more question to the server for each request, a tenth of what a booking takes, and almost always the answer is yes.
"""

import select
from typing import Any

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

from clinic.postgresql.moments import MomentLoader


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that is asked whether it lives only where there is a reason to, and reads moments quickly."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open one. A cursor of another time zone than UTC gets a reader of its own from Django."""
        connection = super().get_new_connection(conn_params)
        connection.adapters.register_loader("timestamptz", MomentLoader)
        return connection

    def is_usable(self) -> bool:
        """Return whether the next statement can go to this connection.

        A server that ended it has said so or hung up, and both wait at the socket to be read. A host that vanished
        without a word is found out by the statement itself, as it would be by the question; a connection is kept for a
        minute at most (`clinic.databases`).
        """
        return self._rests() or super().is_usable()

    def _rests(self) -> bool:
        """Return whether it is open, in no transaction, and the server has sent nothing since the last answer."""
        if self.connection is None or self.connection.closed:
            return False
        if self.connection.info.transaction_status != TransactionStatus.IDLE:
            return False
        waiting = select.poll()
        waiting.register(self.connection.fileno(), select.POLLIN)
        return not waiting.poll(0)
