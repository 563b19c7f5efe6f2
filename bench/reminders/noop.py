"""A worker whose tasks do nothing, and one that leaves a file."""

import os
from pathlib import Path

from celery import Celery

app = Celery(broker=os.environ["NOOP_BROKER"])
app.conf.task_ignore_result = True


@app.task(name="noop")
def noop() -> None:
    """Do nothing."""


@app.task(name="say")
def say() -> None:
    """Say that all before were taken."""
    Path(os.environ["NOOP_DONE"]).touch()
