"""A form of 100 MB: refused by the length it declares, before a byte of it is read. A file that no page asks for: not kept."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from clinic.models import Room
from tests.addresses import ALL, SIGNED, STAFF
from tests.attacks.reading import page_of
from tests.world import World

HUGE = 100_000_000
FORM = "application/x-www-form-urlencoded"
WITH_FILES = "multipart/form-data; boundary=abc"


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


@pytest.mark.parametrize("content_type", [FORM, WITH_FILES])
def test_no_page_reads_a_huge_form(world: World, insider: Client, content_type: str) -> None:
    guarded = Client(enforce_csrf_checks=True, raise_request_exception=False)
    guarded.cookies = insider.cookies
    answers = {name: send(guarded, world.url(name), content_type) for name in sorted(STAFF)}
    assert {name: answer for name, answer in answers.items() if answer[0] < 400 or answer[1]} == {}


@pytest.mark.parametrize("name", SIGNED)
def test_no_gateway_makes_us_read_a_huge_call(db: None, name: str) -> None:
    assert send(Client(), f"/{ALL[name].pattern}", FORM) == (413, 0)


def test_the_page_for_files_reads_no_huge_file(world: World, insider: Client) -> None:
    assert send(insider, world.url("treatments:import"), WITH_FILES) == (413, 0)


def test_a_stranger_makes_no_page_read_a_huge_form_with_a_file(db: None) -> None:
    read = {name: send(Client(), reverse(name), WITH_FILES)[1] for name in ("account_login", "treatments:import")}
    assert read == {"account_login": 0, "treatments:import": 0}


def test_a_file_that_no_page_asks_for_is_not_kept_for_a_moment(
    world: World, insider: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kept(*words: Any, **more: Any) -> None:
        raise AssertionError("a file was kept")

    file = SimpleUploadedFile("name", b"a" * 2_000_000)
    for kind in ("TemporaryUploadedFile", "InMemoryUploadedFile"):
        monkeypatch.setattr(f"django.core.files.uploadedfile.{kind}.__init__", kept)
    url = world.url("setup:edit_room")
    page = page_of(insider.get(url))
    assert page
    [form] = [form for form in page.forms if "name" in form.values]
    fields = {name: values[:1] or [""] for name, values in form.values.items()}
    answer = insider.post(url, fields | {"name": ["Room nine"], "surprise": [file]})
    assert answer.status_code == 302
    assert Room.objects.filter(name="Room nine").exists()  # the form itself arrived
