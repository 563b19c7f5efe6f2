"""Injectors and rooms: add, rename, take out of use, take back."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from clinic.access import Capability, StaffRequest, requires
from clinic.models import Injector, Room
from treatments.setup import changes
from treatments.setup.forms import InjectorForm, RoomForm
from treatments.views.setup.hours import get_injector, page_of
from treatments.views.setup.settling import Page, edit, press


def _settings(heading: str) -> Page:
    return Page(heading, reverse("setup:overview"))


def _get_room(request: StaffRequest, uid: uuid.UUID) -> Room:
    return get_object_or_404(Room.objects.filter(clinic=request.clinic).select_related("clinic"), uid=uid)


@require_http_methods(["GET", "POST"])
@requires(Capability.SETUP)
def new_injector(request: StaffRequest) -> HttpResponse:
    """Add somebody who injects here."""
    form = InjectorForm(request.POST or None)
    return edit(
        request,
        form,
        _settings("New injector"),
        lambda: changes.injector(row=Injector(clinic=request.clinic, **form.cleaned_data)),
    )


@require_http_methods(["GET", "POST"])
@requires(Capability.SETUP)
def edit_injector(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Change an injector's name or address."""
    who = get_injector(request, uid)

    def stored() -> dict[str, Any]:
        row = get_injector(request, uid)
        return {"name": row.name, "email": row.email}

    form = InjectorForm(request.POST or None, initial=stored())
    page = page_of(who, f"Name and address of {who.name}")

    def change() -> changes.Change:
        who.name, who.email = form.cleaned_data["name"], form.cleaned_data["email"]
        return changes.injector(row=who)

    return edit(request, form, page, change, stored)


@require_POST
@requires(Capability.SETUP)
def deactivate(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Take an injector who left out of use."""
    who = get_injector(request, uid)
    who.active = False
    return press(request, changes.injector(row=who), _settings("Settings"))


@require_POST
@requires(Capability.SETUP)
def activate(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Take an injector back, with the hours that still hold."""
    who = get_injector(request, uid)
    who.active = True
    return press(request, changes.injector(row=who), page_of(who, who.name))


@require_http_methods(["GET", "POST"])
@requires(Capability.SETUP)
def new_room(request: StaffRequest) -> HttpResponse:
    """Add a room."""
    form = RoomForm(request.POST or None, clinic=request.clinic)

    def change() -> changes.Change:
        row = Room(clinic=request.clinic, name=form.cleaned_data["name"])
        return changes.room(row=row, users=form.cleaned_data["injectors"])

    return edit(request, form, _settings("New room"), change)


@require_http_methods(["GET", "POST"])
@requires(Capability.SETUP)
def edit_room(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Rename a room, or say who may use it."""
    row = _get_room(request, uid)

    def stored() -> dict[str, Any]:
        room = _get_room(request, uid)
        return {"name": room.name, "injectors": list(room.injectors.values_list("uid", flat=True))}

    form = RoomForm(request.POST or None, clinic=request.clinic, room=row, initial=stored())

    def change() -> changes.Change:
        row.name = form.cleaned_data["name"]
        return changes.room(row=row, users=form.cleaned_data["injectors"])

    return edit(request, form, _settings(f"Room: {row.name}"), change, stored)


@require_POST
@requires(Capability.SETUP)
def close_room(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Take a room out of use for good."""
    row = _get_room(request, uid)
    row.active = False
    return press(request, changes.room(row=row, users=list(row.injectors.all())), _settings("Settings"))


@require_POST
@requires(Capability.SETUP)
def open_room(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Take a room back into use."""
    row = _get_room(request, uid)
    row.active = True
    return press(request, changes.room(row=row, users=list(row.injectors.all())), _settings("Settings"))
