"""Every page that somebody can get to by clicking, each kind once, loaded in one window."""

import uuid
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from django.urls import Resolver404, resolve, reverse
from playwright.sync_api import Error, Page

from tests.addresses import ALL

# Parts of an address that make another page of the same view.
ANOTHER = ("tab", "key")
SAMPLES = {
    "UUIDConverter": uuid.UUID(int=1),
    "IntConverter": 1,
    "StringConverter": "2026-11-23",
    "SlugConverter": "a",
}
# A time that was free when the calendar was read may be over when the walk comes to it; a later one is asked for then.
PASSES = {("treatments:calendar_free",)}
LINKS = """() => ({
    links: [...document.querySelectorAll("a[href]:not([download])")].map((one) => one.href),
    sent: [...document.querySelectorAll("form[method=post]")].map((one) => one.getAttribute("action") || location.pathname),
})"""


class Walk:
    """Somebody who opens every kind of page once. What was seen stays known, also to the next who walks on."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.seen: dict[tuple[str, ...], str] = {}
        self.sent: set[str] = set()
        self.files: set[str] = set()

    def names(self) -> set[str]:
        """Return the names of all views whose page was seen."""
        return {kind[0] for kind in self.seen}

    def answers_reading(self, name: str) -> bool:
        """Return whether an address can be read at all: many only take what a form sends."""
        parts = ALL[name].pattern.converters
        address = reverse(name, kwargs={part: SAMPLES[type(kind).__name__] for part, kind in parts.items()})
        return self.page.request.get(address, max_redirects=0).status != HTTPStatus.METHOD_NOT_ALLOWED

    def through(self, starts: Iterable[str]) -> Iterator[str]:
        """Load page after page; yield the address of each while it is shown."""
        queue = list(starts)
        first = len(queue)  # whoever walks on begins at pages that others have seen, for the links that only they have
        for number, address in enumerate(queue):
            kind = _kind(address)
            known = kind in self.seen and number >= first
            if not kind or known or kind[0] in self.files or not self._shown(address, kind):
                continue
            found = self.page.evaluate(LINKS)
            self.sent |= {kind[0] for action in found["sent"] if (kind := _kind(action))}
            queue += [link.partition("#")[0] for link in found["links"] if link.startswith(self._origin())]
            yield address

    def _origin(self) -> str:
        parts = urlsplit(self.page.url)
        return f"{parts.scheme}://{parts.netloc}/"

    def _shown(self, address: str, kind: tuple[str, ...]) -> bool:
        """Return whether this is a page, and not a file, not a page that only sends one elsewhere."""
        try:
            answer = self.page.goto(address)
        except Error as error:
            if "Download is starting" not in str(error):
                raise
            self.files.add(kind[0])
            return False
        assert answer
        if answer.status in {403, 404} and kind[0].startswith("mfa_"):
            return False
        if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY and kind in PASSES:
            return False
        assert answer.status < 400 or answer.status == 409, f"{answer.status} {address}"
        if not answer.headers["content-type"].startswith("text/html"):
            self.files.add(kind[0])
            return False
        self.seen[kind] = address
        return _kind(self.page.url) == kind


def _kind(address: str) -> tuple[str, ...] | None:
    """Return what makes a page one of its kind: the view's name and the tab that is open."""
    parts = urlsplit(address)
    try:
        match = resolve(parts.path)
    except Resolver404:
        return None
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()} | match.kwargs
    return (match.view_name, *(str(asked[name]) for name in ANOTHER if name in asked))
