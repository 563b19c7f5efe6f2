"""Pages as a reader has them."""

import re
from typing import Any


def text(response: Any) -> str:
    """Return a page as text with single spaces."""
    return re.sub(r"\s+", " ", response.content.decode())


def is_told_with_a_field(response: Any, words: str) -> bool:
    """Say whether a screen reader that comes to a field reads these words with it."""
    page = response.content.decode()
    found = re.search(rf'id="([^"]+)"[^<>]*>\s*{re.escape(words)}', page)
    return bool(found and re.search(rf'aria-describedby="(?:[^"]* )?{re.escape(found[1])}[" ]', page))
