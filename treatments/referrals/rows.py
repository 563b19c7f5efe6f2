"""One row of a referral list: the text of its cells in, a Referral or its faults out."""

import dataclasses
import datetime as dt
from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError

from clinic.wording import age_on
from patients.eligibility import WINDOW_DAYS
from patients.importing import Fault
from patients.models import Channel, Patient
from patients.models.contact import clean_address
from treatments.protocol import MAX_UNITS
from treatments.referrals.cells import Cells, shown
from treatments.referrals.columns import MOST, MOST_MONTHS, OLDEST_YEARS

_AUTHORIZATION = ("authorization_no", "authorization_from", "authorization_to", "authorized_visits")


@dataclass(frozen=True)
class Authorized:
    """A payer's agreement as the list gives it; both days included."""

    number: str
    valid_from: dt.date
    valid_to: dt.date
    visits: int


@dataclass(frozen=True)
class Treated:
    """Treatment before this system: the last session, and how many there were with it."""

    last_on: dt.date
    units: int | None
    cycles: int
    injector: str


@dataclass(frozen=True)
class Referral:
    """One person as the list describes them. Counts are days in 28; None is "not known"."""

    record_number: str
    given_name: str
    family_name: str
    birth_date: dt.date
    phone: str
    email: str
    language: str
    preferred_channel: str
    sms_consent_on: dt.date | None
    email_consent_on: dt.date | None
    referred_on: dt.date
    headache_days: int | None
    long_headache_days: int | None
    migraine_days: int | None
    months_at_this_level: int | None
    preventives_failed: int | None
    payer: str
    authorized: Authorized | None
    treated: Treated | None

    @property
    def full_name(self) -> str:
        """First and last name."""
        return f"{self.given_name} {self.family_name}"

    @cached_property
    def said(self) -> dict[str, Any]:
        """Every field as JSON holds it, to be compared with what the list says next time."""
        return {part.name: _plain(getattr(self, part.name)) for part in dataclasses.fields(self)}


def _plain(value: Any) -> Any:
    if isinstance(value, Authorized | Treated):
        return {part.name: _plain(getattr(value, part.name)) for part in dataclasses.fields(value)}
    return value.isoformat() if isinstance(value, dt.date) else value


def parse(
    line: int, values: Mapping[str, str], *, today: dt.date, country: str, injectors: Container[str]
) -> Referral | list[Fault]:
    """Return the referral in a row, or everything that is wrong with it.

    ``today`` is the date at the clinic, ``country`` its ISO code (reads phone numbers without a country code),
    ``injectors`` the email addresses, in lower case, of the injectors at the clinic.
    """
    cells = Cells(line, values)
    born = _birth_date(cells, today)
    phone, email = _address(cells, "phone", Channel.SMS, country), _address(cells, "email", Channel.EMAIL, country)
    if not cells.raw("phone") and not cells.raw("email"):
        cells.fault("phone", "There is no phone number and no email address. Enter at least one.")
    asked = _one_of(cells, "preferred_channel", Channel.values)
    referred_on = cells.past_date("referred_on", today, born, required=True)
    parts: dict[str, Any] = {
        "record_number": cells.text("mrn", 20),
        "given_name": cells.text("given_name", 60),
        "family_name": cells.text("family_name", 60),
        "birth_date": born,
        "phone": phone,
        "email": email,
        "language": _one_of(cells, "language", Patient.Language.values),
        "preferred_channel": _usable(asked, phone, email),
        "sms_consent_on": cells.past_date("sms_consent_on", today, born),
        # Who asks for email in the referral agrees to email.
        "email_consent_on": referred_on if asked == Channel.EMAIL and email else None,
        "referred_on": referred_on,
        **_findings(cells),
        "payer": cells.text("payer", 80, required=False),
        "authorized": _authorized(cells),
        "treated": _treated(cells, today, born, injectors),
    }
    return cells.faults or Referral(**parts)


def _birth_date(cells: Cells, today: dt.date) -> dt.date | None:
    oldest = today.year - OLDEST_YEARS - 1
    born = cells.past_date("birth_date", today, None, required=True, first_year=oldest)
    if born and age_on(born, today) > OLDEST_YEARS:
        cells.fault("birth_date", f"The date of birth {born} makes this person older than {OLDEST_YEARS} years.")
    return born


