"""The ledger of messages: rules, texts, what is to be sent, each attempt, and the links inside."""

from reminders.models.delivery import Delivery
from reminders.models.link import PatientLink
from reminders.models.reminder import Reminder, State
from reminders.models.rule import MessageTemplate, ReminderRule

__all__ = ["Delivery", "MessageTemplate", "PatientLink", "Reminder", "ReminderRule", "State"]
