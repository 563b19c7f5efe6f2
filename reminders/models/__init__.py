"""The ledger of messages: rules, texts, what is to be sent, each attempt, and the links inside."""

from reminders.models.call import VisitCall
from reminders.models.delivery import Delivery
from reminders.models.heartbeat import Heartbeat
from reminders.models.inbound import InboundMessage
from reminders.models.link import DiaryLink, PatientLink, SecretLink
from reminders.models.reminder import Reminder, State
from reminders.models.rule import Kind, ReminderRule
from reminders.models.stop import NudgeStop
from reminders.models.text import BlockedWord, MessageTemplate, OneOff
from reminders.models.tries import Tries

__all__ = [
    "BlockedWord",
    "Delivery",
    "DiaryLink",
    "Heartbeat",
    "InboundMessage",
    "Kind",
    "MessageTemplate",
    "NudgeStop",
    "OneOff",
    "PatientLink",
    "Reminder",
    "ReminderRule",
    "SecretLink",
    "State",
    "Tries",
    "VisitCall",
]
