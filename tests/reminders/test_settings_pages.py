"""Settings: rules, texts with their versions, blocked words."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from clinic.models import Clinic, User
from reminders import writing
from reminders.channels import SendError
from reminders.dispatch import send_due
from reminders.models import BlockedWord, MessageTemplate, Reminder, ReminderRule
from reminders.planning import reconcile
from tests.builders import NOW, make_clinic
from tests.conftest import log_in
from tests.reminders.conftest import Gateway
from treatments.models import TreatmentSession

BODY = "{clinic}: {first_name}, see you {day_date} at {time}. {link}"


@pytest.fixture
def rule(rules: Clinic) -> ReminderRule:
    """The rule three days before a visit."""
    return ReminderRule.objects.get(kind="visit", days_before=3)


@pytest.fixture
def client(admin: User) -> Client:
    """Ada's browser."""
    return log_in(admin)


def at(name: str, rule: ReminderRule, channel: str = "sms", language: str = "en") -> str:
    """Return the address of one of the editor's steps."""
    return reverse(f"reminders:{name}", args=[rule.pk, channel, language])


def page(response: Any, status: int = 200) -> str:
    """Return the words of an answer."""
    assert response.status_code == status
    return " ".join(response.content.decode().replace("&#x27;", "'").split())


# Rules


def test_the_rules_are_listed_and_changed(rule: ReminderRule, client: Client, admin: User) -> None:
    assert "14 days before" in page(client.get(reverse("reminders:rules")))
    data = {"days": 5, "send_at": "16:30", "channel_order": "email,sms", "languages": ["pl"], "version": 1}
    assert client.post(reverse("reminders:rule", args=[rule.pk]), data).status_code == 302
    rule.refresh_from_db()
    assert (rule.days_before, rule.send_at, rule.channel_order) == (5, dt.time(16, 30), "email,sms")
    assert (rule.languages, rule.active, rule.version) == (["en", "pl"], False, 2)
    assert rule.history.latest().history_user == admin


def test_of_each_rule_it_is_said_when_its_messages_leave(rules: Clinic, client: Client, settings: Settings) -> None:
    settings.UNDO_SECONDS = 300
    shown = re.sub(r"<[^>]+>", "", page(client.get(reverse("reminders:rules"))))
    for line in (
        "Welcome an hour later",
        "Booked 5 minutes later",
        "3 days before 10:00",
        "message when somebody sends it",
    ):
        assert line in " ".join(shown.split())


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("send_at", "21:00", "people are not disturbed"),
        ("days", "0", "whole days from 1 to 60"),
        ("days", "1", "There is a rule for that already"),
        ("version", "0", "Somebody changed this meanwhile"),
    ],
)
def test_a_rule_that_cannot_be_is_answered_in_words(
    rule: ReminderRule, client: Client, field: str, value: str, words: str
) -> None:
    data: dict[str, Any] = {"days": 4, "send_at": "10:00", "channel_order": "preferred", "active": "on", "version": 1}
    answer = page(client.post(reverse("reminders:rule", args=[rule.pk]), data | {field: value}), 422)
    assert words in answer
    assert "There is a problem" in answer


def test_a_new_rule_comes_with_texts_in_every_language(rule: ReminderRule, client: Client) -> None:
    data = {"kind": "visit", "days": 7, "send_at": "10:00", "channel_order": "preferred", "active": "on"}
    answer = client.post(reverse("reminders:new_rule"), data, follow=True)
    assert "7 days before is added, with texts in every language: look at them." in answer.content.decode()
    made = ReminderRule.objects.get(days_before=7)
    assert MessageTemplate.objects.filter(rule=made).count() == 10
    assert made.since == NOW


def test_a_rule_that_two_admins_add_at_once_is_there_already_for_the_second(
    rule: ReminderRule, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ReminderRule, "validate_constraints", lambda _: None)  # the first had not saved yet
    data = {"kind": "visit", "days": 3, "send_at": "10:00", "channel_order": "preferred", "active": "on"}
    assert "There is a rule for that already." in page(client.post(reverse("reminders:new_rule"), data), 422)


def test_a_rule_that_is_switched_on_speaks_of_what_happens_from_now_on(rule: ReminderRule, client: Client) -> None:
    booked = ReminderRule.objects.get(kind="booked")
    ReminderRule.objects.filter(pk=booked.pk).update(active=False)
    data = {"channel_order": "preferred", "active": "on", "version": 1}
    assert client.post(reverse("reminders:rule", args=[booked.pk]), data).status_code == 302
    booked.refresh_from_db()
    assert (booked.active, booked.since) == (True, NOW)


