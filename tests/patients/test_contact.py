"""Addresses as they are typed, stored and shown."""

import pytest
from django.core.exceptions import ValidationError

from patients.models import Channel
from patients.models.contact import clean_address, spoken_address


@pytest.mark.parametrize(
    ("text", "country", "stored"),
    [
        ("07700 900123", "GB", "+447700900123"),
        ("+44 (0)7700 900123", "GB", "+447700900123"),
        ("+44 7700-900123", "US", "+447700900123"),
        ("(212) 555-0123", "US", "+12125550123"),
        ("+1 212 555 0123", "GB", "+12125550123"),
    ],
)
def test_a_phone_is_stored_in_one_form(text: str, country: str, stored: str) -> None:
    assert clean_address(Channel.SMS, text, country) == stored


@pytest.mark.parametrize("text", ["", "12", "0770 ABC 123", "07700 900123 / 07700 900124", "+44", "7" * 30])
def test_what_is_no_phone_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="Enter a phone number such as"):
        clean_address(Channel.SMS, text, "GB")


@pytest.mark.parametrize("text", ["x@", "maria at home", "@mail.example", ""])
def test_what_is_no_email_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="Enter an email address such as"):
        clean_address(Channel.EMAIL, text, "GB")


@pytest.mark.parametrize(
    ("stored", "country", "shown"),
    [
        ("+447700900123", "GB", "07700 900123"),
        ("+447700900123", "US", "+44 7700 900123"),
        ("+12125550123", "US", "(212) 555-0123"),
    ],
)
def test_a_phone_is_shown_as_it_is_dialled(stored: str, country: str, shown: str) -> None:
    assert spoken_address(Channel.SMS, stored, country) == shown
    assert clean_address(Channel.SMS, shown, country) == stored
