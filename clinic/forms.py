"""The log-in form, in our words."""

from django.contrib.auth.forms import AuthenticationForm


class LogInForm(AuthenticationForm):
    """Asks for email and password, and never says which of the two was wrong."""

    use_required_attribute = False
    error_messages = {
        "invalid_login": "Email or password is wrong.",
        "inactive": "Email or password is wrong.",
    }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["username"].error_messages["required"] = "Enter your email address."
        self.fields["password"].error_messages["required"] = "Enter your password."
