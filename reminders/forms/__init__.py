"""What is typed about messages: by patients on their own pages, and by staff."""

from reminders.forms.patients import AskForm, BirthDateForm
from reminders.forms.staff import OneOffForm, RuleForm, TextForm, WordForm

__all__ = ["AskForm", "BirthDateForm", "OneOffForm", "RuleForm", "TextForm", "WordForm"]
