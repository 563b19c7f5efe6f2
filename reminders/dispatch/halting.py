"""A stop that is asked for while messages go out: the one in hand is finished, and the others are given back.

Whoever stops a worker waits a minute for it, a round lasts for up to half a lease. What is killed in between leaves one
message in doubt, which may go out twice, and keeps the others waiting until the lease has run out.
"""

import mmap

# The stop is heard in the worker's first process, and the sending is done in those it parted into: they share this byte.
_asked = mmap.mmap(-1, 1)


def ask() -> None:
    """Let whoever sends stop after the message in hand."""
    _asked[0] = 1


def asked() -> bool:
    """Return whether somebody waits for the end."""
    return _asked[0] == 1


def take_back() -> None:
    """Forget that it was asked for."""
    _asked[0] = 0