def test_a_rule_that_stays_on_still_speaks_of_what_happened_before_it_was_saved(
    rule: ReminderRule, client: Client
) -> None:
    booked = ReminderRule.objects.get(kind="booked")
    data = {"channel_order": "sms", "active": "on", "version": 1}
    assert client.post(reverse("reminders:rule", args=[booked.pk]), data).status_code == 302
    booked.refresh_from_db()
    assert (booked.channel_order, booked.since) == ("sms", None)


def test_another_clinics_rule_is_not_found(rule: ReminderRule, stranger: User, lakeside: Clinic) -> None:
    stranger.memberships.update(role="admin")
    assert log_in(stranger).get(at("text", rule)).status_code == 404


# Texts


@pytest.fixture
def older(rules: Clinic) -> ReminderRule:
    """The rule about offers, whose English texts a clinic has from a time when the standard was another."""
    offers = ReminderRule.objects.get(kind="offer")
    MessageTemplate.objects.filter(rule=offers, language="en").update(
        body="{clinic}: {first_name}, an earlier time: {day_date} at {time}. Want it? {link}"
    )
    return offers


def test_a_standard_that_changed_is_said_from_the_list_to_the_text_and_put_into_the_form_by_choice(
    older: ReminderRule, client: Client
) -> None:
    assert "new standard for 2 texts" in page(client.get(reverse("reminders:rules")))
    assert "The standard text is another by now" in page(client.get(at("text", older)))
    assert "another by now" not in page(client.get(at("text", older, language="pl")))
    form = client.get(at("text", older), {"standard": "on"}).context["form"]
    assert "a free time" in form["body"].value()
    assert MessageTemplate.objects.filter(rule=older, version=2).count() == 0


def test_one_press_takes_the_new_standard_where_nobody_wrote_a_text_of_their_own(
    older: ReminderRule, client: Client, admin: User
) -> None:
    client.post(at("text", older, "email"), {"subject": "Ours", "body": BODY, "version": 1})
    assert "1 text that nobody here wrote" in page(client.get(reverse("reminders:rule", args=[older.pk])))
    client.post(reverse("reminders:use_standard", args=[older.pk]))
    made = MessageTemplate.objects.exclude(version=1).filter(rule=older, channel="sms").get()
    assert (made.language, made.version, made.made_by) == ("en", 2, admin)
    assert "a free time" in made.body
    assert writing.newest(older, "email", "en").subject == "Ours"  # type: ignore[union-attr]
    assert "that nobody here wrote" not in page(client.get(reverse("reminders:rule", args=[older.pk])))


def test_a_text_of_ones_own_is_not_told_of_the_standard_it_came_from(rule: ReminderRule, client: Client) -> None:
    client.post(at("text", rule), {"body": BODY, "version": 1})
    assert "another by now" not in page(client.get(at("text", rule)))


def test_a_new_standard_with_a_word_that_the_clinic_blocks_is_not_taken(
    older: ReminderRule, client: Client, admin: User
) -> None:
    writing.block_word(clinic=older.clinic, word="free", by=admin, at=NOW)
    client.post(reverse("reminders:use_standard", args=[older.pk]))
    assert not MessageTemplate.objects.filter(rule=older, version=2).exists()


def test_an_edit_is_a_new_version_with_its_author(rule: ReminderRule, client: Client, admin: User) -> None:
    client.post(at("text", rule), {"body": BODY, "version": 1})
    first, second = MessageTemplate.objects.filter(rule=rule, channel="sms", language="en").order_by("version")
    assert (first.made_by, second.version, second.made_by, second.made_at) == (None, 2, admin, NOW)
    assert "Ada Lind" in page(client.get(at("text", rule)))


def test_what_was_sent_keeps_the_version_it_was_sent_with(
    reminder: Reminder, admin: User, gateways: dict[str, Gateway]
) -> None:
    gateways["sms"].answers = [SendError("The gateway did not answer", permanent=False)]
    send_due(clock=lambda: NOW)
    reminder.refresh_from_db()
    begun_with = reminder.template
    rule = reminder.rule
    writing.save_text(
        rule=rule, channel="sms", language="en", subject="", body=f"New. {BODY}", after=1, by=admin, at=NOW
    )
    send_due(clock=lambda: NOW + dt.timedelta(minutes=6))
    assert begun_with is not None
    assert gateways["sms"].taken[0].body.startswith("Riverside Clinic: Maria")


