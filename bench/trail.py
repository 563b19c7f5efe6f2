"""The log of who did what, as long as the list of visits: linking and checking it; and a copy of everything, put back."""

import datetime as dt
import io
import os
import resource
import time
from collections.abc import Iterator
from itertools import cycle, islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bench.bulk import load
from bench.report import Row
from bench.world import World
from tests.postgres import client_programs

MILLION = 1_000_000
CHECK_SECONDS, RESTORE_SECONDS = 10, 60


def measure(world: World) -> Iterator[Row]:
    """Write as many entries as there are visits, link them, check the chain; then copy everything and put it back."""
    from django.utils import timezone

    from clinic import chain

    _look_at_everybody(world)
    began = time.perf_counter()
    linked = chain.seal(at=timezone.now())
    took = time.perf_counter() - began
    yield Row("Audit log, linked", world.engine, world.size, linked / took, "per s", note=f"{linked:,} in {took:.1f} s")
    yield _checked(world)
    yield _put_back(world)


def _look_at_everybody(world: World) -> None:
    """Write an entry for each visit, as if somebody had opened one person after the other."""
    from django.db import transaction

    from clinic.models import AuditEntry
    from patients.models import Patient

    people = list(Patient.objects.values_list("uid", flat=True))
    rows = ((uid,) for uid in islice(cycle(people), world.size))
    now = dt.datetime.now(dt.UTC)
    with transaction.atomic():
        load(
            AuditEntry, ("subject",), rows,
            clinic=world.clinic, actor=world.desk, at=now, action=AuditEntry.Action.READ, kind="patient",
        )  # fmt: skip


def _checked(world: World) -> Row:
    """Check the chain in a process of its own, so that its memory can be told."""
    from django.db import connections

    connections.close_all()
    context = get_context("fork")
    results = context.Queue()
    process = context.Process(target=_check_in_here, args=(results,))
    process.start()
    length, seconds, worked, grown = results.get(timeout=600)
    process.join()
    return Row(
        "Audit log, checked", world.engine, world.size, length / seconds, "per s",
        target=f"1M in {CHECK_SECONDS} s", met=seconds <= CHECK_SECONDS if world.size >= MILLION else None,
        note=f"{length:,} in {seconds:.1f} s, {worked:.1f} s computed, {grown:.0f} MiB more memory",
    )  # fmt: skip


def _check_in_here(results: Any) -> None:
    from clinic import chain

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began, worked = time.perf_counter(), time.process_time()
    verdict = chain.verify()
    seconds, worked = time.perf_counter() - began, time.process_time() - worked
    if verdict.wrong:
        raise ValueError(verdict.wrong)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    results.put((verdict.length, seconds, worked, grown))


def _put_back(world: World) -> Row:
    """Copy the database and put the copy in its place, with everything that `restore` proves."""
    from django.core.management import call_command

    os.environ["PATH"] = os.pathsep.join([*client_programs(), os.environ["PATH"]])
    printed = io.StringIO()
    began = time.perf_counter()
    call_command("backup", str(world.folder), stdout=printed)
    copied = time.perf_counter() - began
    file = Path(printed.getvalue().strip())
    began = time.perf_counter()
    call_command("restore", str(file), overwrite=True, stdout=io.StringIO())
    seconds = time.perf_counter() - began
    note = f"copied in {copied:.1f} s, {file.stat().st_size / 1e6:,.0f} MB"
    file.unlink()
    return Row(
        "Restored from a copy, and checked", world.engine, world.size, seconds, "s",
        target=f"1M visits with as many entries in {RESTORE_SECONDS} s",
        met=seconds <= RESTORE_SECONDS if world.size >= MILLION else None, note=note,
    )  # fmt: skip
