"""What is noted for a visit."""

from typing import Any

from django import forms

from clinic.forms import HouseForm, Lines
from treatments.forms.shared import SharedForm
from treatments.models.session import LONGEST_NOTE


class Note(forms.CharField):
    """Words of staff for staff, as many as at the booking."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="Note", required=False, max_length=LONGEST_NOTE, widget=Lines(attrs={"rows": 3}), **kwargs
        )


class NoteForm(SharedForm, HouseForm):
    """The note of a visit."""

    note = Note(help_text="For staff only. It stands in the row on Today and beside the next visit.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].widget.attrs["data-focus"] = True
