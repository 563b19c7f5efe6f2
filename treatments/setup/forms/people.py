"""What an admin types about injectors, and about rooms and who may use them."""

from typing import Any

from django import forms
from django.db.models import Q

from clinic.models import Clinic, Injector, Room
from treatments.forms import HouseForm, SeveralByUid, SharedForm


class RoomForm(SharedForm, HouseForm):
    """A room: its name and who may use it."""

    name = forms.CharField(max_length=40, error_messages={"required": "Enter a name, such as Room 2."})
    injectors = SeveralByUid(
        label="Who may use it",
        help_text="nobody ticked: everybody",
        queryset=Injector.objects.none(),
        required=False,
        to_field_name="uid",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Choose injectors of the list."},
    )

    def __init__(self, *args: Any, clinic: Clinic, room: Room | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["injectors"]
        # Who has left and may come back stays named: else a room that was theirs alone would be everybody's.
        named = room.injectors.values("pk") if room else ()
        field.queryset = clinic.injectors.filter(Q(active=True) | Q(pk__in=named))
        field.label_from_instance = _name_here


class InjectorForm(SharedForm, HouseForm):
    """An injector: name and address."""

    name = forms.CharField(max_length=60, error_messages={"required": "Enter the name, such as Dr Osei."})
    email = forms.EmailField(
        max_length=254,
        error_messages={
            "required": "Enter an email address.",
            "invalid": "Enter an address such as name@clinic.example.",
        },
    )


def _name_here(who: Injector) -> str:
    return who.name if who.active else f"{who.name} (no longer works here)"
