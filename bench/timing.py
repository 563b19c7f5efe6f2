"""How long something takes. No framework: what measures others uses it too, under another Python environment."""

import statistics
import time
from collections.abc import Callable
from typing import Any, NamedTuple


class Took(NamedTuple):
    """Milliseconds of an act: by the clock on the wall, and how many of them this process computed.

    The second is what a machine that does other things at the same time cannot stretch at will.
    """

    wall: float
    computed: float


def median(act: Callable[[], Any], times: int = 9, warm: int = 2) -> Took:
    """Return the medians of an act, after some runs that do not count."""
    took = []
    for number in range(times + warm):
        began, worked = time.perf_counter(), time.process_time()
        act()
        if number >= warm:
            took.append(((time.perf_counter() - began) * 1000, (time.process_time() - worked) * 1000))
    return Took(*(statistics.median(column) for column in zip(*took, strict=True)))


def median_ms(act: Callable[[], Any], times: int = 9, warm: int = 2) -> float:
    """Return the median milliseconds of an act, after some that do not count."""
    return median(act, times, warm).wall


def percentile(values: list[float], share: float) -> float:
    """Return the value that so large a share of all lies at or below."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
