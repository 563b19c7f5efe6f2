"""The running stack and the browser, as the tests of the stack have them; a clinic with one of everything, as those of attacks."""

from tests.attacks.conftest import _harbour, by_link, insider, mighty, world
from tests.stack.conftest import browser, browser_page, pytest_collection_modifyitems, stack

__all__ = [
    "_harbour",
    "browser",
    "browser_page",
    "by_link",
    "insider",
    "mighty",
    "pytest_collection_modifyitems",
    "stack",
    "world",
]
