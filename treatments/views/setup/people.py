"""Injectors and rooms: add, rename, take out of use, take back."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
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
    return _put(request, who, False, partial(changes.injector, row=who), _settings("Settings"))


@require_POST
@requires(Capability.SETUP)
def activate(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Take an injector back, with the hours that still hold."""
    who = get_injector(request, uid)
    return _put(request, who, True, partial(changes.injector, row=who), page_of(who, who.name))


def _put(
    request: StaffRequest, row: Injector | Room, active: bool, change: Callable[[], changes.Change], page: Page
) -> HttpResponse:
    """Put a row into use or out of it. Pressed twice, it is so already, and nothing was changed by that."""
    if row.active == active:
        messages.info(request, f"{row.name} is {'in' if active else 'out of'} use already.")
        return redirect(page.back_url)
    row.active = active
    return press(request, change(), page)


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
    return _put_room(request, uid, False)


@require_POST
@requires(Capability.SETUP)
def open_room(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Take a room back into use."""
    return _put_room(request, uid, True)


def _put_room(request: StaffRequest, uid: uuid.UUID, active: bool) -> HttpResponse:
    row = _get_room(request, uid)
    change = partial(changes.room, row=row, users=list(row.injectors.all()))
    return _put(request, row, active, change, _settings("Settings"))
