"""What makes a row good or bad, rule by rule."""

import datetime as dt

import pytest

from patients.importing import Fault
from tests.builders import TODAY
from tests.treatments.referrals.lists import NEVER_TREATED, NO_AUTHORIZATION, row
from treatments.referrals.rows import Authorized, Referral, Treated, parse

INJECTORS = {"osei@riverside.example"}


def read(**changes: str) -> Referral | list[Fault]:
    return parse(2, row(**changes), today=TODAY, country="GB", injectors=INJECTORS)


def good(**changes: str) -> Referral:
    parsed = read(**changes)
    assert isinstance(parsed, Referral), parsed
    return parsed


def fields_at_fault(**changes: str) -> list[str]:
    parsed = read(**changes)
    return [fault.field for fault in parsed] if isinstance(parsed, list) else []


def test_a_good_row_is_read_in_full() -> None:
    maria = good()
    assert (maria.record_number, maria.full_name, maria.birth_date) == (
        "RV000001",
        "Maria Santos",
        dt.date(1984, 4, 17),
    )
    assert (maria.phone, maria.email) == ("+447700900123", "maria.1@patients.example")
    assert maria.treated == Treated(dt.date(2026, 8, 31), 165, 5, "osei@riverside.example")
    assert maria.authorized == Authorized("PA-100001", dt.date(2026, 6, 1), dt.date(2027, 5, 31), 4)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"mrn": ""}, "mrn", id="no record number"),
        pytest.param({"mrn": "R" * 21}, "mrn", id="record number too long"),
        pytest.param({"given_name": ""}, "given_name", id="no first name"),
        pytest.param({"family_name": "Santos\x07"}, "family_name", id="control character"),
        pytest.param({"family_name": "M\ufffdller"}, "family_name", id="character lost before"),
        pytest.param({"birth_date": ""}, "birth_date", id="no date of birth"),
        pytest.param({"birth_date": "31/02/1984"}, "birth_date", id="date with slashes"),
        pytest.param({"birth_date": "1984-13-01"}, "birth_date", id="month 13"),
        pytest.param({"birth_date": "19840417"}, "birth_date", id="date without dashes"),
        pytest.param({"birth_date": "2026-11-24"}, "birth_date", id="born tomorrow"),
        pytest.param({"birth_date": "1905-11-23"}, "birth_date", id="121 years old"),
        pytest.param({"phone": "0770 ABC 123"}, "phone", id="letters in a phone number"),
        pytest.param({"phone": "07700"}, "phone", id="phone number cut off"),
        pytest.param({"phone": "none"}, "phone", id="phone number in words"),
        pytest.param({"email": "a@b@c.example"}, "email", id="two at signs"),
        pytest.param({"phone": "", "email": ""}, "phone", id="nothing to reach them by"),
        pytest.param({"language": "xx"}, "language", id="unknown language"),
        pytest.param({"preferred_channel": "fax"}, "preferred_channel", id="unknown channel"),
        pytest.param({"sms_consent_on": "2026-11-24"}, "sms_consent_on", id="consent tomorrow"),
        pytest.param({"referred_on": ""}, "referred_on", id="no date of referral"),
        pytest.param({"referred_on": "1984-04-16"}, "referred_on", id="referred before birth"),
        pytest.param({"headache_days": "29"}, "headache_days", id="29 of 28 days"),
        pytest.param({"headache_days": "20.5"}, "headache_days", id="half a day"),
        pytest.param({"headache_days_4h": "21"}, "headache_days_4h", id="more long days than days"),
        pytest.param({"migraine_days": "21"}, "migraine_days", id="more migraine days than days"),
        pytest.param({"months_at_this_level": "-1"}, "months_at_this_level", id="negative months"),
        pytest.param({"preventives_failed": "three"}, "preventives_failed", id="number in words"),
        pytest.param({"last_injection_on": "2026-11-24"}, "last_injection_on", id="injected tomorrow"),
        pytest.param({"last_units": "15S"}, "last_units", id="letter in the units"),
        pytest.param({"last_units": "0"}, "last_units", id="no units"),
        pytest.param({"last_units": "196"}, "last_units", id="more than the protocol allows"),
        pytest.param({"cycles_given": "0"}, "cycles_given", id="injected but no cycle"),
        pytest.param(NEVER_TREATED | {"cycles_given": "3"}, "cycles_given", id="cycles but no date"),
        pytest.param(NEVER_TREATED | {"last_units": "155"}, "last_units", id="units but no date"),
        pytest.param({"payer": ""}, "payer", id="authorization without a payer"),
        pytest.param({"authorized_visits": ""}, "authorized_visits", id="authorization without visits"),
        pytest.param({"authorization_no": ""}, "authorization_no", id="authorization without a number"),
        pytest.param({"authorization_to": "2026-05-31"}, "authorization_to", id="authorization ends before it starts"),
        pytest.param({"injector": "who@riverside.example"}, "injector", id="unknown injector"),
        pytest.param({"injector": ""}, "injector", id="in treatment with nobody"),
    ],
)
def test_a_bad_cell_is_refused_with_its_column(changes: dict[str, str], field: str) -> None:
    assert fields_at_fault(**changes) == [field]


