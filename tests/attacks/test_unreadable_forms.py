"""Forms that nobody can read: refused like any other request, by an answer that does not try to read them again."""

import pytest
from django.conf import settings
from django.test import Client

UTF_7 = "application/x-www-form-urlencoded; charset=utf-7"
NO_BOUNDARY = "multipart/form-data"


def send(client: Client, address: str, form: str) -> int:
    """Send one with the cookie that a form is held against, as a browser has it; return the status."""
    client.raise_request_exception = False
    client.handler.enforce_csrf_checks = True
    client.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
    return client.post(address, b"name=%2BAAA-", content_type=form).status_code


@pytest.mark.django_db
@pytest.mark.parametrize("form", [UTF_7, NO_BOUNDARY])
@pytest.mark.parametrize(("address", "status"), [("/log-in/", 400), ("/nowhere/", 404)])
def test_one_of_a_stranger_is_refused(client: Client, address: str, status: int, form: str) -> None:
    assert send(client, address, form) == status


@pytest.mark.parametrize("form", [UTF_7, NO_BOUNDARY])
@pytest.mark.parametrize("address", ["/today/", "/settings/"])
def test_one_of_staff_is_refused(insider: Client, address: str, form: str) -> None:
    assert send(insider, address, form) == 400
