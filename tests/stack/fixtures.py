"""Fixtures that start everything for real: the demo with its servers, and a browser to look at it; see tests/conftest.py."""

import os
import shutil
import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.servers.database import own_database
from tests.servers.processes import mail_server, sms_gateway
from tests.stack.running import Stack, run_demo, wait_until_ready
from tests.stack.windows import PATIENCE

# The first is Chromium without a frame of its own around each page: the same engine, for two thirds of the work of a test.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# The process of the stack that says when it is time.
BEAT = pytest.StashKey[int]()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep in one worker what shares something that is made once: the stack, servers of a file's own, a file's fixtures."""
    for item in items:
        if item.get_closest_marker("stack") and "stack" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("stack"))
        elif not item.get_closest_marker("xdist_group") and (item.get_closest_marker("stack") or _shares(item)):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


def _shares(item: pytest.Item) -> bool:
    """Return whether a test uses what is made once for all tests of its file."""
    fixtures = getattr(item, "_fixtureinfo").name2fixturedefs  # noqa: B009 (mypy knows nothing private)
    return any(made[-1].scope == "module" for made in fixtures.values())


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Let the stack's beat sleep while no test looks at it: its worker would take a fifth of the machine for nothing."""
    beat = item.config.stash.get(BEAT, None)
    if beat:
        needed = "stack" in getattr(nextitem, "fixturenames", ())
        os.kill(beat, signal.SIGCONT if needed else signal.SIGSTOP)


@pytest.fixture(scope="session")
def stack(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, pytestconfig: pytest.Config
) -> Iterator[Stack]:
    """The demo on the engine of this run, with mail and texts that arrive in `stack.mail` and `stack.gateway`."""
    folder = tmp_path_factory.mktemp("stack")
    with mail_server(folder) as mail, sms_gateway(folder) as gateway, own_database(folder) as database:
        settings = {"REMINDER_TICK_SECONDS": "2", "UNDO_SECONDS": "5", "DATABASE_URL": database["DATABASE_URL"]}
        settings["LOG_INS_PER_ADDRESS"] = "600"  # all tests sign in from one, and within minutes
        with run_demo(folder / "demo", settings | mail.environment | gateway.environment) as demo:
            wait_until_ready(demo)
            pytestconfig.stash[BEAT] = demo.beat()
            yield Stack(demo, mail, gateway)
            os.kill(pytestconfig.stash[BEAT], signal.SIGCONT)  # whoever sleeps does not hear of the end
            del pytestconfig.stash[BEAT]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, or by hand the Firefox of FIREFOX.

    Module scope: while it runs, Django refuses the database to other tests of this process.
    """
    firefox = os.environ.get("FIREFOX")
    path = firefox or os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        missing = "Chromium is not installed; put it on the PATH or its path into CHROMIUM"
        pytest.fail(missing) if os.environ.get("REQUIRE_BROWSER") == "1" else pytest.skip(missing)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        if firefox:
            browser = playwright.firefox.launch(executable_path=path, channel="moz-firefox")
        else:
            browser = playwright.chromium.launch(executable_path=path, args=list(BROWSER_OPTIONS))
        yield browser
        browser.close()


@pytest.fixture
def browser_page(browser: Browser, stack: Stack) -> Iterator[Page]:
    """A fresh window, nobody logged in; paths such as `/log-in/` lead to the stack."""
    context = browser.new_context(base_url=stack.url)
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()
