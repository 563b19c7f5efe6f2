"""What a run that broke off has measured: the next one of the same choice goes on behind it."""

import datetime as dt
import json
from pathlib import Path

from bench.report import ROOT

NOTES = ROOT / "var" / "bench_under_way.json"


class UnderWay:
    """The steps of a run that are done, kept beside the code until all of them are."""

    def __init__(self, choice: str, notes: Path = NOTES) -> None:
        self._choice, self._notes = choice, notes
        self._began = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
        self.done: list[str] = []

    def take_up(self) -> None:
        """Go on behind the last run, if that had the same choice."""
        if not self._notes.exists():
            return
        last = json.loads(self._notes.read_text())
        if last["choice"] == self._choice:
            self.done, self._began = last["done"], last["began"]
            print(f"Going on with the run that began at {self._began}; FRESH=1 starts over.", flush=True)

    def note(self, step: str) -> None:
        """Write down that a step is done, and its rows are kept."""
        self.done.append(step)
        self._notes.parent.mkdir(exist_ok=True)
        self._notes.write_text(json.dumps({"choice": self._choice, "began": self._began, "done": self.done}))

    def end(self) -> None:
        """Forget it: the next run begins anew."""
        self._notes.unlink(missing_ok=True)