def test_the_next_message_goes_out_with_the_newest_version(
    reminder: Reminder, admin: User, gateways: dict[str, Gateway]
) -> None:
    rule = reminder.rule
    writing.save_text(
        rule=rule, channel="sms", language="en", subject="", body=f"New {BODY}", after=1, by=admin, at=NOW
    )
    send_due(clock=lambda: NOW)
    reminder.refresh_from_db()
    assert gateways["sms"].taken[0].body.startswith("New Riverside")
    assert reminder.template
    assert reminder.template.version == 2


def test_two_who_edit_at_once_lose_nothing(rule: ReminderRule, client: Client, admin: User) -> None:
    writing.save_text(
        rule=rule, channel="sms", language="en", subject="", body=f"Theirs {BODY}", after=1, by=admin, at=NOW
    )
    answer = page(client.post(at("text", rule), {"body": f"Mine {BODY}", "version": 1}), 409)
    assert "Version 2 was saved while you were typing" in answer
    assert "Error: " in answer
    assert f"Theirs {BODY}" in answer
    assert f"Mine {BODY}" in answer
    assert 'name="version" value="2"' in answer
    client.post(at("text", rule), {"body": f"Mine {BODY}", "version": 2})
    assert MessageTemplate.objects.filter(rule=rule, channel="sms", language="en").count() == 3


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (f"{BODY} Botox", "Take out the word Botox"),
        (f"{BODY} {{frist_name}}", "Did you mean {first_name}?"),
        ("{clinic}: see you {day_date}", "The link is missing"),
        ("", "Write the text."),
        (f"{BODY} su tratamiento", "Take out the word tratamiento"),
    ],
)
def test_a_text_that_may_not_be_sent_is_not_saved(rule: ReminderRule, client: Client, body: str, words: str) -> None:
    answer = page(client.post(at("text", rule), {"body": body, "version": 1}), 422)
    assert words in answer
    assert MessageTemplate.objects.filter(rule=rule, channel="sms", language="en").count() == 1


def test_all_that_is_wrong_with_a_text_is_said_at_once(rule: ReminderRule, client: Client) -> None:
    answer = page(client.post(at("text", rule), {"body": "Your migraine visit is at {tme}.", "version": 1}), 422)
    summary = answer.split("There is a problem")[1].split("</ul>")[0]
    for words in ("Take out the word migraine", "There is no field {tme}", "The link is missing", "Say who writes"):
        assert words in summary


def test_a_subject_is_guarded_too(rule: ReminderRule, client: Client) -> None:
    data = {"subject": "Your migraine", "body": BODY, "version": 1}
    assert "Take out the word migraine" in page(client.post(at("text", rule, "email"), data), 422)


def test_the_editor_shows_the_longest_and_counts_it(rule: ReminderRule, client: Client) -> None:
    answer = page(client.get(at("text", rule)))
    assert "of 160 characters · 1 text · GSM-7" in answer
    assert "Christopher" in answer
    assert "Wednesday" in answer


def test_the_preview_says_what_makes_a_text_long(rule: ReminderRule, client: Client) -> None:
    answer = page(client.post(at("preview_text", rule), {"body": f"{BODY} It’s"}, headers={"HX-Request": "true"}))
    assert "<html" not in answer
    assert "<bdi>’</bdi> (write <bdi>'</bdi>)" in answer
    assert "long-code text: 2 texts." in answer
    assert "?plain=1" in answer


def test_odd_characters_are_changed_without_javascript_and_nothing_is_saved(rule: ReminderRule, client: Client) -> None:
    answer = page(client.post(f"{at('preview_text', rule)}?plain=1", {"body": f"{BODY} It’s", "version": "1"}))
    assert f"{BODY} It's</textarea>" in answer
    assert MessageTemplate.objects.filter(rule=rule, channel="sms", language="en").count() == 1


def test_hints_to_read_more_easily_keep_nobody_from_saving(rule: ReminderRule, client: Client) -> None:
    body = BODY + " Please attend."
    assert "“attend” could be “come”." in page(client.post(at("preview_text", rule), {"body": body, "version": 1}))
    assert client.post(at("text", rule), {"body": body, "version": 1}).status_code == 302


def test_hints_are_about_english_alone(rule: ReminderRule, client: Client) -> None:
    told = page(client.post(at("preview_text", rule, language="pl"), {"body": BODY + " attend", "version": 1}))
    assert "could be" not in told


