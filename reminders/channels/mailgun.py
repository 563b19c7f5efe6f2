"""Mail through Mailgun's interface, by calls that end."""

from typing import Any

import requests
from anymail.backends import mailgun

from reminders.channels.bounded import BoundedSession


class EmailBackend(mailgun.EmailBackend):  # type: ignore[misc]
    """django-anymail's, over sessions that a slow answer does not hold."""

    def create_session(self) -> requests.Session:
        """Return a session; connecting may take as long as answering."""
        usual: Any = super().create_session()
        session = BoundedSession(2 * self.timeout)
        session.headers, session.hooks = usual.headers, usual.hooks
        return session
