"""Sending people to another site by a ``next`` of one's own: no answer and no link on a page leads there."""

from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import pytest
from django.http import HttpResponseRedirect
from django.test import Client, RequestFactory
from django.urls import reverse

from clinic.redirects import next_url
from tests.addresses import STAFF
from tests.attacks.reading import page_of
from tests.conftest import log_in
from tests.engines import once
from tests.world import World

AWAY = (
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "https:evil.example",
    "http:///evil.example",
    "\thttps://evil.example/",
    "/\t/evil.example/",
    "javascript:alert(1)",
    "evil.example",
    "data:text/html,x",
    "/today/\r\nLocation: https://evil.example/",
)


def leads_away(url: str, target: str) -> bool:
    """Return whether a browser on this page would leave the site for it. Browsers read \\ as / and skip tabs."""
    plain = "".join(one for one in target if one not in "\t\r\n").strip().replace("\\", "/")
    there = urlsplit(urljoin(f"http://testserver{url}", plain))
    return there.scheme not in {"http", "https"} or there.hostname != "testserver"


@pytest.mark.parametrize("away", AWAY)
def test_a_next_that_leads_away_counts_for_nothing(away: str) -> None:
    for request in (RequestFactory().get("/", {"next": away}), RequestFactory().post("/", {"next": away})):
        target = next_url(request, "/today/")
        assert not leads_away("/", target)
        assert HttpResponseRedirect(target).headers["Location"].isprintable()


@once("where an answer leads comes from no database")
@pytest.mark.parametrize("away", ["/\\evil.example/"])
def test_no_page_sends_or_links_to_another_site(world: World, insider: Client, settings: Any, away: str) -> None:
    settings.DEMO = True
    led = []
    for name in sorted(STAFF.keys() - {"demo:load"}):  # makes a whole clinic, and takes no address to go to
        url = f"{world.url(name)}?next={quote(away)}"
        answers: list[Any] = [insider.get(url), insider.post(url, {"next": away})]
        for answer in answers:
            targets = [answer.headers.get("Location", "")]
            if page := page_of(answer):
                targets += page.links + [form.action for form in page.forms]
            led += [(name, target) for target in targets if "evil" in target and leads_away(url, target)]
    assert led == []


@pytest.mark.parametrize("away", AWAY)
def test_logging_in_and_choosing_a_theme_lead_home(world: World, away: str) -> None:
    user = world.session.events.get().by
    assert user
    for client, name in ((Client(), "account_login"), (log_in(user), "account_logout"), (Client(), "clinic:theme")):
        fields = {"login": user.email, "password": "a long enough password", "next": away, "theme": "dark"}
        answer: Any = client.post(reverse(name), fields)
        assert answer.status_code == 302
        assert not leads_away("/", answer.url)


def test_the_check_knows_an_address_that_leads_away() -> None:
    assert leads_away("/today/", "/\\evil.example/")
    assert not leads_away("/today/", "/patients/")
