"""What somebody types to keep a view of the log."""

from django import forms

from treatments.forms import HouseForm


class KeepForm(HouseForm):
    """A name for the filters that are set, and whether the whole clinic gets it."""

    name = forms.CharField(label="Name of this view", max_length=40, error_messages={"required": "Enter a name."})
    shared = forms.BooleanField(label="Show it to every admin of the clinic", required=False)
