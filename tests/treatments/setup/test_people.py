"""Rooms and injectors: add, rename, take out of use, take back; and who may."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import Clinic, Injector, Role, Room
from tests.builders import make_user, room_of
from tests.conftest import log_in


def test_a_room_can_be_added_renamed_and_kept_for_some(ada: Client, osei: Injector, admin: Any) -> None:
    assert ada.post(reverse("setup:new_room"), {"name": "Room 2", "injectors": [osei.uid]}).status_code == 302
    room = Room.objects.get(name="Room 2")
    assert list(room.injectors.all()) == [osei]
    url = reverse("setup:edit_room", args=[room.uid])
    assert "Room 2" in ada.get(url).content.decode()
    assert ada.post(url, {"name": "Room 3"}).status_code == 302
    room.refresh_from_db()
    assert (room.name, room.injectors.count()) == ("Room 3", 0)
    assert {row.history_user for row in room.history.all()} == {admin}


def test_a_room_that_gets_another_name_stays_kept_for_who_has_left(ada: Client, osei: Injector) -> None:
    room = Room.objects.create(clinic=osei.clinic, name="Room 2")
    room.injectors.add(osei)
    ada.post(reverse("setup:deactivate", args=[osei.uid]))
    url = reverse("setup:edit_room", args=[room.uid])
    page = ada.get(url)
    assert "Dr Osei (no longer works here)" in page.content.decode()
    shown = page.context["form"].initial
    assert ada.post(url, shown | {"name": "Blue room"}).status_code == 302
    room.refresh_from_db()
    assert (room.name, list(room.injectors.all())) == ("Blue room", [osei])


def test_a_room_of_somebody_who_has_left_is_not_called_everybody_s(ada: Client, osei: Injector) -> None:
    room_of(osei).injectors.add(osei)
    ada.post(reverse("setup:deactivate", args=[osei.uid]))
    page = ada.get(reverse("setup:overview")).content.decode()
    users = page[page.index('data-label="Who may use it"') :]
    assert "Dr Osei (no longer works here)" in users[: users.index("</td>")]
    assert "Everybody" not in users[: users.index("</td>")]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": ""}, "Enter a name, such as Room 2."),
        ({"name": "room of dr osei"}, "There is a room called room of dr osei already."),
        ({"name": "Room 2", "injectors": ["nobody"]}, "Choose injectors of the list."),
    ],
)
def test_bad_rooms_are_refused_with_words(ada: Client, osei: Injector, typed: dict[str, Any], words: str) -> None:
    response = ada.post(reverse("setup:new_room"), typed)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert Room.objects.count() == 1


def test_an_empty_room_goes_out_of_use_and_comes_back(ada: Client, osei: Injector) -> None:
    room = room_of(osei)
    ada.post(reverse("setup:close_room", args=[room.uid]))
    assert not Room.objects.get().active
    ada.post(reverse("setup:open_room", args=[room.uid]))
    assert Room.objects.get().active


def test_a_room_or_an_injector_that_is_taken_out_of_use_twice_goes_once(ada: Client, osei: Injector) -> None:
    room = room_of(osei)
    for name, row in (("setup:close_room", room), ("setup:deactivate", osei)):
        before = row.history.count()
        first, second = (ada.post(reverse(name, args=[row.uid]), follow=True) for _ in range(2))
        assert row.history.count() == before + 1
        assert f"{row.name} is out of use already." in second.content.decode()
        assert "Saved" in first.content.decode()


def test_an_injector_can_be_added_and_renamed(ada: Client, riverside: Clinic) -> None:
    typed = {"name": "Dr Novak", "email": "novak@riverside.example"}
    assert ada.post(reverse("setup:new_injector"), typed).status_code == 302
    who = Injector.objects.get()
    assert "No hours yet." in ada.get(reverse("setup:injector", args=[who.uid])).content.decode()
    ada.post(reverse("setup:edit_injector", args=[who.uid]), typed | {"name": "Dr Novakova"})
    who.refresh_from_db()
    assert who.name == "Dr Novakova"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": "", "email": "a@riverside.example"}, "Enter the name, such as Dr Osei."),
        ({"name": "Dr A", "email": ""}, "Enter an email address."),
        ({"name": "Dr A", "email": "a at b"}, "Enter an address such as name@clinic.example."),
        ({"name": "Dr A", "email": "OSEI@riverside.example"}, "There is an injector with the address"),
    ],
)
def test_bad_injectors_are_refused_with_words(ada: Client, osei: Injector, typed: dict[str, Any], words: str) -> None:
    response = ada.post(reverse("setup:new_injector"), typed)
    assert response.status_code == 422
    assert words in response.content.decode()


@pytest.mark.parametrize(
    ("page", "typed", "field"),
    [
        ("new_room", {"name": "room of dr osei"}, "name"),
        ("new_injector", {"name": "Dr A", "email": "osei@riverside.example"}, "email"),
    ],
)
def test_what_is_taken_is_said_at_its_field_too(
    ada: Client, osei: Injector, page: str, typed: dict[str, Any], field: str
) -> None:
    form = ada.post(reverse(f"setup:{page}"), typed).context["form"]
    assert list(form.errors) == [field]


def test_an_injector_who_left_can_come_back(ada: Client, osei: Injector) -> None:
    ada.post(reverse("setup:deactivate", args=[osei.uid]))
    assert not Injector.objects.get().active
    assert "no longer works here" in ada.get(reverse("setup:overview")).content.decode()
    ada.post(reverse("setup:activate", args=[osei.uid]))
    assert Injector.objects.get().active


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_only_admins_see_settings(riverside: Clinic, role: Role) -> None:
    client = log_in(make_user("one@riverside.example", "One", (riverside, role)))
    assert client.get(reverse("setup:overview")).status_code == 403
    assert reverse("setup:overview") not in client.get(reverse("treatments:today")).content.decode()


def test_the_menu_leads_admins_to_settings(ada: Client, osei: Injector) -> None:
    assert reverse("setup:overview") in ada.get(reverse("treatments:today")).content.decode()


def test_settings_of_another_clinic_are_not_found(ada: Client, lakeside: Clinic) -> None:
    theirs = Injector.objects.create(clinic=lakeside, name="Dr Far", email="far@lakeside.example")
    assert ada.get(reverse("setup:injector", args=[theirs.uid])).status_code == 404
    assert "Dr Far" not in ada.get(reverse("setup:overview")).content.decode()