def _address(cells: Cells, name: str, channel: Channel, country: str) -> str:
    text = cells.text(name, 254, required=False)
    if not text:
        return ""
    try:
        return clean_address(channel, text, country)
    except ValidationError:
        one = (
            "an email address such as maria@mail.example"
            if channel is Channel.EMAIL
            else "one phone number such as 07700 900123 or +1 212 555 0123"
        )
        cells.fault(name, f"The {name} {shown(text)} cannot be used. Enter {one}.")
        return ""


def _one_of(cells: Cells, name: str, known: list[str]) -> str | None:
    value = cells.raw(name).casefold()
    if value in known:
        return value
    cells.fault(name, f"The {name.replace('_', ' ')} is {shown(value)}. Enter one of {', '.join(known)}.")
    return None


def _usable(asked: str | None, phone: str, email: str) -> str | None:
    """Return the channel to use: the one asked for, or the only one there is.

    Consent never follows: somebody who asked for texts and has no phone gets no email until they agree to it.
    """
    if asked == Channel.SMS and not phone and email:
        return Channel.EMAIL.value
    if asked == Channel.EMAIL and not email and phone:
        return Channel.SMS.value
    return asked


def _findings(cells: Cells) -> dict[str, int | None]:
    days = cells.number("headache_days", 0, WINDOW_DAYS)
    long_days = cells.number("headache_days_4h", 0, WINDOW_DAYS)
    migraine = cells.number("migraine_days", 0, WINDOW_DAYS)
    for name, part in (("headache_days_4h", long_days), ("migraine_days", migraine)):
        if days is not None and part is not None and part > days:
            cells.fault(name, f"{part} days are more than the {days} headache days they are part of.")
    return {
        "headache_days": days,
        "long_headache_days": long_days,
        "migraine_days": migraine,
        "months_at_this_level": cells.number("months_at_this_level", 0, MOST_MONTHS),
        "preventives_failed": cells.number("preventives_failed", 0, MOST),
    }


def _authorized(cells: Cells) -> Authorized | None:
    """Return the authorization. It comes with all of its parts or not at all; half of one cannot be relied on."""
    missing = [name for name in _AUTHORIZATION if not cells.raw(name)]
    if len(missing) == len(_AUTHORIZATION):
        return None
    if missing or not cells.raw("payer"):
        name = missing[0] if missing else "payer"
        cells.fault(name, "An authorization needs its payer, number, first day, last day and number of visits.")
        return None
    number = cells.text("authorization_no", 40)
    first, last = cells.date("authorization_from"), cells.date("authorization_to")
    visits = cells.number("authorized_visits", 1, MOST)
    if first and last and last < first:
        cells.fault("authorization_to", f"The authorization ends on {last}, before it starts on {first}.")
        return None
    return Authorized(number, first, last, visits) if number and first and last and visits else None


def _treated(cells: Cells, today: dt.date, born: dt.date | None, injectors: Container[str]) -> Treated | None:
    """Return treatment so far. More units than the protocol allows in one session (195) are a slip of the keyboard."""
    last_on = cells.past_date("last_injection_on", today, born)
    units, cycles = cells.number("last_units", 1, MAX_UNITS), cells.number("cycles_given", 0, MOST)
    injector = cells.raw("injector").casefold()
    if injector not in injectors and (injector or cells.raw("last_injection_on")):
        cells.fault(
            "injector",
            f"The injector is {shown(injector)}. Enter the email address of an injector who is set up at this clinic.",
        )
    if not cells.raw("last_injection_on"):
        for name, value in (("cycles_given", cycles), ("last_units", units)):
            if value:
                cells.fault(name, "There was treatment before, but no date of the last injection. Enter the date.")
        return None
    if last_on and (cycles == 0 or not cells.raw("cycles_given")):
        cells.fault("cycles_given", "There is a last injection, so there was at least one cycle. Enter how many.")
    return Treated(last_on, units, cycles, injector) if last_on and cycles else None
