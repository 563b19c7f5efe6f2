"""What an admin types about hours, leave and closures."""

import datetime as dt
from typing import Any

from django import forms
from django.db.models import Q

from clinic.models import Absence, Clinic, Closure, Injector, OpeningHours, Room
from treatments.cycle import NoSuchTime, day_begins, instant
from treatments.forms import Clock, Day, HouseForm, OneByUid, SharedForm
from treatments.setup.spans import begins_day


class HoursForm(SharedForm, HouseForm):
    """Weekly hours: one row, or one for each of several weekdays when they are new."""

    weekdays = forms.TypedMultipleChoiceField(
        coerce=int,
        choices=OpeningHours.Weekday.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one weekday.", "invalid_choice": "There is no such weekday."},
    )
    opens = Clock(label="From", required_words="Enter the time at which they begin.")
    closes = Clock(label="To", required_words="Enter the time at which they stop.")
    slot_minutes = forms.IntegerField(
        label="A visit may begin every",
        help_text="minutes, from 10 to 60",
        initial=15,
        min_value=10,
        max_value=60,
        error_messages={
            "required": "Enter a number of minutes from 10 to 60.",
            "invalid": "Enter a number of minutes from 10 to 60.",
            "min_value": "Enter at least 10 minutes.",
            "max_value": "Enter at most 60 minutes.",
        },
    )
    room = OneByUid(
        queryset=Room.objects.none(),
        required=False,
        empty_label="Any room they may use",
        to_field_name="uid",
        error_messages={"invalid_choice": "Choose a room of the list."},
    )
    valid_from = Day(label="First day", help_text="empty: from now on")
    valid_until = Day(label="Last day", help_text="empty: without end")

    def __init__(self, *args: Any, injector: Injector, one_day: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.injector, self.one_day = injector, one_day
        field: Any = self.fields["room"]
        # That of hours as they are stays with them: else another end of the day would take them out of it.
        field.queryset = injector.clinic.rooms.filter(Q(active=True) | Q(uid=self.initial.get("room")))
        field.label_from_instance = _name_in_use

    def clean_weekdays(self) -> list[int]:
        """Refuse to turn one row into several."""
        days: list[int] = self.cleaned_data["weekdays"]
        if self.one_day and len(days) > 1:
            raise forms.ValidationError("Choose one weekday. Add the others as new hours.")
        return days

    def clean_room(self) -> Room | None:
        """Refuse a room that is kept for others."""
        room: Room | None = self.cleaned_data["room"]
        users = set(room.injectors.all()) if room else set()
        if users and self.injector not in users:
            raise forms.ValidationError(f"{self.injector.name} may not use {room}. Choose another room.")
        return room

    def clean(self) -> dict[str, Any]:
        """Refuse an end before its beginning, and an interval too short for one visit."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        opens, closes = data.get("opens"), data.get("closes")
        minutes = self.injector.clinic.session_minutes
        if opens and closes:
            length = dt.datetime.combine(dt.date.min, closes) - dt.datetime.combine(dt.date.min, opens)
            if length <= dt.timedelta(0):
                self.add_error("closes", f"Enter a time after {opens:%H:%M}.")
            elif length < dt.timedelta(minutes=minutes):
                self.add_error("closes", f"A visit takes {minutes} minutes: enter a later time.")
        first, last = data.get("valid_from"), data.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", f"Enter {_date(first)} or a later date.")
        return data

    def rows(self, row: OpeningHours | None = None) -> list[OpeningHours]:
        """Return the hours as typed: ``row`` changed (a row has one weekday), or new ones."""
        data = dict(self.cleaned_data)
        weekdays = data.pop("weekdays")
        key = {"pk": row.pk} if row else {}
        return [
            OpeningHours(clinic=self.injector.clinic, injector=self.injector, weekday=weekday, **key, **data)
            for weekday in weekdays
        ]


class EndForm(HouseForm):
    """The last day of weekly hours."""

    last_day = Day(required_words="Enter the last day on which these hours hold.")

    def __init__(self, *args: Any, row: OpeningHours, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row

    def clean_last_day(self) -> dt.date:
        """Refuse an end before the beginning, and one that would let them go on for longer."""
        day: dt.date = self.cleaned_data["last_day"]
        if self.row.valid_until and day > self.row.valid_until:
            raise forms.ValidationError(
                f"They end on {_date(self.row.valid_until)} already. Enter that day or an earlier one."
            )
        if self.row.valid_from and day < self.row.valid_from:
            raise forms.ValidationError(f"Enter {_date(self.row.valid_from)}, the first day, or a later date.")
        return day


class SpanForm(SharedForm, HouseForm):
    """A time from a date (and hour) to a date (and hour) on the clinic's clock."""

    first_day = Day(required_words="Enter the first day.")
    starts = Clock(label="From", help_text="empty: the whole day")
    last_day = Day(required_words="Enter the last day.")
    ends = Clock(label="To", help_text="empty: the whole day")

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clinic = clinic

    def clean(self) -> dict[str, Any]:
        """Turn local dates and times into instants; refuse times that are typed and that the clocks skip or repeat."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if "first_day" in data and "starts" in data:
            data["starts_at"] = self._instant("starts", data["first_day"], data["starts"])
        if "last_day" in data and "ends" in data:
            day = data["last_day"] if data["ends"] else data["last_day"] + dt.timedelta(days=1)
            data["ends_at"] = self._instant("ends", day, data["ends"])
        if data.get("starts_at") and data.get("ends_at") and data["ends_at"] <= data["starts_at"]:
            if data["last_day"] < data["first_day"]:
                self.add_error("last_day", f"Enter {_date(data['first_day'])} or a later date.")
            else:
                self.add_error("ends", f"Enter a time after {data['starts'] or dt.time():%H:%M}.")
        return data

    def _instant(self, field: str, day: dt.date, time: dt.time | None) -> dt.datetime | None:
        if time is None:
            return day_begins(day, self.clinic.zone)
        try:
            return instant(day, time, self.clinic.zone)
        except NoSuchTime as error:
            self.add_error(field, str(error))
            return None


class LeaveForm(SpanForm):
    """Leave of an injector."""

    label = forms.CharField(
        label="What it is",
        max_length=40,
        initial="Leave",
        help_text="such as Leave or Teaching; staff see it",
        error_messages={"required": "Enter a word for it, such as Leave."},
    )

    def row(self, injector: Injector, row: Absence | None = None) -> Absence:
        """Return the leave as typed."""
        leave = row or Absence(clinic=injector.clinic, injector=injector)
        leave.starts_at, leave.ends_at = self.cleaned_data["starts_at"], self.cleaned_data["ends_at"]
        leave.label = self.cleaned_data["label"]
        return leave


class ClosureForm(SpanForm):
    """A time in which the clinic or one room is closed."""

    room = OneByUid(
        label="What is closed",
        queryset=Room.objects.none(),
        required=False,
        empty_label="The whole clinic",
        to_field_name="uid",
        error_messages={"invalid_choice": "Choose a room of the list."},
    )
    label = forms.CharField(
        label="Why",
        max_length=40,
        initial="Closed",
        error_messages={"required": "Enter a word for it, such as Closed."},
    )
    field_order = ["room", "first_day", "starts", "last_day", "ends", "label"]

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, clinic=clinic, **kwargs)
        field: Any = self.fields["room"]
        field.queryset = clinic.rooms.filter(active=True)

    def row(self) -> Closure:
        """Return the closure as typed."""
        data = self.cleaned_data
        return Closure(
            clinic=self.clinic,
            room=data["room"],
            starts_at=data["starts_at"],
            ends_at=data["ends_at"],
            label=data["label"],
        )


def span_initial(row: Absence) -> dict[str, Any]:
    """Return what the form of a stored leave begins with: whole days show no times."""
    zone = row.clinic.zone
    starts, ends = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
    whole_end = begins_day(row.ends_at, zone)
    return {
        "first_day": starts.date(),
        "starts": None if begins_day(row.starts_at, zone) else starts.time(),
        "last_day": ends.date() - dt.timedelta(days=1) if whole_end else ends.date(),
        "ends": None if whole_end else ends.time(),
        "label": row.label,
    }


def _name_in_use(room: Room) -> str:
    return room.name if room.active else f"{room.name} (no longer in use)"


def _date(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"
