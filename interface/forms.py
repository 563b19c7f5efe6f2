"""What an admin says of another program."""

from typing import Any

from django import forms

from clinic.models import Clinic
from interface.hooks import addresses
from interface.hooks.events import NAMES
from interface.models import Hook, Integration
from interface.scopes import SCOPES, WORDS
from treatments.forms import HouseForm

NAME_TAKEN = "Another program has this name. Revoke it first, or choose another name."
ADDRESS_TAKEN = "This address is told already."
# In days. None that never ends: a token nobody looks after is a door nobody watches.
LIVES = ((30, "30 days"), (90, "90 days"), (365, "1 year"))


class IntegrationForm(HouseForm):
    """A name, what it may do, and for how long."""

    name = forms.CharField(
        max_length=60,
        help_text="What it is called in the history of what it does.",
        error_messages={"required": "Enter a name."},
    )
    scopes = forms.MultipleChoiceField(
        label="It may see or do",
        choices=[(scope, WORDS[scope]) for scope in SCOPES],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one thing that it may see or do."},
    )
    days = forms.TypedChoiceField(label="Ends after", choices=LIVES, coerce=int, initial=365)

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clinic = clinic

    def clean_name(self) -> str:
        """Refuse a name that another program here has: the history must tell them apart."""
        name = str(self.cleaned_data["name"])
        if Integration.objects.filter(clinic=self.clinic, name=name, revoked_at=None).exists():
            raise forms.ValidationError(NAME_TAKEN)
        return name


class HookForm(HouseForm):
    """Where to tell what."""

    url = forms.CharField(
        label="Address",
        max_length=300,
        help_text="Begins with https:// and is reached over the internet.",
        error_messages={"required": "Enter an address."},
    )
    events = forms.MultipleChoiceField(
        label="Tell it when a visit is",
        choices=list(NAMES.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one thing to tell it."},
    )

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clinic = clinic

    def clean_url(self) -> str:
        """Refuse what may never be called. Where the name leads is looked at with each call."""
        url = str(self.cleaned_data["url"])
        try:
            addresses.read(url)
        except addresses.Unfit as error:
            raise forms.ValidationError(str(error)) from error
        if Hook.objects.filter(clinic=self.clinic, url=url, ended_at=None).exists():
            raise forms.ValidationError(ADDRESS_TAKEN)
        return url
