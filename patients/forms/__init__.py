"""What staff type about people, and the words for what cannot be right."""

from patients.forms.assessing import AssessmentForm, SignForm
from patients.forms.people import EditForm, RegisterForm

__all__ = ["AssessmentForm", "EditForm", "RegisterForm", "SignForm"]
