"""Referral lists for tests: a good row with every part open to change, and the file that rows make."""

import csv
import datetime as dt
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

from clinic.models import Clinic, User
from patients.importing import Report
from patients.models import ContactPoint, Patient
from tests.builders import NOW
from treatments.models import TreatmentSession
from treatments.referrals.columns import COLUMNS
from treatments.referrals.load import import_referrals

LATER = NOW + dt.timedelta(days=30)
GIVEN_LIST = Path(__file__).resolve().parents[2] / "data" / "referrals.csv"
GOOD_ROW = {
    "mrn": "RV000001",
    "given_name": "Maria",
    "family_name": "Santos",
    "birth_date": "1984-04-17",
    "phone": "07700 900123",
    "email": "maria@patients.example",
    "language": "en",
    "preferred_channel": "sms",
    "sms_consent_on": "2026-01-05",
    "referred_on": "2025-11-30",
    "headache_days": "20",
    "headache_days_4h": "18",
    "migraine_days": "12",
    "months_at_this_level": "6",
    "preventives_failed": "3",
    "last_injection_on": "2026-08-31",
    "last_units": "165",
    "cycles_given": "5",
    "payer": "NHS",
    "authorization_no": "PA-100001",
    "authorization_from": "2026-06-01",
    "authorization_to": "2027-05-31",
    "authorized_visits": "4",
    "injector": "osei@riverside.example",
}
NEVER_TREATED = {"last_injection_on": "", "last_units": "", "cycles_given": "0"}
NO_AUTHORIZATION = dict.fromkeys(
    ("authorization_no", "authorization_from", "authorization_to", "authorized_visits"), ""
)


def row(number: int = 1, /, **changes: str) -> dict[str, str]:
    """Return a good row about somebody in treatment."""
    person = {"mrn": f"RV{number:06d}", "email": f"maria.{number}@patients.example"}
    return GOOD_ROW | person | changes


def as_csv(rows: Iterable[dict[str, str]], columns: Iterable[str] = COLUMNS) -> BinaryIO:
    """Return the file of these rows."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(columns), extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return io.BytesIO(text.getvalue().encode())


def load(clinic: Clinic, *rows: dict[str, str], by: User | None = None, **options: Any) -> Report:
    """Import these rows into a clinic."""
    return import_referrals(clinic=clinic, stream=as_csv(rows), by=by, **{"at": NOW} | options)


def maria() -> Patient:
    """Return the person of the first row."""
    return Patient.objects.get(record_number="RV000001")


def contact(channel: str) -> ContactPoint:
    """Return how she is reached on a channel."""
    return ContactPoint.objects.get(patient=maria(), channel=channel)


def session() -> TreatmentSession:
    """Return her one session."""
    return TreatmentSession.objects.select_related("course", "injector").get(course__patient=maria())
