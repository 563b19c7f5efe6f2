"""What must hold for the answer of every address, whoever asks: no frame, nothing kept, and no host but ours in it."""

from collections.abc import Iterator
from typing import Any

from django.core import mail
from django.test import Client
from django.urls import reverse

from clinic.models import User
from tests.addresses import ALL, BY_LINK, FOR_MACHINES, SIGN_IN
from tests.attacks.reading import body_of
from tests.engines import once
from tests.world import World

# That every address answers on both engines is in test_crawler.py and tests/clinic/test_access.py.
pytestmark = once("what stands around an answer comes from no database")

EVIL = "evil.example"
# Opened by a secret of which this world has none; a wrong one has the answer of all pages that are not there.
BY_SECRET = ("interface:", "staff:take", "first_run:first_admin")


def answers(client: Client, world: World, by_link: dict[str, str], **headers: str) -> Iterator[tuple[str, Any]]:
    """Yield the answer of every address by name: to looking at it, else to sending it an empty form."""
    for name in sorted(ALL.keys() - {"demo:load"}):  # makes a whole clinic
        if name in BY_LINK and name not in by_link:
            continue
        if "<" in str(ALL[name].pattern) and (name in SIGN_IN or name.startswith(BY_SECRET)):
            continue
        url = by_link.get(name) or world.url(name)
        answer: Any = client.get(url, headers=headers)
        yield name, client.post(url, headers=headers) if answer.status_code == 405 else answer


def faults(answer: Any) -> set[str]:
    """Return what a browser may do with an answer although it must not."""
    said = answer.headers
    kept = {
        "frame it": said.get("X-Frame-Options") == "DENY",
        "frame it, says the policy": "frame-ancestors 'none'" in said.get("Content-Security-Policy", ""),
        "keep it": "no-store" in said.get("Cache-Control", ""),
        "guess what it is": said.get("X-Content-Type-Options") == "nosniff",
    }
    return {fault for fault, holds in kept.items() if not holds}


def test_no_answer_can_be_framed_or_kept_or_names_a_host_that_was_made_up(
    world: World, insider: Client, by_link: dict[str, str], settings: Any
) -> None:
    settings.ALLOWED_HOSTS = ["*"]  # even an installation that lets every name in
    settings.DEMO = True
    found, seen = [], 0
    for name, answer in answers(insider, world, by_link, **{"Host": EVIL, "X-Forwarded-Host": EVIL}):
        seen += 1
        body = body_of(answer).decode(errors="replace")
        # A program reads there what it asked for under the name it used: nobody else gets that answer.
        if EVIL in f"{answer.headers.get('Location')} {body}" and not name.startswith("interface:"):
            found.append((name, "names the host"))
        found += [(name, fault) for fault in faults(answer) if name not in FOR_MACHINES]
    assert found == []
    assert seen > 150


def test_no_answer_to_a_stranger_can_be_framed_or_kept(world: World, by_link: dict[str, str], settings: Any) -> None:
    settings.DEMO = True
    found = [(name, faults(answer)) for name, answer in answers(Client(), world, by_link)]
    assert [(name, fault) for name, fault in found if fault and name not in FOR_MACHINES] == []


def test_no_letter_names_the_host_that_a_request_made_up(world: World, insider: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    headers = {"Host": EVIL, "X-Forwarded-Host": EVIL}
    insider.post(reverse("staff:people"), {"email": "nia@harbour.example", "role": "front_desk"}, headers=headers)
    for email in (User.objects.all()[0].email, "nobody@harbour.example"):
        Client().post(reverse("account_reset_password"), {"email": email}, headers=headers)
    assert len(mail.outbox) == 3
    assert [one.subject for one in mail.outbox if EVIL in f"{one.message()}"] == []


def test_a_name_that_another_says_for_us_is_not_believed(world: World, insider: Client) -> None:
    assert insider.get("/today/", headers={"Host": EVIL}).status_code == 400
    assert insider.get("/today/", headers={"X-Forwarded-Host": EVIL}).status_code == 200
