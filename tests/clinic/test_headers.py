"""What browsers are told about our pages, and that the pages keep to it: nothing inline, every script known by number."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings

from clinic.models import Clinic, Role, User
from reminders.links import make_diary_link
from tests.addresses import STAFF
from tests.builders import NOW, PASSWORD, make_patient, make_user
from tests.conftest import log_in
from tests.engines import once
from tests.world import World

TEMPLATES = sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))
SCRIPT = re.compile(r"<script\b[^>]*>")
WITH_NUMBER = 'nonce="{{ request.csp_nonce }}"'


class Inline(HTMLParser):
    """Collects what a strict policy refuses, and the numbers of the scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.refused: list[str] = []
        self.numbers: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at an element and its attributes."""
        said = dict(attrs)
        if tag == "style":
            self.refused.append("<style>")
        if tag == "script":
            self.numbers.add(said.get("nonce") or "")
            if "src" not in said:
                self.refused.append("<script> without a file")
        for name, value in said.items():
            if name == "style" or name.startswith(("on", "hx-on")) or (value or "").strip().startswith("javascript:"):
                self.refused.append(f"{tag} {name}={value}")


def policy(answer: Any) -> dict[str, list[str]]:
    """Return the Content-Security-Policy of an answer by directive."""
    parts = [part.split() for part in answer["Content-Security-Policy"].split(";")]
    return {part[0]: part[1:] for part in parts}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR / "templates")))
def test_a_script_in_a_template_carries_the_number_of_the_answer(template: Path) -> None:
    assert [tag for tag in SCRIPT.findall(template.read_text()) if WITH_NUMBER not in tag] == []


@once("a page is drawn from the same templates on every database")
def test_no_page_has_anything_inline_and_every_script_its_number(riverside: Clinic) -> None:
    world, seen = World(riverside), set()
    for role in (Role.ADMIN, Role.PRESCRIBER):
        client = log_in(make_user(f"{role}@riverside.example", "Ada All", (riverside, role)))
        for name in sorted(STAFF):
            answer: Any = client.get(world.url(name))
            if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
                continue
            seen.add(name)
            found = Inline(answer.content.decode())
            assert found.refused == [], name
            assert {f"'nonce-{number}'" for number in found.numbers} <= set(policy(answer)["script-src"]), name
    assert len(seen) > 40


def test_the_policy_names_everything_and_allows_nothing_else(client: Client, db: None) -> None:
    said = policy(client.get("/log-in/"))
    assert said["default-src"] == said["object-src"] == said["base-uri"] == said["frame-ancestors"] == ["'none'"]
    assert said["style-src"] == said["connect-src"] == said["form-action"] == ["'self'"]
    assert len(said["script-src"]) == 1
    assert not [word for words in said.values() for word in words if "unsafe" in word or word in {"*", "https:"}]


def test_no_two_answers_share_a_number(client: Client, db: None) -> None:
    first, second = (policy(client.get("/log-in/"))["script-src"] for _ in range(2))
    assert first != second


def test_a_page_says_what_it_never_does_and_who_may_keep_it(front_desk: User) -> None:
    answer = log_in(front_desk).get("/today/")
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]
    assert "no-store" in answer["Cache-Control"]


def test_a_secret_address_is_told_to_no_site(riverside: Clinic, client: Client) -> None:
    patient, by = make_patient(riverside), make_user("p@riverside.example", "Pat", (riverside, Role.PRESCRIBER))
    _link, address = make_diary_link(patient=patient, by=by, at=NOW)
    right = "/" + address.split("/", 3)[3]
    for path in (right, right.rstrip("/") + "x/"):
        answer = client.get(path)
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "no-store" in answer["Cache-Control"]


@override_settings(SECURE_SSL_REDIRECT=True, SECURE_HSTS_SECONDS=31_536_000, SECURE_HSTS_INCLUDE_SUBDOMAINS=True)
def test_everything_goes_by_https_for_a_year(client: Client, db: None) -> None:
    assert client.get("/log-in/")["Location"] == "https://testserver/log-in/"
    assert client.get("/log-in/", secure=True)["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_a_name_that_is_not_ours_is_refused(client: Client, db: None) -> None:
    assert client.get("/log-in/", headers={"host": "evil.example"}).status_code == 400


def test_no_script_can_read_a_cookie_and_no_other_site_can_send_one(client: Client, front_desk: User) -> None:
    client.post("/log-in/", {"login": front_desk.email, "password": PASSWORD})
    client.post("/theme/", {"theme": "dark"})
    for name in (settings.CSRF_COOKIE_NAME, settings.SESSION_COOKIE_NAME, "theme"):
        cookie = client.cookies[name]
        assert cookie["httponly"], name
        assert cookie["samesite"] == "Lax", name
