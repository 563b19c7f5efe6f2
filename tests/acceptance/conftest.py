"""A clinic with one of everything, as the attacks have it."""

from tests.attacks.conftest import by_link, insider, mighty

__all__ = ["by_link", "insider", "mighty"]
