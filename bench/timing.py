"""How long something takes. No framework: what measures others uses it too, under another Python environment."""

import statistics
import time
from collections.abc import Callable
from typing import Any


def median_ms(act: Callable[[], Any], times: int = 9, warm: int = 2) -> float:
    """Return the median milliseconds of an act, after some that do not count."""
    return statistics.median(times_ms(act, times, warm))


def times_ms(act: Callable[[], Any], times: int, warm: int = 0) -> list[float]:
    """Return the milliseconds that each of some runs took."""
    took = []
    for number in range(times + warm):
        began = time.perf_counter()
        act()
        if number >= warm:
            took.append((time.perf_counter() - began) * 1000)
    return took


def percentile(values: list[float], share: float) -> float:
    """Return the value that so large a share of all lies at or below."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
