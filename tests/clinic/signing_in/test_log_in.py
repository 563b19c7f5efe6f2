"""Signing in with a password: what it tells, whom it lets in, and how often it may be tried."""

import datetime as dt
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from clinic.models import StaffSession, User
from tests.builders import NOW
from tests.clinic.signing_in.conftest import PASSWORD
from tests.conftest import log_in
from tests.servers.database import own_database
from tests.servers.processes import start


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: Any) -> Any:
    """Fill in the log-in."""
    return client.post(reverse("account_login"), {"login": email, "password": password, **more})


def test_the_session_has_a_new_key_after_the_log_in(front_desk: User) -> None:
    client = Client()
    session = client.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    client.cookies["session"] = str(planted)
    assert sign_in(client, front_desk.email).status_code == 302
    assert client.cookies["session"].value != planted
    assert not StaffSession.objects.filter(session_key=planted).exists()
    assert StaffSession.objects.get().user == front_desk


def test_a_key_that_no_session_can_have_is_a_stranger_s(db: None, django_assert_num_queries: Any) -> None:
    # A cookie may write a NUL in figures. PostgreSQL takes none, wherever it stands.
    browser = Client(headers={"cookie": r'session="\000aaaaaaaaaaaa"'})
    with django_assert_num_queries(0):
        answer: Any = browser.get(reverse("treatments:today"))
    assert answer.url == f"{reverse('account_login')}?next={reverse('treatments:today')}"


def test_the_log_in_asks_for_a_csrf_token(front_desk: User) -> None:
    client = Client(enforce_csrf_checks=True)
    assert sign_in(client, front_desk.email).status_code == 403


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_the_log_in_leads_to_no_other_site(front_desk: User, target: str) -> None:
    response = sign_in(Client(), front_desk.email, next=target)
    assert response.url == reverse("clinic:home")


def test_the_log_in_leads_back_to_where_one_was(front_desk: User) -> None:
    target = reverse("treatments:recall")
    assert sign_in(Client(), front_desk.email, next=target).url == target


def test_there_is_no_page_to_sign_up() -> None:
    assert Client().get("/sign-up/").status_code == 404
    assert Client().get("/accounts/signup/").status_code == 404


def test_a_person_who_is_gone_reads_what_a_stranger_reads(front_desk: User) -> None:
    User.objects.filter(pk=front_desk.pk).update(is_active=False)
    gone = sign_in(Client(), front_desk.email)
    assert b"Email or password is wrong." in gone.content


def test_spraying_one_password_over_many_log_ins_is_stopped(front_desk: User) -> None:
    answers = [sign_in(Client(), f"person{number}@riverside.example", "Spring2026!!") for number in range(20)]
    assert all(b"Too many tries" not in answer.content for answer in answers)
    assert b"Too many tries" in sign_in(Client(), front_desk.email).content  # even the right password waits


def test_spraying_is_counted_over_all_processes_at_one_moment(tmp_path: Path, django_db_setup: None) -> None:
    guess = [sys.executable, "-m", "tests.clinic.signing_in.guessing", "203.0.113.7", "15"]
    with own_database(tmp_path) as database:
        logs = [tmp_path / f"{number}.log" for number in range(2)]
        processes = [start(guess, environment=database, log=log) for log in logs]
        assert [process.wait(120) for process in processes] == [0, 0]
    assert sum(int(log.read_text().split()[-1]) for log in logs) == 20


def test_an_address_may_ask_for_as_many_log_ins_by_passkey_as_by_password(db: None) -> None:
    answers = [Client().post(reverse("mfa_login_webauthn")).status_code for _ in range(61)]
    assert answers == [302] * 60 + [429]


def test_who_asks_too_often_reads_for_how_long_each_limit_counts(settings: Settings) -> None:
    assert "Wait 10 minutes, then try again." in render_to_string("429.html")
    assert all("/10m/" in limit for limits in settings.ACCOUNT_RATE_LIMITS.values() for limit in limits.split(","))


def test_guessing_one_log_in_from_many_addresses_is_stopped(front_desk: User) -> None:
    for number in range(10):
        sign_in(Client(REMOTE_ADDR=f"203.0.113.{number}"), front_desk.email, "wrong")
    assert b"Too many tries" in sign_in(Client(REMOTE_ADDR="203.0.113.99"), front_desk.email).content


