"""Which times, and which visits of a day, somebody asks for."""

from typing import Any

from django import forms

from clinic.forms import HouseForm
from clinic.models import Clinic, Injector, Room
from patients.forms.fields import Day
from treatments.models import Status, TreatmentSession


class SearchTimesForm(HouseForm):
    """Other times than the suggested ones; cleaned, its fields are what `slots.suggest` takes."""

    not_before = Day(label="From")
    injector: forms.ModelChoiceField[Injector] = forms.ModelChoiceField(
        queryset=Injector.objects.none(), required=False, empty_label="Any injector", to_field_name="uid"
    )
    room: forms.ModelChoiceField[Room] = forms.ModelChoiceField(
        queryset=Room.objects.none(), required=False, empty_label="Any room", to_field_name="uid"
    )
    part_of_day = forms.TypedChoiceField(
        choices=[("", "Any time of day"), ("morning", "Morning"), ("afternoon", "Afternoon")],
        required=False,
        empty_value=None,
    )
    minutes = forms.TypedChoiceField(label="Length", required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["injector"].queryset = clinic.injectors.filter(active=True)
        fields["room"].queryset = clinic.rooms.filter(active=True)
        others = sorted({15, 30} - {clinic.session_minutes})
        usual = ("", f"{clinic.session_minutes} minutes")
        fields["minutes"].choices = [usual, *((minutes, f"{minutes} minutes") for minutes in others)]


class DayFilterForm(HouseForm):
    """Whose visits of a day to show."""

    injector: forms.ModelChoiceField[Injector] = forms.ModelChoiceField(
        queryset=Injector.objects.none(), required=False, empty_label="All injectors", to_field_name="uid"
    )
    room: forms.ModelChoiceField[Room] = forms.ModelChoiceField(
        queryset=Room.objects.none(), required=False, empty_label="All rooms", to_field_name="uid"
    )
    status = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["injector"].queryset = clinic.injectors.all()
        fields["room"].queryset = clinic.rooms.all()
        fields["status"].choices = [("", "All"), *(one for one in Status.choices if one[0] != Status.GIVEN_BEFORE)]

    def keeps(self, session: TreatmentSession) -> bool:
        """Return whether a visit is among those asked for. A filter that makes no sense hides nobody."""
        chosen = self.cleaned_data if self.is_valid() else {}
        injector, room, status = (chosen.get(name) for name in ("injector", "room", "status"))
        return (
            (not injector or session.injector_id == injector.pk)
            and (not room or session.room_id == room.pk)
            and (not status or session.status == status)
        )
