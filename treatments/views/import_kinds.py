"""The lists that staff import in the browser: what each is called and holds, and what reads and writes it."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO

from django.utils import timezone

from clinic.models import Clinic, User
from patients import diary_import
from patients.actions import diary
from patients.importing import Preview, Report
from treatments.referrals import columns, load


@dataclass(frozen=True)
class ImportKind:
    """One kind of list. ``name`` is that of its address, and what its files are kept under."""

    name: str
    heading: str
    label: str
    # A request has to be answered in seconds (2,000 people and 5,000 days take about four); longer lists go through `manage.py`.
    max_rows: int
    about: Mapping[str, str]
    cells: str
    example_file: str
    one: str
    many: str
    nothing_new: str
    example: Callable[[Clinic, dt.date], Iterable[tuple[str, ...]]]
    read: Callable[..., Any]
    preview: Callable[[Clinic, BinaryIO, User, dt.datetime], Preview[Any]]
    write: Callable[..., Report]

    @property
    def url(self) -> str:
        """Return the name of the address where a file is chosen."""
        return f"treatments:{self.name}"

    @property
    def most(self) -> str:
        """Return the limit as it is read."""
        return f"{self.max_rows:,}"

    @property
    def rows_template(self) -> str:
        """Return the part of a preview that shows its first rows."""
        return f"treatments/{self.name}_rows.html"

    def counted(self, number: int) -> str:
        """Say how many rows, as what they are."""
        return f"{number:,} {self.one if number == 1 else self.many}"


def _referral_example(clinic: Clinic, today: dt.date) -> Iterable[tuple[str, ...]]:
    injector = clinic.injectors.filter(active=True).exclude(email="").order_by("pk").first()
    return columns.example(today, injector.email if injector else "")


REFERRALS = ImportKind(
    name="import",
    heading="Import a referral list",
    label="Referral list (CSV)",
    max_rows=2000,
    about=columns.ABOUT,
    cells="A cell stays empty where nothing is known.",
    example_file="referrals.csv",
    one="person",
    many="people",
    nothing_new="Everybody who can be read from this list is here already, and nothing has changed.",
    example=_referral_example,
    read=load.open_list,
    preview=lambda clinic, stream, by, at: load.preview_referrals(clinic=clinic, stream=stream, by=by, at=at),
    write=load.import_referrals,
)
DIARIES = ImportKind(
    name="import_diaries",
    heading="Import headache diaries",
    label="List of diary days (CSV)",
    max_rows=5000,
    about=diary_import.ABOUT,
    cells="Every cell is filled in.",
    example_file="diary-days.csv",
    one="day",
    many="days",
    nothing_new="Every day that can be read from this list is here already, and nothing has changed.",
    example=lambda _clinic, _today: diary_import.EXAMPLE,
    read=lambda file, *, by, **rest: diary.open_diary(file, **rest),
    preview=lambda clinic, stream, _by, at: diary.preview_diary(clinic=clinic, stream=stream, at=at),
    write=partial(diary.import_diary, clock=timezone.now),
)
