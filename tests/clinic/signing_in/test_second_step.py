"""The second step: who needs it, how it is set up, and that no page comes before it."""

import base64
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core import mail
from django.test import Client
from django.urls import reverse

from clinic.models import Clinic, Membership, Role, User
from tests.clinic.signing_in.conftest import PASSWORD
from tests.clinic.signing_in.test_log_in import sign_in
from tests.conftest import log_in
from tests.pages import text
from tests.servers.database import own_database, run_python

SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _asked_for(settings: Any) -> None:
    """Ask for it, as a clinic's installation does."""
    settings.SECOND_FACTOR = True


def code(secret: str = SECRET) -> str:
    """Return what an app shows now."""
    shown: str = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    return shown


def test_an_admin_without_one_sees_no_page_before_setting_it_up(admin: User) -> None:
    client = log_in(admin)
    for name in ("treatments:today", "setup:overview", "patients:search", "clinic:home"):
        response: Any = client.get(reverse(name))
        assert response.url == reverse("mfa_index")
    assert client.get(reverse("mfa_index")).status_code == 200


@pytest.mark.parametrize(("owner", "kind"), [("a colleague", "totp"), ("they", "recovery_codes")])
def test_neither_a_colleagues_app_nor_backup_codes_alone_are_ones_second_step(
    admin: User, nurse: User, owner: str, kind: str
) -> None:
    Authenticator.objects.create(user=admin if owner == "they" else nurse, type=kind, data={})
    response: Any = log_in(admin).get(reverse("treatments:today"))
    assert (response.status_code, response.headers.get("Location")) == (302, reverse("mfa_index"))


def test_others_need_one_only_where_the_clinic_asks_for_it(front_desk: User, riverside: Clinic) -> None:
    client = log_in(front_desk)
    assert client.get(reverse("treatments:today")).status_code == 200
    Clinic.objects.filter(pk=riverside.pk).update(second_factor_for_all=True)
    response: Any = client.get(reverse("treatments:today"))
    assert response.url == reverse("mfa_index")


def second_step_page(user: User) -> str:
    return text(log_in(user).get(reverse("mfa_index")))


def test_the_page_says_who_asks_for_one_and_whether_anybody_does(
    admin: User, front_desk: User, riverside: Clinic
) -> None:
    assert "Admins need a second step. You have none yet" in second_step_page(admin)
    assert "none is asked of you" in second_step_page(front_desk)
    Clinic.objects.filter(pk=riverside.pk).update(second_factor_for_all=True)
    assert f"{riverside.name} asks everybody for a second step. You have none yet" in second_step_page(front_desk)
    Authenticator.objects.create(user=front_desk, type="totp", data={"secret": "x"})
    page = second_step_page(front_desk)
    assert "You have none yet" not in page
    assert "asks everybody for a second step. Your last one can be removed only once you have another." in page


def test_where_it_is_turned_off_the_page_says_that_nobody_asks(admin: User, settings: Any) -> None:
    settings.SECOND_FACTOR = False
    assert "none is asked of you" in second_step_page(admin)


def test_a_form_sent_after_one_was_asked_for_is_said_not_to_be_saved(front_desk: User, riverside: Clinic) -> None:
    client = log_in(front_desk)
    Clinic.objects.filter(pk=riverside.pk).update(second_factor_for_all=True)
    page: Any = client.post(reverse("patients:new"), {"given_name": "Robin"}, follow=True)
    said = "A second step is asked of you now, so that was not saved. Set one up and do it again."
    assert page.request["PATH_INFO"] == reverse("mfa_index")
    assert said in page.content.decode()


def test_neither_a_page_that_is_asked_for_nor_a_draft_says_there_that_it_was_not_saved(
    front_desk: User, riverside: Clinic
) -> None:
    client, address = log_in(front_desk), reverse("patients:new")
    Clinic.objects.filter(pk=riverside.pk).update(second_factor_for_all=True)
    assert "not saved" not in client.get(address, follow=True).content.decode()
    client.post(address, headers={"Sec-Fetch-Mode": "cors"})  # its page says so itself, each time
    assert "not saved" not in client.get(reverse("mfa_index")).content.decode()


def is_asked_who_they_are(client: Client) -> bool:
    """Return whether setting up an app asks for the password first."""
    answer: Any = client.get(reverse("mfa_activate_totp"))
    return bool(answer.status_code == 302 and answer.url.startswith(reverse("account_reauthenticate")))


