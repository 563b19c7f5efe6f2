"""What `check --deploy` finds before real people are written to."""

import pytest
from pytest_django import Settings

from clinic.checks import messages_can_leave, strangers_texts_have_a_clinic


@pytest.mark.parametrize(
    ("texts", "gateway", "found"),
    [(True, "", True), (True, "https://api.gateway.example", False), (False, "", False)],
)
def test_a_gateway_is_asked_for_where_texts_are_to_be_sent(
    settings: Settings, texts: bool, gateway: str, found: bool
) -> None:
    settings.DEMO, settings.SEND_TEXTS, settings.SMS_GATEWAY_URL = False, texts, gateway
    assert ("clinic.E002" in [one.id for one in messages_can_leave(None)]) is found


@pytest.mark.parametrize(
    ("texts", "account", "token", "found"),
    [(True, "AC1", "secret", False), (True, "AC1", "", True), (True, "", "secret", True), (False, "AC1", "", False)],
)
def test_a_gateway_that_would_refuse_every_text_is_named(
    settings: Settings, texts: bool, account: str, token: str, found: bool
) -> None:
    settings.DEMO, settings.SEND_TEXTS, settings.SMS_GATEWAY_URL = False, texts, "https://api.gateway.example"
    settings.SMS_GATEWAY_ACCOUNT, settings.SMS_GATEWAY_TOKEN = account, token
    assert ("clinic.E008" in [one.id for one in messages_can_leave(None)]) is found


@pytest.mark.parametrize(
    ("hosts", "found"),
    [
        (["visits.clinic.example"], False),
        ([".clinic.example"], False),
        (["https://visits.clinic.example"], True),
        (["localhost"], True),
    ],
)
def test_links_in_messages_lead_to_a_host_that_is_answered(settings: Settings, hosts: list[str], found: bool) -> None:
    settings.BASE_URL, settings.ALLOWED_HOSTS = "https://visits.clinic.example", hosts
    assert ("clinic.E006" in [one.id for one in messages_can_leave(None)]) is found


@pytest.mark.usefixtures("riverside", "lakeside")
@pytest.mark.parametrize(("named", "found"), [("", False), ("lakeside", False), ("seaside", True)])
def test_a_clinic_for_texts_of_strangers_that_is_none_is_named(settings: Settings, named: str, found: bool) -> None:
    settings.SMS_CLINIC = named
    warnings = strangers_texts_have_a_clinic(None, databases=["default"])
    assert ["Write one of lakeside, riverside." in str(one.hint) for one in warnings] == [True] * found
    assert strangers_texts_have_a_clinic(None) == []


@pytest.mark.django_db
def test_before_the_first_clinic_nobody_is_asked_for_its_name(settings: Settings) -> None:
    settings.SMS_CLINIC = "lakeside"
    assert strangers_texts_have_a_clinic(None, databases=["default"]) == []
