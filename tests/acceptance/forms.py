"""What somebody finds on a page that refuses a form, read as a tree."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.test.html import Element, parse_html

RUDE = re.compile(r"\b(invalid|please|oops)\b", re.IGNORECASE)
TYPED = {"text", "search", "email", "tel", "url", "date", "time", "number", "password", "textarea", ""}
FOCUSABLE = {"input", "select", "textarea", "button", "a"}
# What nobody can mean, by the kind of box.
NONSENSE = {"date": "31 4", "time": "25:99", "number": "many", "email": "nobody", "tel": "12", "url": "here"}
TOO_LONG = "x" * 6000


@dataclass
class Form:
    """A form that is sent: where to, what stands in it, and the kind of each box that somebody types into."""

    method: str
    action: str
    values: dict[str, list[str]] = field(default_factory=dict)
    boxes: dict[str, str] = field(default_factory=dict)
    stuck: set[str] = field(default_factory=set)  # lists from which something is always chosen
    asked: set[str] = field(default_factory=set)
    novalidate: bool = False

    def empty(self) -> dict[str, list[str]]:
        """Return what is sent by somebody who fills nothing in: boxes go empty, lists without an empty line keep their first."""
        kept = {name: values for name, values in self.values.items() if name not in self.asked or name in self.stuck}
        return {name: [""] for name in self.boxes} | kept

    def nonsense(self) -> dict[str, list[str]]:
        """Return what is sent by somebody who puts into each box what it cannot be."""
        wrong = {name: [NONSENSE.get(kind, TOO_LONG)] for name, kind in self.boxes.items()}
        return self.values | wrong


def attribute(one: Element, name: str) -> str | None:
    """Return an attribute, "" for one without a value, None for none."""
    found = dict(one.attributes)
    return (found[name] or "") if name in found else None


def walk(one: Element) -> Iterator[Element]:
    """Yield everything inside, in reading order."""
    for child in one.children:
        if isinstance(child, Element):
            yield child
            yield from walk(child)


def words(one: Element) -> str:
    """Return the text inside."""
    parts = [words(child) if isinstance(child, Element) else str(child) for child in one.children]
    return re.sub(r"\s+", " ", " ".join(parts)).strip()


class Page:
    """A page as a tree."""

    def __init__(self, answer: Any) -> None:
        html = re.sub(
            r"<script.*?</script>|<template.*?</template>|<style.*?</style>",
            "",
            answer.content.decode(),
            flags=re.DOTALL,
        )
        self.root: Any = parse_html(html)
        self.all = list(walk(self.root))

    def by_id(self, key: str) -> Element | None:
        """Return the element with an id."""
        return next((one for one in self.all if attribute(one, "id") == key), None)

    def named(self, tag: str) -> list[Element]:
        """Return all elements of one kind."""
        return [one for one in self.all if one.name == tag]

    def of_class(self, name: str) -> list[Element]:
        """Return all elements of a class."""
        return [one for one in self.all if name in (attribute(one, "class") or "").split()]

    def groups_of(self, part: Element) -> Iterator[Element]:
        """Yield the groups of boxes that ask one question together, of which this is one."""
        groups = [one for one in self.all if one.name == "fieldset" or attribute(one, "role") == "group"]
        yield from (one for one in groups if one is part or any(inner is part for inner in walk(one)))

    def forms(self) -> list[Form]:
        """Return the forms that ask for something."""
        return [form for one in self.named("form") if (form := self._form(one)).asked]

    def _form(self, one: Element) -> Form:
        method = (attribute(one, "method") or "get").lower()
        form = Form(method, attribute(one, "action") or "", novalidate=attribute(one, "novalidate") is not None)
        key = attribute(one, "id")
        elsewhere = [box for box in self.all if key and attribute(box, "form") == key]
        for box in [*walk(one), *elsewhere]:
            name = attribute(box, "name")
            if name and box.name in {"input", "textarea", "select"} and attribute(box, "type") != "submit":
                _take(form, name, box)
        return form


def _take(form: Form, name: str, box: Element) -> None:
    """Note a box, what stands in it and how it is filled in."""
    kind = box.name if box.name != "input" else attribute(box, "type") or ""
    values = form.values.setdefault(name, [])
    if kind != "hidden":
        form.asked.add(name)
    if kind == "select":
        _take_list(form, name, box)
    elif kind in {"radio", "checkbox"}:
        values += [attribute(box, "value") or "on"] if attribute(box, "checked") is not None else []
    elif kind != "file":
        values.append(words(box) if kind == "textarea" else attribute(box, "value") or "")
    if kind in TYPED:
        form.boxes[name] = kind


def _take_list(form: Form, name: str, box: Element) -> None:
    lines = [one for one in walk(box) if one.name == "option"]
    chosen = [one for one in lines if attribute(one, "selected") is not None] or lines[:1]
    form.values[name] += [attribute(one, "value") or "" for one in chosen]
    if "" not in {attribute(one, "value") for one in lines}:
        form.stuck.add(name)


def faults(page: Page) -> list[str]:
    """Return what a refused page lacks."""
    return list(_faults(page))


def _faults(page: Page) -> Iterator[str]:
    [title] = page.named("title")[:1]
    if not words(title).startswith("Error:"):
        yield f"title: {words(title)}"
    summaries = page.of_class("error-summary")
    if len(summaries) != 1 or "There is a problem" not in words(summaries[0]):
        yield f"{len(summaries)} summaries"
        return
    for link in (one for one in walk(summaries[0]) if one.name == "a"):
        said, key = words(link), (attribute(link, "href") or "").removeprefix("#")
        target = page.by_id(key)
        if target is None:
            yield f"the link {key} leads nowhere: {said}"
        elif target.name not in FOCUSABLE and attribute(target, "tabindex") is None:
            yield f"{key} takes no focus: {said}"
        elif not _at_field(page, target, said):
            yield f"not at the field {key}: {said}"
    if rude := RUDE.search(words(page.named("main")[0])):
        yield f"says {rude[0]}"


def _at_field(page: Page, target: Element, said: str) -> bool:
    """Whether the same words stand where the box says what describes it, or in the group that it is one of."""
    keys = (attribute(target, "aria-describedby") or "").split()
    described = any((one := page.by_id(key)) is not None and said in words(one) for key in keys)
    return described or any(said in words(group) for group in page.groups_of(target))
