"""Pages as a reader has them."""

import re
from typing import Any


def text(response: Any) -> str:
    """Return a page as text with single spaces."""
    return re.sub(r"\s+", " ", response.content.decode())
