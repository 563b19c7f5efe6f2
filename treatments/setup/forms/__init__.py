"""What an admin types in the settings."""

from treatments.setup.forms.clinic import CredentialsForm, DetailsForm, InjectingForm
from treatments.setup.forms.people import InjectorForm, RoomForm
from treatments.setup.forms.times import ClosureForm, EndForm, HoursForm, LeaveForm, SpanForm, span_initial

__all__ = [
    "ClosureForm",
    "CredentialsForm",
    "DetailsForm",
    "EndForm",
    "HoursForm",
    "InjectingForm",
    "InjectorForm",
    "LeaveForm",
    "RoomForm",
    "SpanForm",
    "span_initial",
]
