"""Who works at two clinics went to the other in another window: nothing that stood open does there what it is not for."""

import re
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import resolve

from tests.addresses import STAFF
from tests.world import World

# To what is made of everybody at a clinic and taken away: a file, or a report on paper.
TAKEN_AWAY = re.compile(r'href="([^"]*/(?:export|print)/[^"]*)')
FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
ACTION = re.compile(r'action="([^"]*)"')
# A row that is named is looked for at the clinic alone, and where it is another's there is none.
ROW = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|/settings/messages/\d+/")
# Of the person or the device or of the one demo clinic; the buttons of *Today* name their visit.
ANYWHERE = {"clinic:switch", "clinic:theme", "account_logout", "demo:load", "demo:remove"}
ANYWHERE |= {"treatments:choose_view", "treatments:step"}

# Of people of staff the number is the same at every clinic where they work.
OF_STAFF = {"staff:change_role", "staff:sign_out"}

PAGES = [*sorted(name for name, pattern in STAFF.items() if "<" not in str(pattern.pattern)), "first_run:step"]


@pytest.mark.parametrize("name", PAGES)
def test_every_form_that_names_no_row_says_of_which_clinic_it_is(name: str, world: World, insider: Client) -> None:
    page = insider.get(world.url(name))
    if page.status_code != 200 or not page["Content-Type"].startswith("text/html"):
        return
    astray = []
    for head, fields in FORM.findall(page.content.decode()):
        named = ACTION.search(head)
        path = urlsplit(named[1]).path if named and named[1] else world.url(name)
        target = resolve(path).view_name
        names_a_row = ROW.search(fields) or (ROW.search(path) and target not in OF_STAFF)
        if 'method="post"' in head and not names_a_row:
            astray.append(target)
    assert set(astray) <= ANYWHERE


@pytest.mark.parametrize("name", ["treatments:log", "reports:first"])
def test_every_link_to_a_file_says_of_which_clinic_it_is(name: str, world: World, insider: Client) -> None:
    links = TAKEN_AWAY.findall(insider.get(world.url(name)).content.decode())
    assert len(links) == 2
    assert all(f"from_clinic={world.clinic.uid}" in link for link in links)
