"""How tests read patients' pages: as a person, and as the database."""

import re

from django.apps import apps
from django.test import Client


def everything() -> dict[str, list[object]]:
    """Return every row of every table."""
    return {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in apps.get_models()}


def words(page: bytes) -> str:
    """Return what a reader sees of a page."""
    text = re.sub(r"<(script|style).*?</\1>", " ", page.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def answer(phone: Client, link: str, what: str, version: str = "1") -> int:
    return phone.post(f"{link}{what}/", {"version": version}).status_code


def born(day: int | str, month: int | str, year: int | str) -> dict[str, str]:
    """Return a date of birth as its three boxes send it."""
    return {"born_day": str(day), "born_month": str(month), "born_year": str(year)}
