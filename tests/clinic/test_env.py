"""Settings from the environment: what cannot be read stops the start, in a sentence without the secret."""

import warnings
from pathlib import Path

import environ
import pytest
from django.core.exceptions import ImproperlyConfigured

from clinic.brokers import BROKERS
from clinic.databases import database
from clinic.env import (
    env_address,
    env_decimal,
    env_int,
    env_keys,
    env_networks,
    env_secret,
    env_sender,
    env_site,
    read_address,
)

KEY, OTHER = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWY="


def test_keys_are_read_in_their_order_and_a_comma_too_many_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEYS", f" {KEY} ,{OTHER}, ")
    assert env_keys("KEYS") == [KEY, OTHER]
    assert env_keys("NO_KEYS", "") == []


@pytest.mark.parametrize("text", ["abc", KEY[:-4], f"{KEY},secret", "käse", ","])
def test_what_is_no_key_stops_the_start(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("KEYS", text)
    with pytest.raises(ImproperlyConfigured, match="KEYS") as caught:
        env_keys("KEYS")
    assert "secret" not in str(caught.value)


def test_a_secret_is_read_from_the_file_that_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("secret\n")
    monkeypatch.setenv("TOKEN_FILE", str(file))
    assert env_secret("TOKEN") == "secret"


@pytest.mark.parametrize("content", [None, b"", b"\n", b"wonderland\xff"], ids=["none", "empty", "a line", "no text"])
def test_a_file_without_a_secret_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv("TOKEN_FILE", str(file))
    with pytest.raises(ImproperlyConfigured, match="TOKEN_FILE names") as caught:
        env_secret("TOKEN")
    assert "wonderland" not in str(caught.value)


@pytest.mark.parametrize("text", ["0", "-5", "ten", "2.5", "", "60000"])
def test_what_is_no_number_too_small_or_of_another_unit_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("TICK", text)
    with pytest.raises(ImproperlyConfigured, match=r"TICK is .* whole number from 1 to 180"):
        env_int("TICK", 60, most=180)


def test_a_number_may_be_the_least_that_makes_sense(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDO", "0")
    assert env_int("UNDO", 180, least=0) == 0


@pytest.mark.parametrize("text", ["-0.04", "NaN", "Infinity", "four pence", "0,04"])
def test_what_is_no_amount_stops_the_start(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("PRICE", text)
    with pytest.raises(ImproperlyConfigured, match=r"PRICE is .* such as 0\.04"):
        env_decimal("PRICE")


@pytest.mark.parametrize(
    "url", ["https://visits.clinic.example", "https://visits.clinic.example:8443/", "http://[::1]:8000"]
)
def test_a_site_is_taken_without_a_slash_at_its_end(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("SITE", url)
    assert env_site("SITE", "") == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "https://[x",
        "https://",
        "visits.clinic.example",
        "https://clinic.example/visits",
        "https://visits.clinic.example?a=1",
        "https://ada:secret@visits.clinic.example",
        "https://visits.clinic.example:port",
        " https://visits.clinic.example",
        "https://klinika.łódź.example",
    ],
)
def test_what_no_link_could_begin_with_stops_the_start(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("SITE", url)
    with pytest.raises(ImproperlyConfigured, match="SITE cannot be read") as caught:
        env_site("SITE", "")
    assert "secret" not in str(caught.value)


def test_neighbours_are_addresses_and_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEIGHBOURS", "127.0.0.1, 10.1.2.3/8 ,::1,")
    assert env_networks("NEIGHBOURS", "") == ["127.0.0.1", "10.1.2.3/8", "::1"]


@pytest.mark.parametrize("text", ["localhost", "127.0.0.1,prometheus", "10.0.0.0/33", "127.0.0.1:9090"])
def test_a_neighbour_by_name_stops_the_start(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("NEIGHBOURS", text)
    with pytest.raises(ImproperlyConfigured, match=r"NEIGHBOURS .* such as"):
        env_networks("NEIGHBOURS", "")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://clinic:se/cret@127.0.0.1/clinic",
        "postgresql://clinic:se?cret@127.0.0.1/clinic",
        "potgresql://clinic:secret@127.0.0.1/clinic",
        "mysql://clinic:secret@127.0.0.1/clinic",
        "postgresql://clinic:secret@127.0.0.1",
        "secret",
        "",
    ],
)
def test_a_database_that_cannot_be_read_is_said_without_its_password(url: str) -> None:
    with warnings.catch_warnings(record=True, action="always") as warned, pytest.raises(ImproperlyConfigured) as caught:
        database(url, pooled=False)
    said = str(caught.value)
    assert said.startswith("DATABASE_URL cannot be read. Write it like postgresql://user:password@host:5432/name;")
    assert "cret" not in said
    assert warned == []


def test_a_password_may_hold_every_character() -> None:
    found = database("postgresql://clinic:p%40s%2Fs%3Aw%23%3F%25%20'x@127.0.0.1/clinic", pooled=False)
    assert (found["PASSWORD"], found["HOST"], found["NAME"]) == ("p@s/s:w#?% 'x", "127.0.0.1", "clinic")


def test_a_connection_waits_for_locks_as_pgoptions_says_and_still_compiles_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c lock_timeout=3s")
    found = database("postgresql://clinic:secret@127.0.0.1/clinic", pooled=False)
    assert found["OPTIONS"]["options"] == "-c jit=off -c lock_timeout=3s"


@pytest.mark.parametrize("url", ["smtp://clinic:se/cret@mail.example:25", "stmp://clinic:secret@mail.example"])
def test_a_mail_server_that_cannot_be_read_is_said_without_its_password(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL cannot be read") as caught:
        read_address("EMAIL_URL", url, environ.Env.email_url_config, "smtp+tls://user:password@host:587")
    assert "cret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "redis://127.0.0.1:6379/0",
        "redis://:p%2Fss@host:6379/0",
        "redis+socket:///run/redis/redis.sock",
        "sentinel://one:26379;sentinel://two:26379;sentinel://three:26379",
        "amqp://user:password@host:5672/name",
        "filesystem://",
    ],
)
def test_a_broker_is_taken_as_it_is_written(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("BROKER", url)
    assert env_address("BROKER", "", "redis://host", BROKERS) == url


@pytest.mark.parametrize(
    "url", ["redis://:se/cret@host:6379/0", "redis://:12/secret@host", "rabbitmq://user:secret@host", "secret"]
)
def test_a_broker_that_cannot_be_read_is_said_without_its_password(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("BROKER", url)
    with pytest.raises(ImproperlyConfigured, match=r"BROKER cannot be read\. Write it like redis://host;") as caught:
        env_address("BROKER", "", "redis://host", BROKERS)
    assert "cret" not in str(caught.value)


def test_no_cache_is_an_address_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CACHE", "")
    assert env_address("CACHE", "", "redis://host", BROKERS) == ""


@pytest.mark.parametrize(
    "sender",
    [
        "visits@clinic.example",
        "Zoë's Clinic <visits@clinic.example>",
        '"Riverside, Clinic" <visits@clinic.example>',
        "visits@localhost",
    ],
)
def test_letters_come_from_an_address_with_a_name_or_without(monkeypatch: pytest.MonkeyPatch, sender: str) -> None:
    monkeypatch.setenv("SENDER", sender)
    assert env_sender("SENDER", "") == sender


@pytest.mark.parametrize(
    "sender",
    [
        "Riverside, Clinic <visits@clinic.example>",
        "Riverside visits@clinic.example",
        "Riverside <visits@clinic.example",
        "visits@clinic.example, desk@clinic.example",
        "visits",
        "",
    ],
)
def test_a_sender_that_no_letter_could_have_stops_the_start(monkeypatch: pytest.MonkeyPatch, sender: str) -> None:
    monkeypatch.setenv("SENDER", sender)
    with pytest.raises(ImproperlyConfigured, match=r"SENDER is .* Write it like visits@clinic\.example"):
        env_sender("SENDER", "")