def test_a_password_of_just_now_is_not_asked_for_again_and_one_of_five_minutes_ago_is(
    admin: User, frozen_clock: Any
) -> None:
    client = Client()
    sign_in(client, admin.email)
    frozen_clock.shift(299)
    assert not is_asked_who_they_are(client)
    frozen_clock.shift(1)
    wrong = client.post(reverse("account_reauthenticate"), {"password": "another long password"})
    assert b"That is not your password." in wrong.content
    assert b"Forgotten your password?" in wrong.content  # as the page to sign in at calls it, and the one it leads to
    assert is_asked_who_they_are(client)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert not is_asked_who_they_are(client)


def test_a_session_that_began_without_a_password_is_asked_for_it(admin: User) -> None:
    assert is_asked_who_they_are(log_in(admin))


def test_whoever_signs_in_at_the_same_browser_has_to_show_it_themselves(admin: User, front_desk: User) -> None:
    client = Client()
    sign_in(client, admin.email)
    client.force_login(front_desk)
    assert is_asked_who_they_are(client)


def test_an_app_is_set_up_and_then_asked_for(admin: User) -> None:
    client = Client()
    sign_in(client, admin.email)
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    done: Any = client.post(reverse("mfa_activate_totp"), {"code": f" {code(secret)[:3]} {code(secret)[3:]} "})
    assert done.url == reverse("mfa_view_recovery_codes")
    assert (
        b"shown this one time. Each lets you sign in once, without the app or a passkey."
        in client.get(done.url).content
    )
    assert client.get(reverse("treatments:today")).status_code == 200
    assert secret not in str(Authenticator.objects.get(type="totp").data)  # locked before it is written


def test_the_picture_that_was_read_stays_the_one_whose_code_is_asked_for(admin: User) -> None:
    client = Client()
    sign_in(client, admin.email)
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    client.get(reverse("mfa_activate_totp"))  # in another tab, or back again
    assert client.post(reverse("mfa_activate_totp"), {"code": code(secret)}).status_code == 302
    Authenticator.objects.all().delete()
    assert client.get(reverse("mfa_activate_totp")).context["form"].secret != secret  # another app has one of its own


def test_the_last_backup_code_is_spoken_of_as_one(admin: User) -> None:
    client = Client()
    sign_in(client, admin.email)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    codes = Authenticator.objects.get(type="recovery_codes")
    codes.data["used_mask"] = 0b111111111
    codes.save()
    client.get(reverse("mfa_view_recovery_codes"))  # the one time at which they are shown
    assert b"1 of 10 is left" in client.get(reverse("mfa_view_recovery_codes")).content
    assert b"The code that is left will not work" in client.get(reverse("mfa_generate_recovery_codes")).content


def test_whoever_chose_a_new_password_by_link_can_set_one_up(admin: User) -> None:
    client, new = Client(), "another long enough password"
    client.post(reverse("account_reset_password"), {"email": admin.email})
    form: Any = client.get(re.findall(r"http://\S+", str(mail.outbox[0].body))[0])
    client.post(form.url, {"password1": new, "password2": new})
    sign_in(client, admin.email, new)
    client.post(reverse("account_reauthenticate"), {"password": new})
    assert client.get(reverse("mfa_add_webauthn")).status_code == 200
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    assert client.post(reverse("mfa_activate_totp"), {"code": code(secret)}).status_code == 302
    assert client.get(reverse("treatments:today")).status_code == 200


def test_a_password_alone_does_not_sign_in_whoever_has_an_app(admin: User) -> None:
    TOTP.activate(admin, SECRET)
    client = Client()
    client.cookies["session"] = "a" * 32  # of a session that is no more
    first = sign_in(client, admin.email)
    assert first.url == reverse("mfa_authenticate")
    assert client.get(reverse("treatments:today")).status_code == 302
    assert b"That code is wrong" in client.post(first.url, {"code": "000000"}).content
    assert client.post(first.url, {"code": code()}).status_code == 302
    page = client.get(reverse("treatments:today"))
    assert page.status_code == 200
    assert b"came too late" not in page.content


def test_who_gave_their_app_up_while_none_was_needed_sets_one_up_when_made_an_admin(
    admin: User, riverside: Clinic, lakeside: Clinic
) -> None:
    Membership.objects.create(user=admin, clinic=lakeside, role=Role.ADMIN, active=False)  # what they were asks nothing
    client = Client()
    TOTP.activate(admin, SECRET)
    client.post(sign_in(client, admin.email).url, {"code": code()})
    assert client.get(reverse("treatments:today")).status_code == 200
    roles = Membership.objects.filter(user=admin, clinic=riverside)
    roles.update(role=Role.FRONT_DESK)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=admin).exists()
    roles.update(role=Role.ADMIN)
    response: Any = client.get(reverse("treatments:today"))
    assert response.url == reverse("mfa_index")


