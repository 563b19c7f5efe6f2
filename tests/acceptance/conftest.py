"""A clinic with one of everything, as the attacks have it."""

from tests.attacks.conftest import _harbour, by_link, insider, mighty, world

__all__ = ["_harbour", "by_link", "insider", "mighty", "world"]
