"""Several processes that do something at the same time, and how long each act took."""

import gc
import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections

from bench.timing import percentile

Act = Callable[[], str]
PATIENCE = 120.0


@dataclass(frozen=True)
class Outcome:
    """What came of many acts: how often what, milliseconds of each, and seconds from the first to the last."""

    tally: Counter[str]
    took: list[float]
    seconds: float

    @property
    def rate(self) -> float:
        """Acts per second that came to "won"."""
        return self.tally["won"] / self.seconds

    @property
    def p99(self) -> float:
        """Milliseconds that 99 of 100 acts stayed below."""
        return percentile(self.took, 0.99)

    @property
    def odd(self) -> int:
        """Acts that ended otherwise than by winning or losing."""
        return sum(number for what, number in self.tally.items() if what not in {"won", "lost"})


def together(prepare: Callable[[int], Sequence[Act]], clients: int) -> Outcome:
    """Fork processes; each prepares its acts, all begin at the same moment, and each works through its own."""
    connections.close_all()
    context = multiprocessing.get_context("fork")
    start, results = context.Barrier(clients), context.Queue()
    runners = [context.Process(target=_run, args=(prepare, index, start, results)) for index in range(clients)]
    for runner in runners:
        runner.start()
    found = [results.get(timeout=PATIENCE) for _ in runners]
    for runner in runners:
        runner.join()
    began, ended = min(one[0] for one in found), max(one[1] for one in found)
    tally: Counter[str] = Counter()
    for one in found:
        tally += one[2]
    return Outcome(tally, [took for one in found for took in one[3]], ended - began)


def _run(prepare: Callable[[int], Sequence[Act]], index: int, start: Any, results: Any) -> None:
    acts = prepare(index)
    # As a process of the web server: connected, and with nothing for the collector to look through again and again.
    connections["default"].ensure_connection()
    gc.collect()
    gc.freeze()
    tally: Counter[str] = Counter()
    took = []
    start.wait()
    began = time.monotonic()
    for act in acts:
        at = time.perf_counter()
        tally[act()] += 1
        took.append((time.perf_counter() - at) * 1000)
    results.put((began, time.monotonic(), tally, took))
    connections.close_all()


def share(items: Sequence[Any], index: int, of: int) -> list[Any]:
    """Return every ``of``-th item, beginning at ``index``."""
    return list(items[index::of])