def test_the_code_can_be_typed_at_once(admin: User) -> None:
    TOTP.activate(admin, SECRET)
    client = Client()
    page = client.get(sign_in(client, admin.email).url).content.decode()
    assert "autofocus" in re.findall(r'<input[^>]*name="code"[^>]*>', page)[0]


def test_a_code_works_once(admin: User) -> None:
    TOTP.activate(admin, SECRET)
    for status in (302, 200):
        client = Client()
        sign_in(client, admin.email)
        assert client.post(reverse("mfa_authenticate"), {"code": code()}).status_code == status


@pytest.mark.parametrize("later", [31, 59, 61])
def test_a_code_that_is_still_shown_by_a_late_clock_works_once_too(admin: User, frozen_clock: Any, later: int) -> None:
    TOTP.activate(admin, SECRET)
    frozen_clock.shift(-(time.time() % 30))  # to the moment at which a code begins
    seen = format_hotp_value(hotp_value(SECRET, int(time.time()) // 30 + 1))  # by a clock that is fast
    for wait, typed, status in ((0, seen, 302), (later, f"{seen[:3]}-{seen[3:]}", 200)):
        frozen_clock.shift(wait)
        client = Client()
        sign_in(client, admin.email)
        assert client.post(reverse("mfa_authenticate"), {"code": typed}).status_code == status


def test_codes_cannot_be_tried_without_end(admin: User) -> None:
    TOTP.activate(admin, SECRET)
    client = Client()
    sign_in(client, admin.email)
    pages = [client.post(reverse("mfa_authenticate"), {"code": "000000"}) for _ in range(12)]
    # A new password would not help: it does not open the second step.
    assert b"Too many tries. Wait 10 minutes, then try again.<" in pages[-1].content


def test_who_took_too_long_for_the_code_reads_why_they_begin_again(admin: User, frozen_clock: Any) -> None:
    TOTP.activate(admin, SECRET)
    client = Client()
    sign_in(client, admin.email)
    frozen_clock.shift(16 * 60)
    page = client.post(reverse("mfa_authenticate"), {"code": "000000"}, follow=True)
    assert b"The code came too late after the password. Sign in again." in page.content


def test_who_must_have_one_cannot_take_the_last_away(admin: User) -> None:
    TOTP.activate(admin, SECRET)
    client = Client()
    sign_in(client, admin.email)
    client.post(reverse("mfa_authenticate"), {"code": code()})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(user=admin, type="totp").exists()


@pytest.mark.parametrize(("also_an_app", "left"), [(False, 1), (True, 0)])
def test_who_must_have_one_keeps_the_last_passkey(admin: User, nurse: User, also_an_app: bool, left: int) -> None:
    # Neither opens a session of theirs time and again: codes for a lost phone, and a colleague's app.
    Authenticator.objects.create(user=admin, type=Authenticator.Type.RECOVERY_CODES, data={})
    Authenticator.objects.create(user=nurse, type=Authenticator.Type.TOTP, data={})
    client = Client()
    sign_in(client, admin.email)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    passkey = Authenticator.objects.create(user=admin, type=Authenticator.Type.WEBAUTHN, data={})
    if also_an_app:
        TOTP.activate(admin, SECRET)
    page = client.post(reverse("mfa_remove_webauthn", args=[passkey.pk]), follow=True).content.decode()
    assert Authenticator.objects.filter(pk=passkey.pk).count() == left
    assert ("You need a second step to sign in here" in page) is bool(left)


def test_of_the_last_two_that_are_taken_away_at_once_one_stays(django_db_setup: None, tmp_path: Path) -> None:
    with own_database(tmp_path) as environment:
        found = json.loads(run_python("-m", "tests.clinic.signing_in.removing", environment=environment))
    assert found == {"answers": [200, 302], "left": 1}  # one page with its error, one that went on


def test_nothing_lets_a_passkey_of_another_site_in(settings: Any) -> None:
    # With this one the library asks no more where a passkey was used. Nobody needs it: localhost counts as safe anyway.
    assert not app_settings.WEBAUTHN_ALLOW_INSECURE_ORIGIN
    assert "INSECURE_ORIGIN" not in Path(settings.BASE_DIR, "clinic", "settings.py").read_text()


UNKNOWN = json.dumps({"id": "bm8", "rawId": "bm8", "type": "public-key", "response": {}})
DEEP = "[" * 20_000
DEEP_INSIDE = json.dumps(
    {
        "rawId": "bm8",
        "response": {
            "clientDataJSON": base64.b64encode(DEEP.encode()).decode(),
            "authenticatorData": "",
            "signature": "",
        },
    }
)
NO_DEVICE_SAYS = ["{", '{"id": 1}', pytest.param(DEEP, id="deep"), pytest.param(DEEP_INSIDE, id="deep inside")]
NOT_TAKEN = "That passkey is not known here, or was too late."


@pytest.mark.parametrize("sent", ["", UNKNOWN, *NO_DEVICE_SAYS])
def test_a_passkey_that_is_not_taken_at_the_log_in_says_so(admin: User, sent: str) -> None:
    page = Client().post(reverse("mfa_login_webauthn"), {"credential": sent}, follow=True)
    assert NOT_TAKEN in page.content.decode()


def test_a_passkey_that_is_not_taken_as_second_step_says_so(admin: User) -> None:
    TOTP.activate(admin, SECRET)
    client = Client()
    sign_in(client, admin.email)
    assert NOT_TAKEN in client.post(reverse("mfa_authenticate"), {"credential": UNKNOWN}).content.decode()


def test_a_passkey_that_is_not_taken_once_more_says_so_and_asks_again(
    admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    Authenticator.objects.create(user=admin, type=Authenticator.Type.WEBAUTHN, data={})
    monkeypatch.setattr("allauth.mfa.webauthn.internal.auth.get_credentials", lambda _: [])
    onward = {"credential": UNKNOWN, "next": reverse("mfa_view_recovery_codes")}
    page: Any = log_in(admin).post(reverse("mfa_reauthenticate_webauthn"), onward, follow=True)
    assert NOT_TAKEN in page.content.decode()
    assert page.request["PATH_INFO"] == reverse("mfa_reauthenticate_webauthn")
    assert page.context["redirect_field_value"] == reverse("mfa_view_recovery_codes")


@pytest.mark.parametrize("sent", ["", UNKNOWN, *NO_DEVICE_SAYS])
def test_a_passkey_that_is_not_added_says_how_it_is(front_desk: User, sent: str) -> None:
    client = Client()
    sign_in(client, front_desk.email)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.post(reverse("mfa_add_webauthn"), {"name": "My phone", "credential": sent}).content.decode()
    assert "No passkey was added. Press Add" in page
    assert "My phone" in page


def test_a_new_password_does_not_open_the_second_step(admin: User) -> None:
    TOTP.activate(admin, SECRET)
    admin.set_password("a new and longer password")
    admin.save()
    assert sign_in(Client(), admin.email, "a new and longer password").url == reverse("mfa_authenticate")


def test_a_new_passkey_is_offered_a_plain_name(admin: User) -> None:
    adapter = get_adapter()
    assert adapter.generate_authenticator_name(admin, Authenticator.Type.WEBAUTHN) == "My passkey"
    Authenticator.objects.create(user=admin, type=Authenticator.Type.WEBAUTHN, data={})
    assert adapter.generate_authenticator_name(admin, Authenticator.Type.WEBAUTHN) == "My passkey 2"


def test_a_new_passkey_is_not_offered_the_name_of_one_that_is_there(admin: User) -> None:
    # The first of two was removed with its phone.
    Authenticator.objects.create(user=admin, type=Authenticator.Type.WEBAUTHN, data={"name": "My passkey 2"})
    assert get_adapter().generate_authenticator_name(admin, Authenticator.Type.WEBAUTHN) == "My passkey 3"


def test_a_passkey_keeps_its_name_until_another_is_entered(front_desk: User) -> None:
    client = Client()
    sign_in(client, front_desk.email)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    phone = Authenticator.objects.create(user=front_desk, type=Authenticator.Type.WEBAUTHN, data={"name": "My phone"})
    rename = reverse("mfa_edit_webauthn", args=[phone.pk])
    assert "Enter a name for this passkey." in client.post(rename, {"name": " "}).content.decode()
    assert client.post(rename, {"name": "Work phone"}).status_code == 302
    phone.refresh_from_db()
    assert str(phone) == "Work phone"
