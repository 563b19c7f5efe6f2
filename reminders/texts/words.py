"""The shape of a text on both channels."""

from dataclasses import dataclass

SIGNATURE = "\n\n{clinic}\n{place}\n{phone}\n"


@dataclass(frozen=True)
class Words:
    """One message: as a text message, and as an email."""

    sms: str
    subject: str
    email: str


def words(hello: str, sms: str, subject: str, *paragraphs: str) -> Words:
    """Return a message; its email is greeting, paragraphs and the clinic's address."""
    return Words(sms, subject, "\n\n".join((hello, *paragraphs)) + SIGNATURE)