def test_an_address_in_other_letters_does_not_begin_the_count_of_a_log_in_anew(front_desk: User) -> None:
    for number in range(10):
        written = front_desk.email[:number].upper() + front_desk.email[number:]
        sign_in(Client(REMOTE_ADDR=f"203.0.113.{number}"), written, "wrong")
    assert b"Too many tries" in sign_in(Client(REMOTE_ADDR="203.0.113.99"), front_desk.email).content


@pytest.mark.parametrize("host", ["testserver:{}", "TestServer:{}"])
def test_a_forged_host_does_not_begin_the_count_of_a_log_in_anew(front_desk: User, host: str) -> None:
    for number in range(10):
        client = Client(REMOTE_ADDR=f"203.0.113.{number}", headers={"host": host.format(8000 + number)})
        sign_in(client, front_desk.email, "wrong")
    assert b"Too many tries" in sign_in(Client(REMOTE_ADDR="203.0.113.99"), front_desk.email).content


def test_tries_at_many_other_log_ins_push_no_count_out() -> None:
    counts = [f"count-of-log-in-{number}" for number in range(400)]
    for one in counts:
        cache.set(one, [NOW.timestamp()], 600)
    assert cache.get_many(counts).keys() == set(counts)


def test_a_lock_ends_by_itself(front_desk: User, frozen_clock: Any) -> None:
    for _ in range(11):
        sign_in(Client(), front_desk.email, "wrong")
    frozen_clock.shift(601)
    assert sign_in(Client(), front_desk.email).status_code == 302


@pytest.mark.parametrize("email", ["fran@riverside.example", "nobody@riverside.example"])
def test_a_link_that_could_not_be_sent_is_not_waited_for(front_desk: User, settings: Settings, email: str) -> None:
    settings.EMAIL_BACKEND = "reminders.channels.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # where nobody listens
    answer = Client().post(reverse("account_reset_password"), {"email": email})
    assert answer.status_code == 503
    assert "No letter could be sent" in answer.content.decode()


def test_a_forgotten_password_tells_nobody_who_signs_in_here(front_desk: User) -> None:
    known = Client().post(reverse("account_reset_password"), {"email": front_desk.email})
    unknown = Client().post(reverse("account_reset_password"), {"email": "nobody@riverside.example"})
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    assert [letter.subject for letter in mail.outbox] == ["Your new password", "Your log-in"]


def test_the_host_of_a_request_does_not_get_into_a_letter(front_desk: User, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]  # even an installation that lets every name in
    Client(SERVER_NAME="evil.example").post(reverse("account_reset_password"), {"email": front_desk.email})
    assert "evil.example" not in f"{mail.outbox[0].subject} {mail.outbox[0].body}"
    assert f"{settings.BASE_URL}/forgotten/" in str(mail.outbox[0].body)


def test_the_letter_says_for_how_long_its_link_works(front_desk: User, frozen_clock: Any) -> None:
    Client().post(reverse("account_reset_password"), {"email": front_desk.email})
    letter = str(mail.outbox[0].body)
    [link] = re.findall(r"http\S+(/forgotten/\S+)", letter)
    assert "The link works once, within 3 days." in letter
    frozen_clock.shift(3 * 24 * 3600 - 60)
    assert b"is too old" not in Client().get(link, follow=True).content
    frozen_clock.shift(120)
    assert b"is too old" in Client().get(link, follow=True).content


def test_a_new_password_ends_all_sessions_and_its_link_works_once(front_desk: User) -> None:
    old = log_in(front_desk)
    client = Client()
    client.post(reverse("account_reset_password"), {"email": front_desk.email})
    [link] = re.findall(r"http\S+(/forgotten/\S+)", str(mail.outbox[0].body))
    form: Any = client.get(link)
    new = {"password1": "a new and longer password", "password2": "a new and longer password"}
    assert client.post(form.url, new).status_code == 302
    assert old.get(reverse("treatments:today")).status_code == 302
    assert sign_in(Client(), front_desk.email, new["password1"]).status_code == 302
    assert b"does not work any more" in Client().get(link).content


def test_after_a_change_of_password_no_other_session_is_listed(front_desk: User) -> None:
    lost, here = log_in(front_desk), log_in(front_desk)
    new = "a new and longer password"
    answer = here.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new}, follow=True
    )
    assert "You were signed out on every other device." in answer.content.decode()
    assert [row.session_key for row in answer.context["sessions"]] == [here.session.session_key]
    assert lost.get(reverse("treatments:today")).status_code == 302


