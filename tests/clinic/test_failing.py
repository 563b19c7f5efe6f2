"""The page that says that something failed comes up whatever it was."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client, override_settings

SESSION = {settings.SESSION_COOKIE_NAME: "a" * 32}
MANIFEST = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"


def failed(client: Client) -> str:
    """Ask for a page as somebody logged in; there is no database in these tests, so that cannot be looked up."""
    client.raise_request_exception = False
    client.cookies.load(SESSION)
    answer: Any = client.get("/today/")
    assert answer.status_code == 500
    return str(answer.content.decode())


@pytest.fixture
def nothing_collected(tmp_path: Path) -> Any:
    """An installation whose list of static files is lost."""
    broken = settings.STORAGES | {"staticfiles": {"BACKEND": MANIFEST, "OPTIONS": {"location": str(tmp_path)}}}
    with override_settings(STORAGES=broken, DEBUG=False):
        yield


@pytest.mark.usefixtures("nothing_collected")
def test_a_failure_is_told_without_a_database_and_without_the_list_of_static_files(client: Client) -> None:
    page = failed(client)
    assert "<h1>Something went wrong on our side</h1>" in page
    assert "Go back, check, and try again." in page


def test_how_it_looks_is_asked_for_by_a_name_that_is_always_there(client: Client) -> None:
    [sheet] = re.findall(r'href="/static/([^"]+\.css)"', failed(client))
    assert finders.find(sheet)
    assert "url(" not in Path(str(finders.find(sheet))).read_text()
