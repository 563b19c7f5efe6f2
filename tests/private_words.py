"""Everything that is known of anybody, to look for where it must not be: in logs."""

import re
from collections.abc import Iterable, Iterator

from clinic.models import Clinic, User
from patients.models import ContactPoint, Patient
from reminders.models import InboundMessage

SHORTEST = 3


def known() -> set[str]:
    """Return names, numbers, addresses, dates of birth and texts of everybody in the database."""
    return set(_all())


def _all() -> Iterator[str]:
    for patient in Patient.objects.all():
        yield from (patient.given_name, patient.family_name, patient.record_number)
        yield from (patient.birth_date.isoformat(), f"{patient.birth_date:%d/%m/%Y}", patient.safety_note)
    for address in ContactPoint.objects.values_list("address", flat=True):
        yield from (address, address.removeprefix("+44"))
    for user in User.objects.all():
        yield from (user.email, *user.full_name.split())
    for clinic in Clinic.objects.all():
        yield from (clinic.name, clinic.address, str(clinic.phone))
    for text in InboundMessage.objects.all():
        yield from (text.body, text.sender)


def found_in(text: str, words: Iterable[str]) -> list[str]:
    """Return which of the words stand in a text, as words of their own."""
    low = text.lower()
    return [
        word
        for word in words
        if len(word) >= SHORTEST
        if word.lower() in low and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE)
    ]