def test_after_a_new_password_by_link_no_session_is_listed(front_desk: User) -> None:
    log_in(front_desk)
    client, new = Client(), "a new and longer password"
    client.post(reverse("account_reset_password"), {"email": front_desk.email})
    [link] = re.findall(r"http\S+(/forgotten/\S+)", str(mail.outbox[0].body))
    form: Any = client.get(link)
    client.post(form.url, {"password1": new, "password2": new})
    assert not StaffSession.objects.filter(user=front_desk).exists()


def test_a_new_password_by_link_ends_the_lock_as_the_page_says(front_desk: User) -> None:
    for number in range(10):
        sign_in(Client(REMOTE_ADDR=f"203.0.113.{number}"), front_desk.email, "wrong")
    client = Client(REMOTE_ADDR="203.0.113.99")
    assert b"or reset your password" in sign_in(client, front_desk.email).content
    client.post(reverse("account_reset_password"), {"email": front_desk.email})
    link = re.findall(r"http://\S+", str(mail.outbox[0].body))[0]
    form: Any = client.get(link)
    password = "another long enough password"
    client.post(form.url, {"password1": password, "password2": password})
    assert sign_in(client, front_desk.email, password).status_code == 302


def test_a_new_password_is_asked_for_in_our_words(front_desk: User) -> None:
    page = log_in(front_desk).post(reverse("account_change_password"), {}).content.decode().split("<main", 1)[1]
    assert all(label in page for label in ("Current password", "New password", "New password again"))
    assert "Enter a new password." in page
    assert "This field is required" not in page
    assert "placeholder" not in page


def test_nothing_that_is_sent_names_an_illness(front_desk: User) -> None:
    for email in (front_desk.email, "nobody@riverside.example"):
        Client().post(reverse("account_reset_password"), {"email": email})
    sent = [f"{letter.subject} {letter.body}" for letter in mail.outbox]
    assert sent
    assert not re.search(r"botox|migraine|headache|inject|patient", " ".join(sent), re.IGNORECASE)


def test_one_sees_where_one_is_signed_in_and_signs_out_there(front_desk: User) -> None:
    here, there, elsewhere, rested = (log_in(front_desk) for _ in range(4))
    StaffSession.objects.filter(session_key=rested.session.session_key).update(expire_date=NOW)
    page = here.get(reverse("account_me")).content.decode()
    assert page.count("<strong>Firefox on Linux</strong>") == 3
    assert str(there.session.session_key) not in page
    other = StaffSession.objects.get(session_key=there.session.session_key)
    here.post(reverse("account_end_session"), {"session": other.uid})
    answers = [browser.get(reverse("treatments:today")).status_code for browser in (here, there, elsewhere)]
    assert answers == [200, 302, 200]


def test_one_sees_since_when_each_browser_is_signed_in_and_when_it_was_used(front_desk: User) -> None:
    here = log_in(front_desk)
    mine = StaffSession.objects.get(session_key=here.session.session_key)
    times = {"began_at": NOW - dt.timedelta(hours=3), "seen_at": NOW - dt.timedelta(minutes=20)}
    StaffSession.objects.create(
        pk="k" * 32, user=front_desk, session_data="", expire_date=NOW + dt.timedelta(hours=1), device="Edge", **times
    )
    page = here.get(reverse("account_me")).content.decode()
    assert mine.began_at == NOW
    said = r'Edge</strong>, signed in since <time datetime="([^"]*)".*?, last used <time datetime="([^"]*)"'
    assert re.findall(said, page) == [("2026-11-23T07:00+00:00", "2026-11-23T09:40+00:00")]


def test_one_signs_out_everywhere_else_and_no_colleague_with_it(front_desk: User, nurse: User) -> None:
    here, there, theirs = log_in(front_desk), log_in(front_desk), log_in(nurse)
    here.post(reverse("account_end_session"), {"others": ""})
    answers = [browser.get(reverse("treatments:today")).status_code for browser in (here, there, theirs)]
    assert answers == [200, 302, 200]


def test_nobody_signs_somebody_else_out(front_desk: User, nurse: User) -> None:
    mine, theirs = log_in(front_desk), log_in(nurse)
    row = StaffSession.objects.get(session_key=theirs.session.session_key)
    mine.post(reverse("account_end_session"), {"session": row.uid})
    assert theirs.get(reverse("treatments:today")).status_code == 200
