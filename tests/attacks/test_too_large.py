"""A form of 100 MB: refused by the length it declares, before a byte of it is read."""

from typing import Any

import pytest
from django.test import Client

from tests.clinic.test_access import ALL, SIGNED, STAFF, World

HUGE = 100_000_000
FORM = "application/x-www-form-urlencoded"


class Counting:
    """A body that counts what is read of it."""

    read_so_far = 0

    def read(self, size: int = -1) -> bytes:
        """Hand out as much as is asked for."""
        self.read_so_far += HUGE if size < 0 else size
        return b"a" * min(size, 65_536) if size > 0 else b""

    readline = read


def send(client: Client, url: str, content_type: str) -> tuple[int, int]:
    """Send a huge form; return the answer's status and how much was read."""
    body = Counting()
    extra: dict[str, Any] = {"CONTENT_LENGTH": str(HUGE), "wsgi.input": body}
    answer: Any = client.generic("POST", url, content_type=content_type, **extra)
    return answer.status_code, body.read_so_far


def test_no_page_reads_a_huge_form(world: World, insider: Client) -> None:
    guarded = Client(enforce_csrf_checks=True, raise_request_exception=False)
    guarded.cookies = insider.cookies
    answers = {name: send(guarded, world.url(name), FORM) for name in sorted(STAFF)}
    assert {name: answer for name, answer in answers.items() if answer[0] < 400 or answer[1]} == {}


@pytest.mark.parametrize("name", SIGNED)
def test_no_gateway_makes_us_read_a_huge_call(db: None, name: str) -> None:
    assert send(Client(), f"/{ALL[name].pattern}", FORM) == (413, 0)


def test_the_page_for_files_reads_no_huge_file(world: World, insider: Client) -> None:
    content_type = "multipart/form-data; boundary=abc"
    assert send(insider, world.url("treatments:import"), content_type) == (413, 0)
