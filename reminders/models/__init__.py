"""The ledger of messages: rules, texts, what is to be sent, each attempt, and the links inside."""

from reminders.models.delivery import Delivery
from reminders.models.link import PatientLink
from reminders.models.reminder import Reminder, State
from reminders.models.rule import Kind, ReminderRule
from reminders.models.text import BlockedWord, MessageTemplate, OneOff

__all__ = [
    "BlockedWord",
    "Delivery",
    "Kind",
    "MessageTemplate",
    "OneOff",
    "PatientLink",
    "Reminder",
    "ReminderRule",
    "State",
]
