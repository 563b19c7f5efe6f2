"""What was sent and no page wanted to read, as when somebody sends a list after being logged out."""

import time
from contextlib import suppress
from typing import Any

# More than any proxy in front lets through, and as long as gunicorn itself listens to a rest that is shorter.
BYTES = 32_000_000
SECONDS = 5.0


def post_request(worker: Any, request: Any, *_: Any, seconds: float = SECONDS) -> None:
    """Read the rest of it, after the answer.

    A connection that ends in the middle of a body takes the answer along: Caddy was seen to say 502 instead of it.
    """
    left, until = BYTES, time.monotonic() + seconds
    with suppress(OSError):  # whoever sends it has gone, or is slow
        while left > 0 and (remaining := until - time.monotonic()) > 0:
            request.unreader.sock.settimeout(remaining)
            part = request.body.read(4096)
            if not part:
                return
            left -= len(part)