def test_every_fault_of_a_row_is_reported_at_once() -> None:
    assert fields_at_fault(family_name="", birth_date="17.4.84", email="x@") == ["birth_date", "email", "family_name"]


def test_a_reason_shows_the_value_and_what_to_write() -> None:
    faults = read(birth_date="17.4.84")
    assert isinstance(faults, list)
    assert str(faults[0]) == (
        "Line 2, birth_date: The date of birth “17.4.84” is not a date. Write year, month and day, such as 1984-04-17."
    )


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        (
            "authorization_from",
            "0226-06-01",
            "The year of the first day of the authorization 0226-06-01 cannot be right. Enter a date between 2000 and 2100.",
        ),
        (
            "authorization_to",
            "9999-12-31",
            "The year of the last day of the authorization 9999-12-31 cannot be right. Enter a date between 2000 and 2100.",
        ),
        (
            "last_injection_on",
            "1999-12-31",
            "The year of the date of the last injection 1999-12-31 cannot be right. Enter a date between 2000 and 2100.",
        ),
        (
            "birth_date",
            "0226-06-01",
            "The year of the date of birth 0226-06-01 cannot be right. Enter a date between 1905 and 2100.",
        ),
        ("given_name", "Maria\nJosé", "The first name holds a line break. Write it on one line."),
        ("given_name", "Maria\rJosé", "The first name holds a line break. Write it on one line."),
    ],
)
def test_a_slip_of_the_keyboard_is_named_in_plain_words(name: str, value: str, words: str) -> None:
    faults = read(**{name: value})
    assert isinstance(faults, list)
    assert [(fault.field, fault.reason) for fault in faults] == [(name, words)]


@pytest.mark.parametrize("year", [2000, 2100])
def test_an_authorization_may_lie_in_the_years_that_a_form_takes(year: int) -> None:
    assert not fields_at_fault(authorization_from=f"{year}-01-01", authorization_to=f"{year}-12-31")


def test_a_long_cell_is_cut_short_in_the_reason() -> None:
    faults = read(last_units="1" * 5000)
    assert isinstance(faults, list)
    assert len(faults[0].reason) < 200


@pytest.mark.parametrize("units", ["1", "195"])
def test_units_up_to_the_limit_of_the_protocol_are_taken(units: str) -> None:
    treated = good(last_units=units).treated
    assert treated is not None
    assert treated.units == int(units)


def test_counts_that_are_empty_are_not_known() -> None:
    maria = good(
        headache_days="", headache_days_4h="", migraine_days="", months_at_this_level="", preventives_failed=""
    )
    assert (maria.headache_days, maria.migraine_days, maria.preventives_failed) == (None, None, None)


def test_somebody_without_treatment_or_authorization_needs_neither_injector_nor_payer() -> None:
    maria = good(**NEVER_TREATED, **NO_AUTHORIZATION, injector="", payer="")
    assert (maria.treated, maria.authorized) == (None, None)


def test_a_phone_number_without_country_code_is_read_in_the_country_of_the_clinic() -> None:
    parsed = parse(2, row(phone="(212) 555-0123"), today=TODAY, country="US", injectors=INJECTORS)
    assert isinstance(parsed, Referral)
    assert parsed.phone == "+12125550123"


def test_asking_for_email_is_consent_to_email_on_the_day_of_the_referral() -> None:
    assert good(preferred_channel="email").email_consent_on == dt.date(2025, 11, 30)
    assert good(preferred_channel="sms").email_consent_on is None


@pytest.mark.parametrize(
    ("changes", "channel"),
    [
        ({"preferred_channel": "sms", "phone": ""}, "email"),
        ({"preferred_channel": "email", "email": ""}, "sms"),
    ],
)
def test_the_channel_falls_back_on_the_only_one_but_consent_does_not_follow(
    changes: dict[str, str], channel: str
) -> None:
    maria = good(**changes)
    assert (maria.preferred_channel, maria.email_consent_on) == (channel, None)
