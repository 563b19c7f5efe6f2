"""What an admin types to invite somebody, and what an invited person types."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from clinic.models import Role, User


class InviteForm(forms.Form):
    """Whom to invite, and as what."""

    use_required_attribute = False
    email = forms.EmailField(
        max_length=254,
        error_messages=dict.fromkeys(("required", "invalid"), "Enter the email address of the person."),
    )
    role = forms.ChoiceField(
        choices=Role.choices,
        initial=Role.FRONT_DESK,
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose a role from the list."),
    )


class RoleForm(forms.Form):
    """What somebody is from now on."""

    role = forms.ChoiceField(choices=Role.choices)


class TakeForm(forms.Form):
    """The log-in of a person who was invited."""

    use_required_attribute = False
    full_name = forms.CharField(
        label="Your name",
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Enter your name."},
    )
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 12 characters. Pasting is fine.",
        strip=False,
        error_messages={"required": "Enter a password."},
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        """Refuse a password that is easily guessed."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("password"):
            try:
                validate_password(data["password"], User(email=self.email, full_name=data.get("full_name", "")))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return data
