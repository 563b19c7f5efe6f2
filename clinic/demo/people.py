"""Made-up people: who they are, how they are reached, what their headaches were like."""

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from clinic.models import Clinic

GIVEN = (
    "Maria", "Tom", "Aoife", "Léo", "Siân", "José", "Zoë", "Björn", "Anaïs", "Imran", "Chloë", "Søren", "Nia", "Rhys",
    "Małgorzata", "Oluwaseun", "Priya", "Inês", "Tomáš", "Amélie", "Yusuf", "Hannah", "Niamh", "Dafydd", "Renée", "Ravi",
    "Ingrid", "Paweł", "Esme", "Kwame", "Lucía", "Freya", "Mehmet", "Beatriz", "Owen", "Núria", "Grace", "Ángel", "Elif",
)  # fmt: skip
FAMILY = (
    "Santos", "Reid", "Ó Briain", "Müller", "Pryce", "García", "Adebayo", "Lindqvist", "Fournier", "Hussain", "O’Connor",
    "Kjær", "Bowen", "Griffiths", "Wójcik", "Okafor", "Desai", "Gonçalves", "Dvořák", "Lefèvre", "Demir", "Whitlock",
    "Byrne", "Llewellyn", "Bélanger", "Menon", "Ødegård", "Kowalski", "Marsh", "Mensah", "Peña", "Hale", "Yılmaz",
    "Teixeira", "Ashgrove", "Puig", "Thornbury", "Ibáñez", "Aksoy", "Quigley", "Nakamura",
)  # fmt: skip
PAYERS = {"GB": ("NHS", "Northgate Health"), "US": ("Meridian Mutual", "Harbor Plan")}
# Ranges that no network gives out.
PHONES = {"GB": "07700 900{:03d}", "US": "+1 212 555 01{:02d}"}


@dataclass(frozen=True)
class Person:
    """What `patients.actions.register_patient` takes, and how their headaches are before treatment (days in 28)."""

    details: dict[str, Any]
    headache_days: int
    long_headache_days: int
    migraine_days: int
    months_at_this_level: int


def people(clinic: Clinic, rng: Random) -> Iterator[Person]:
    """Yield people, the same ones every time for the same ``rng``; no two have the same name."""
    names = list(itertools.product(GIVEN, FAMILY))
    rng.shuffle(names)
    for number, (given, family) in enumerate(names):
        yield _person(clinic, rng, number, given, family)


def _person(clinic: Clinic, rng: Random, number: int, given: str, family: str) -> Person:
    headache_days = rng.randint(16, 28)
    long_days = rng.randint(15, headache_days)
    return Person(
        details={
            "given_name": given,
            "family_name": family,
            "birth_date": dt.date(1950, 1, 1) + dt.timedelta(days=rng.randrange(55 * 365)),
            "phone": PHONES[clinic.country].format(number),
            "email": f"patient{number:02d}.{clinic.slug}@patients.example",
            "preferred_channel": rng.choices(("sms", "email"), weights=(3, 1))[0],
            "payer": rng.choice(PAYERS[clinic.country]),
            "preventives_failed": rng.randint(2, 5),
            "consent_source": "referral form",
        },
        headache_days=headache_days,
        long_headache_days=long_days,
        migraine_days=rng.randint(8, long_days),
        months_at_this_level=rng.choice((5, 6, 9, 12, 24)),
    )