def test_urdu_is_shown_from_right_to_left(rule: ReminderRule, client: Client) -> None:
    answer = page(client.get(at("text", rule, language="ur")))
    assert re.search(r'<div class="bubble"[^>]* lang="ur" dir="rtl">', answer)
    assert "long-code (UCS-2)" in answer


def test_a_test_really_goes_out_to_the_address_given(
    rule: ReminderRule, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = Gateway()
    monkeypatch.setattr("reminders.writing.carrier_for", lambda channel, demo: gateway)
    answer = page(client.post(at("try_text", rule), {"body": BODY, "version": 1, "to": "07700 900123"}))
    assert "The test went out" in answer
    assert gateway.taken[0].to == "+447700900123"
    assert gateway.taken[0].body.startswith("Riverside Clinic: Christopher")


def test_a_test_from_a_made_up_clinic_goes_to_a_file(admin: User, settings: Settings, outbox_folder: Path) -> None:
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:9"  # where nobody takes a call
    made_up = make_clinic("Harbour", demo=True)
    writing.send_test(clinic=made_up, channel="sms", to="+447700900123", subject="", body=BODY, by=admin, at=NOW)
    assert len(list((outbox_folder / "sms").iterdir())) == 1


@pytest.mark.parametrize("step", ["preview_text", "try_text"])
def test_another_theme_leads_back_to_the_text_from_every_step(rule: ReminderRule, client: Client, step: str) -> None:
    answer = client.post(at(step, rule), {"body": BODY, "version": 1}).content.decode()
    theme = re.search('name="next" value="([^"]+)"', answer)
    assert theme
    assert client.get(theme[1]).status_code == 200


@pytest.mark.parametrize("to", ["", "hello"])
def test_a_test_without_an_address_is_answered_in_words(rule: ReminderRule, client: Client, to: str) -> None:
    answer = page(client.post(at("try_text", rule), {"body": BODY, "version": 1, "to": to}), 422)
    assert "The test did not go out." in answer


def test_a_language_without_a_text_says_that_english_is_sent(
    rule: ReminderRule, client: Client, visit: TreatmentSession, gateways: dict[str, Gateway]
) -> None:
    MessageTemplate.objects.filter(rule=rule, language="pl").delete()
    assert "not written: English is sent" in page(client.get(reverse("reminders:rule", args=[rule.pk])))
    visit.course.patient.language = "pl"
    visit.course.patient.save()
    reconcile(now=NOW)
    send_due(clock=lambda: NOW)
    sent = page(client.get(reverse("reminders:centre"), {"tab": "sent"}))
    assert "in English: there is no text in Polski" in sent


# Words


def test_a_clinic_blocks_a_word_and_allows_it_again(rule: ReminderRule, client: Client) -> None:
    client.post(reverse("reminders:words"), {"word": "Neuron"})
    assert "Neuron" in page(client.post(at("text", rule), {"body": f"{BODY} Neuron ward", "version": 1}), 422)
    client.post(reverse("reminders:allow_word", args=[BlockedWord.objects.get().uid]))
    assert client.post(at("text", rule), {"body": f"{BODY} Neuron ward", "version": 1}).status_code == 302


def test_a_word_is_blocked_as_it_is_written(rule: ReminderRule, client: Client) -> None:
    client.post(reverse("reminders:words"), {"word": "Weißdorn"})
    assert "Take out the word Weißdorn" in page(
        client.post(at("text", rule), {"body": f"{BODY} Weißdorn", "version": 1}), 422
    )


@pytest.mark.parametrize("word", ["ß" * 40, "\u0130" * 40])
def test_a_word_that_grows_in_small_letters_is_kept_or_answered_in_words(
    riverside: Clinic, client: Client, word: str
) -> None:
    response = client.post(reverse("reminders:words"), {"word": word})
    kept = [len(one) for one in BlockedWord.objects.values_list("word", flat=True)]
    assert kept == [40] if response.status_code == 302 else "Use at most 40 letters." in page(response, 422)


def test_a_word_of_signs_that_nobody_sees_blocks_nothing(rule: ReminderRule, client: Client) -> None:
    answer = page(client.post(reverse("reminders:words"), {"word": "\u200b\u200b\u200b"}), 422)
    assert "Enter a word of three letters or more." in answer
    assert client.post(at("text", rule), {"body": BODY, "version": 1}).status_code == 302


def test_what_everybody_blocks_is_listed_and_cannot_be_taken_off(rule: ReminderRule, client: Client) -> None:
    answer = page(client.get(reverse("reminders:words")))
    assert "migraine" in answer
    assert "zastrzyk" in answer
    assert "Allow migraine" not in answer
