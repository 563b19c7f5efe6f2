"""Following every link and trying every question of every page, as each role: nothing breaks and nothing leads nowhere."""

import itertools
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from clinic import access
from clinic.access import Capability
from clinic.demo.logins import LOGINS
from clinic.models import Role, User
from tests.attacks.conftest import NOON
from tests.attacks.reading import Page, body_of, page_of
from tests.conftest import log_in
from tests.engines import once

# The same page about another person or day is looked at this often.
ALIKE = 2
ODD = ("abc", "-1", "9" * 20, "2026-02-30", "0001-01-01", "9999-12-31", "\x00", "'\"; --", "x" * 3000)
EACH = 2  # of those, in turn, so that every value meets many questions
ROLES = {role: login for login in reversed(LOGINS) for role in login.roles.values()}
# On every engine walks the admin, who works at two clinics, and somebody who may do everything, as the last test has it.
PART = once("what this role sees is part of what somebody sees who may do everything")


class Crawler:
    """Somebody who clicks on everything."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.seen: Counter[Any] = Counter()
        self.questions: dict[str, set[str]] = {}
        self.broken: list[str] = []
        self.examples: dict[str, str] = {}

    def crawl(self, start: str) -> None:
        """Visit whatever can be reached."""
        queue = [(start, "")]
        while queue:
            url, source = queue.pop(0)
            if not self._new(url):
                continue
            response: Any = self.client.get(url)
            page = page_of(response)
            if response.status_code >= 400:
                self.broken.append(f"{response.status_code} {url} (from {source})")
            if response.status_code in {301, 302}:
                queue.append((urljoin(url, response.url), url))
            elif page:
                queue += [(target, url) for target in self._targets(url, page)]

    def _new(self, url: str) -> bool:
        parts = urlsplit(url)
        if parts.netloc or parts.scheme or parts.path.startswith(f"/{settings.STATIC_URL.strip('/')}/"):
            return False
        try:
            name = resolve(parts.path).view_name
        except Resolver404:
            self.broken.append(f"no such address: {url}")
            return False
        kind = (name, *sorted(parse_qs(parts.query, keep_blank_values=True)))
        self.seen[kind] += 1
        self.seen[url] += 1
        if self.seen[kind] > ALIKE or self.seen[url] > 1:
            return False
        self.examples.setdefault(name, parts.path)
        self.questions.setdefault(name, set()).update(kind[1:])
        return True

    def _targets(self, url: str, page: Page) -> Iterator[str]:
        for link in page.links:
            yield urljoin(url, link).split("#")[0]
        for form in page.forms:
            if form.method == "get":
                first = {name: values[0] for name, values in form.values.items() if values}
                yield urljoin(url, form.action or urlsplit(url).path).split("?")[0] + "?" + urlencode(first)

    def go_astray(self) -> None:
        """Put odd values into the parts of addresses that take any text."""
        for name, path in sorted(self.examples.items()):
            given = resolve(path).kwargs
            for part in (part for part, value in given.items() if isinstance(value, str)):
                for odd in ODD:
                    with suppress(NoReverseMatch):
                        self._try(reverse(name, kwargs=given | {part: odd}))

    def ask_oddly(self) -> None:
        """Put odd values into every question that any page was seen to take: each alone, and all at once."""
        odd = itertools.cycle(ODD)
        for name, path in sorted(self.examples.items()):
            questions = sorted(self.questions[name])
            asked = [{question: value} for question in questions for value in itertools.islice(odd, EACH)]
            if questions:
                asked += [dict.fromkeys(questions, value) for value in itertools.islice(odd, EACH)]
            for query in asked:
                self._try(f"{path}?{urlencode(query)}")

    def _try(self, url: str) -> None:
        response: Any = self.client.get(url)
        body_of(response)
        if response.status_code >= 500:
            self.broken.append(f"500 {url[:200]}")


@pytest.mark.parametrize(
    "role", [Role.ADMIN, *(pytest.param(role, marks=PART) for role in sorted(ROLES) if role != Role.ADMIN)]
)
def test_no_page_of_a_role_breaks_or_leads_nowhere(demo: None, role: str) -> None:
    with time_machine.travel(NOON, tick=False):
        crawler = Crawler(_client(role))
        crawler.crawl("/")
    assert crawler.broken == []
    assert len(crawler.examples) > 15  # it got somewhere


def test_no_question_asked_oddly_breaks_a_page(demo: None) -> None:
    # One person who may see everything: a prescriber whom no table of roles knows.
    everything = access.CAPABILITIES | {Role.PRESCRIBER: frozenset(Capability)}
    with time_machine.travel(NOON, tick=False), pytest.MonkeyPatch.context() as patch:
        patch.setattr(access, "CAPABILITIES", everything)
        crawler = Crawler(_client(Role.PRESCRIBER))
        crawler.crawl("/")
        assert crawler.broken == []
        crawler.ask_oddly()
        crawler.go_astray()
    assert crawler.broken == []


def _client(role: str) -> Client:
    client = log_in(User.objects.get(email=ROLES[role].email))
    client.raise_request_exception = False
    return client
