"""The columns of a referral list: what each holds, in words for whoever writes the list, and an example."""

import datetime as dt

from patients.eligibility import WINDOW_DAYS
from patients.models import Patient
from treatments.protocol import MAX_UNITS

OLDEST_YEARS = 120
MOST_MONTHS = 12 * OLDEST_YEARS
MOST = 100  # more cycles, preventives or visits than anybody has had: a slip of the keyboard
_DAYS = f"in 28 days, from 0 to {WINDOW_DAYS}"
ABOUT = {
    "mrn": "Record number, another one for each person. Needed",
    "given_name": "First name. Needed",
    "family_name": "Last name. Needed",
    "birth_date": "Date of birth, such as 1984-04-17. Needed",
    "phone": "Phone number. This or an email address is needed",
    "email": "Email address",
    "language": f"Language of messages: {', '.join(Patient.Language.values)}. Needed",
    "preferred_channel": "sms or email. Needed",
    "sms_consent_on": "Day on which the person agreed to text messages",
    "referred_on": "Day of the referral. Needed",
    "headache_days": f"Days with headache {_DAYS}",
    "headache_days_4h": "How many of these with 4 hours or longer",
    "migraine_days": "How many of these with migraine",
    "months_at_this_level": "For how many months it has been so",
    "preventives_failed": "How many preventives were tried and did not help",
    "last_injection_on": "Day of the last injection, where treatment has begun",
    "last_units": f"Units that day, from 1 to {MAX_UNITS}",
    "cycles_given": "How many sessions so far. Needed with a last injection",
    "payer": "Who pays",
    "authorization_no": "Number of the payer's authorization. All four of it and the payer, or none",
    "authorization_from": "Its first day",
    "authorization_to": "Its last day",
    "authorized_visits": "How many visits it allows",
    "injector": "Email address of an injector here. Needed with a last injection",
}
COLUMNS = tuple(ABOUT)
_REFERRED = {
    "mrn": "EXAMPLE-1",
    "given_name": "Robin",
    "family_name": "Example",
    "birth_date": "1984-04-17",
    "email": "robin@mail.example",
    "language": "en",
    "preferred_channel": "email",
    "headache_days": "19",
    "headache_days_4h": "17",
    "migraine_days": "11",
    "months_at_this_level": "8",
    "preventives_failed": "3",
}
_IN_TREATMENT = _REFERRED | {
    "mrn": "EXAMPLE-2",
    "given_name": "Alex",
    "email": "alex@mail.example",
    "last_units": "155",
    "cycles_given": "4",
}


def example(today: dt.date, injector: str) -> list[tuple[str, ...]]:
    """Return rows that can be imported: somebody newly referred and, where there is an injector, somebody in treatment."""
    referred_on = (today - dt.timedelta(weeks=5)).isoformat()
    rows = [_REFERRED | {"referred_on": referred_on}]
    if injector:
        last_on = (today - dt.timedelta(weeks=8)).isoformat()
        rows.append(_IN_TREATMENT | {"referred_on": referred_on, "last_injection_on": last_on, "injector": injector})
    return [tuple(row.get(name, "") for name in COLUMNS) for row in rows]
