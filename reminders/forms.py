"""What patients type and tick on their own pages."""

from django import forms
from django.utils.translation import gettext_lazy as _

from treatments.wishes import HALF_DAYS

MOST_WORDS = 300


class AskForm(forms.Form):
    """When somebody could come."""

    use_required_attribute = False

    suits = forms.MultipleChoiceField(
        label=_("When can you come?"),
        choices=list(HALF_DAYS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages={"invalid_choice": _("Choose from the days on the page.")},
    )
    words = forms.CharField(
        label=_("Anything else? (optional)"),
        max_length=MOST_WORDS,
        required=False,
        error_messages={"max_length": _("Use at most 300 letters.")},
    )
