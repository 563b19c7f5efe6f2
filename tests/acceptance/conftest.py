"""The running stack and the browser, as the tests of the stack have them."""

from tests.stack.conftest import browser, browser_page, pytest_collection_modifyitems, stack

__all__ = ["browser", "browser_page", "pytest_collection_modifyitems", "stack"]
