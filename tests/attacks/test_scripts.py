"""Script in everything that people type: each box of each form, each question in an address, each stored text.

What was typed is found on the pages again only as words: never as a tag, never as an attribute of one.
"""

from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, models, transaction
from django.test import Client
from django.urls import reverse

from clinic.fields import EncryptedTextField
from patients.models import Patient
from tests.addresses import STAFF
from tests.attacks.reading import Page, body_of, page_of
from tests.attacks.test_foreign_objects import forms_of
from tests.engines import once
from tests.treatments.referrals.lists import NEVER_TREATED, NO_AUTHORIZATION, as_csv, row
from tests.world import World
from treatments.referrals.columns import COLUMNS

SCRIPT = "'\"><xss data-xss onload=xss()>{{ 7|add:7 }}</textarea></script>"
SHORT = "'\"><xss>"
# Columns that the database or the code reads as one of a few words, or that lead somewhere.
NOT_WORDS = {
    "slug",
    "email",
    "password",
    "token_hash",
    "timezone",
    "country",
    "subdivision",
    "language",
    "kind",
    "key",
    "phone",
    "drug_class",
    "ContactPoint.address",
    "HookCall.name",
}


def marks(page: Page) -> list[str]:
    """Return the tags that what was typed has made or changed."""
    return [tag for tag, found in page.tags if tag == "xss" or any("xss" in name for name in found)]


def test_no_form_that_is_shown_again_runs_what_was_typed(world: World, insider: Client, settings: Any) -> None:
    settings.DEMO = True
    ran, shown = [], 0
    for action, form in forms_of(insider, world).items():
        with transaction.atomic():
            fields = {name: values[:1] or [""] for name, values in form.values.items()}
            answer: Any = insider.post(action, fields | {key: [SCRIPT] for key in form.free})
            page = page_of(answer)
            shown += "&lt;xss" in answer.content.decode() if page else 0
            ran += [action] if page and marks(page) else []
            transaction.set_rollback(True)
    assert ran == []
    assert shown > 10


@once("a page is drawn from the same words on every database")
def test_no_question_in_an_address_is_run(world: World, insider: Client, settings: Any) -> None:
    settings.DEMO = True
    asked = dict.fromkeys(
        ["q", "next", "date", "tab", "page", "injector", "status", "lot", "after", "first", "payer", "month", "text"],
        SCRIPT,
    )
    pages = {name: page_of(insider.get(world.url(name), asked)) for name in sorted(STAFF)}
    assert [name for name, page in pages.items() if page and marks(page)] == []


@once("a page is drawn from the same words on every database")
def test_no_stored_text_is_run_on_any_page(
    world: World, insider: Client, by_link: dict[str, str], settings: Any
) -> None:
    settings.DEMO = True
    spoilt = spoil()
    assert {"Patient.given_name", "Room.name", "Injector.name", "InboundMessage.body", "LogView.name"} <= spoilt
    seen, ran = 0, []
    for url in [*(world.url(name) for name in sorted(STAFF)), *by_link.values()]:
        answer: Any = insider.get(url)
        body, html = body_of(answer).decode(errors="replace"), answer.headers["Content-Type"].startswith("text/html")
        seen += "&lt;xss" in body
        ran += [url] if html and marks(Page(body)) else []
    assert ran == []
    assert seen > 30


def test_nothing_in_a_list_that_is_imported_is_run(
    world: World, insider: Client, settings: Any, tmp_path: Path
) -> None:
    """Each column in turn, in rows that are refused for it; and names full of it, in one that is taken."""
    settings.VAR_DIR = tmp_path
    named = {"mrn": "XS000099", "given_name": SHORT, "family_name": SHORT, "payer": SHORT, "injector": ""}
    taken = row(99, **named, **NEVER_TREATED, **NO_AUTHORIZATION)
    spoilt = [row(number, **{column: SCRIPT}) for number, column in enumerate(COLUMNS)]
    upload = SimpleUploadedFile("list.csv", as_csv([taken, *spoilt]).read(), "text/csv")
    preview = insider.post(reverse("treatments:import"), {"file": upload})["Location"]
    pages = [insider.get(preview), insider.post(f"{preview}confirm/", {"leave_out": "yes"}, follow=True)]
    person = Patient.objects.get(record_number="XS000099")
    pages.append(insider.get(reverse("patients:detail", args=[person.uid])))
    bodies = [page.content.decode() for page in pages]
    assert [marks(Page(body)) for body in bodies] == [[], [], []]
    assert ["&lt;xss" in body for body in bodies] == [True, False, True]  # the result only counts


def spoil(long: str = SCRIPT, short: str = SHORT) -> set[str]:
    """Write script, or what else is given, into every text of every row that takes it; return which columns did."""
    spoilt = set()
    ours = (model for model in apps.get_models() if model.__name__ not in {"StaffSession", "ContentType"})
    for model in ours:
        for field in model._meta.concrete_fields:
            words = isinstance(field, (models.CharField, models.TextField, EncryptedTextField))
            if (
                not words
                or field.choices
                or field.unique
                or {field.name, f"{model.__name__}.{field.name}"} & NOT_WORDS
                or field.primary_key
            ):
                continue
            text = long if (field.max_length or 1000) >= len(long) else short
            try:
                with transaction.atomic():
                    if model._base_manager.update(**{field.name: text}):
                        spoilt.add(f"{model.__name__}.{field.name}")
            except DatabaseError:
                continue  # signed rows and the like refuse every change
    return spoilt
