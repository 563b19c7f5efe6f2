"""Ways to hand a message over: one method, one exception, one question. A table says which object serves which channel."""

from django.conf import settings

from patients.models import Channel
from reminders.channels.base import Carrier, Message, SendError
from reminders.channels.email import EmailCarrier
from reminders.channels.files import FileCarrier
from reminders.channels.sms import SmsCarrier

__all__ = ["Carrier", "Message", "SendError", "carrier_for"]


def carrier_for(channel: str) -> Carrier:
    """Return what carries messages on this channel here: a gateway where one is set, else files."""
    carriers: dict[str, Carrier] = {
        Channel.EMAIL: EmailCarrier(),
        Channel.SMS: SmsCarrier() if settings.SMS_GATEWAY_URL else FileCarrier(),
    }
    return carriers[channel]
