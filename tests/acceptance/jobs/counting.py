"""How many clicks and keys a job takes, counted by the page itself and held against what was promised."""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from playwright.sync_api import Locator, Page

from tests.servers.processes import ROOT

DOCS = ROOT / "docs" / "acceptance.md"
HEAD = ("| Job | Promised | Counted | Remark |", "| --- | --- | --- | --- |")
# Counted over all pages of a job: what a hand does, not what a script fires.
COUNT = """
const add = (name) => sessionStorage.setItem(name, String(Number(sessionStorage.getItem(name)) + 1));
addEventListener("click", (event) => { if (event.isTrusted && event.detail) add("click"); }, true);
addEventListener("keydown", (event) => { if (event.isTrusted && !event.repeat) add("key"); }, true);
"""
COUNTED = "Object.fromEntries(['click', 'key'].map((name) => [name, Number(sessionStorage.getItem(name))]))"
FORGET = "sessionStorage.removeItem('click'); sessionStorage.removeItem('key')"

# A number of each: clicks, keys, pages, fields, steps.
Effort = Mapping[str, int]


@dataclass(frozen=True)
class Job:
    """Something to get done: in words, what was promised, where it begins and how it is done.

    ``do`` may return what the page cannot count by itself. A promise that is missed needs a ``remark`` that says why.
    """

    words: str
    promised: Effort
    begin: Callable[[Page], object]
    do: Callable[[Page], Effort | None]
    remark: str = ""


def clicks(number: int) -> Effort:
    """Promise so many clicks, or taps."""
    return {"click": number}


def at(address: str) -> Callable[[Page], object]:
    """Begin on a page."""
    return lambda page: page.goto(address)


def here(page: Page) -> None:
    """Begin where the job before ended."""
    page.wait_for_load_state()


def write(field: Locator, text: str) -> None:
    """Write into a field in place of what is there: a click, unless the page has put the focus there. Letters count for nothing."""
    field.page.wait_for_load_state()  # a page puts the focus somewhere once it is there whole
    if not field.evaluate("one => one === document.activeElement"):
        field.click()
    field.evaluate("one => one.select()")
    field.page.keyboard.insert_text(text)


def count(page: Page, jobs: Iterable[Job]) -> list[str]:
    """Do the jobs; return their rows of the table."""
    rows = []
    for job in jobs:
        job.begin(page)
        page.evaluate(FORGET)
        more = job.do(page)
        counted: dict[str, int] = page.evaluate(COUNTED) | dict(more or {})
        most = job.promised or {"click": 0, "key": 0}
        missed = any(counted[unit] > number for unit, number in most.items())
        assert job.remark or not missed, f"{job.words}: {counted}"
        rows.append(f"| {job.words} | {said(job.promised)} | {said(counted)} | {job.remark} |")
    return rows


def said(effort: Effort) -> str:
    """Return the numbers in words."""
    parts = [f"{number} {unit}{'s' * (number > 1)}" for unit, number in effort.items() if number]
    return ", ".join(parts) or "0"


def check_table(name: str, rows: Iterable[str]) -> None:
    """Hold the rows against the table of that name in the documents; with WRITE_JOBS=1 write it anew."""
    text = DOCS.read_text()
    if os.environ.get("WRITE_JOBS"):
        around = re.compile(rf"(<!-- jobs: {name} -->\n).*?(<!-- /jobs -->)", re.DOTALL)
        table = "\n".join([*HEAD, *rows, ""])
        text = around.sub(lambda found: found[1] + table + found[2], text)
        DOCS.write_text(text)
    table = text.partition(f"<!-- jobs: {name} -->\n")[2].partition("<!-- /jobs -->")[0]
    assert table.splitlines() == [*HEAD, *rows], "run with WRITE_JOBS=1 to write the table anew"
