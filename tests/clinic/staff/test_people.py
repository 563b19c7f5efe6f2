"""Inviting people, changing what they are, and ending their access: what an admin can do, and what nobody can."""

import datetime as dt
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from clinic.access import CAPABILITIES, Capability
from clinic.models import AuditEntry, Clinic, Invitation, Membership, Role, User
from clinic.staff import actions
from tests.builders import make_user
from tests.conftest import log_in
from tests.interface.programs import Program

NEW = {"full_name": "Noor Haddad", "password": "a new and longer password"}
EMAIL = "noor@riverside.example"


@pytest.fixture
def link(admin: User) -> str:
    """Ada has invited Noor to the front desk; this is the link in the letter."""
    form = {"email": EMAIL, "role": Role.FRONT_DESK}
    assert log_in(admin).post(reverse("staff:people"), form).status_code == 302
    [found] = re.findall(r"http\S+(/invitation/\S+/)", str(mail.outbox[0].body))
    return str(found)


def test_an_invited_person_makes_a_log_in_with_the_role_they_were_given(link: str, riverside: Clinic) -> None:
    response: Any = Client().post(link, NEW)
    assert response.url == reverse("account_login")
    membership = Membership.objects.get(user__email=EMAIL)
    assert (membership.clinic, membership.role, membership.active) == (riverside, Role.FRONT_DESK, True)


def test_who_took_an_invitation_types_no_address_again_and_whoever_comes_after_reads_none(link: str) -> None:
    browser = Client()
    taken: Any = browser.post(link, NEW, follow=True)
    assert taken.context["form"]["login"].value() == EMAIL
    later: Any = browser.get(reverse("account_login"))
    assert later.context["form"]["login"].value() is None


@pytest.mark.parametrize("password", ["too short", "noor@riverside.example"])
def test_a_password_that_is_easily_guessed_lets_nobody_in(link: str, password: str) -> None:
    assert Client().post(link, NEW | {"password": password}).status_code == 422
    assert not User.objects.filter(email=EMAIL).exists()


def test_looking_at_an_invitation_takes_nothing(link: str) -> None:
    for _ in range(3):
        assert Client().get(link).status_code == 200
    assert not User.objects.filter(email=EMAIL).exists()


def test_an_address_in_capitals_is_the_same_address(link: str, admin: User) -> None:
    page = log_in(admin).post(reverse("staff:people"), {"email": EMAIL.upper(), "role": Role.READ_ONLY}, follow=True)
    assert f"Invited {EMAIL}" in page.content.decode()
    assert Invitation.objects.filter(email=EMAIL).count() == 2


def test_who_works_here_already_is_not_invited(admin: User, front_desk: User) -> None:
    form = {"email": front_desk.email, "role": Role.ADMIN}
    assert "This person works here already." in log_in(admin).post(reverse("staff:people"), form).content.decode()
    assert not Invitation.objects.exists()


def test_an_invitation_works_once(link: str) -> None:
    Client().post(link, NEW)
    with pytest.raises(actions.Refused, match="has been used"):
        actions.take(token=link.split("/")[2], at=timezone.now(), **NEW)
    again = Client().get(link)
    assert again.status_code == 404
    assert "If you made your log-in with it, sign in." in again.content.decode()
    assert Client().post(link, NEW).status_code == 404


def test_an_invitation_ends_after_three_days(link: str, frozen_clock: Any) -> None:
    frozen_clock.shift(3 * 24 * 3600 + 1)
    assert Client().post(link, NEW).status_code == 404


def test_an_invitation_that_was_taken_back_lets_nobody_in(link: str, admin: User) -> None:
    log_in(admin).post(reverse("staff:withdraw", args=[Invitation.objects.get().uid]))
    assert Client().post(link, NEW).status_code == 404


def test_an_invitation_that_was_taken_meanwhile_is_not_said_to_be_taken_back(link: str, admin: User) -> None:
    client = log_in(admin)
    Client().post(link, NEW)
    page = client.post(reverse("staff:withdraw", args=[Invitation.objects.get().uid]), follow=True).content.decode()
    assert f"The invitation to {EMAIL} is taken back." not in page
    assert "This person works here by now: the invitation was used. End their access in the list." in page


def test_one_that_a_colleague_took_back_first_is_taken_back_all_the_same(link: str, admin: User) -> None:
    client, withdraw = log_in(admin), reverse("staff:withdraw", args=[Invitation.objects.get().uid])
    for _ in range(2):
        page = client.post(withdraw, follow=True).content.decode()
        assert f"The invitation to {EMAIL} is taken back." in page


class NoServer(BaseEmailBackend):
    """A mail server that is down."""

    def send_messages(self, messages: object) -> int:
        raise ConnectionRefusedError


@pytest.fixture
def mail_down(settings: Settings) -> None:
    """Nobody takes mail."""
    settings.EMAIL_BACKEND = f"{__name__}.NoServer"


def test_an_invitation_stands_although_no_letter_leaves_and_says_so(admin: User, mail_down: None) -> None:
    form = {"email": EMAIL, "role": Role.FRONT_DESK}
    page = log_in(admin).post(reverse("staff:people"), form, follow=True).content.decode()
    assert f"{EMAIL} is invited, but the letter did not go out" in page
    assert reverse("staff:send_again", args=[Invitation.objects.get().uid]) in page


def test_a_letter_sent_again_lets_in_and_the_old_one_does_not(link: str, admin: User) -> None:
    log_in(admin).post(reverse("staff:send_again", args=[Invitation.objects.get().uid]))
    [again] = re.findall(r"http\S+(/invitation/\S+/)", str(mail.outbox[1].body))
    assert Client().get(link).status_code == 404
    assert Client().post(again, NEW).status_code == 302
    assert Membership.objects.get(user__email=EMAIL).role == Role.FRONT_DESK


def test_what_was_taken_or_taken_back_is_not_sent_again(link: str, admin: User) -> None:
    Client().post(link, NEW)
    taken = Invitation.objects.get()
    assert log_in(admin).post(reverse("staff:send_again", args=[taken.uid])).status_code == 404
    assert len(mail.outbox) == 1


def test_of_two_letters_written_at_once_one_lets_in(link: str, admin: User, riverside: Clinic) -> None:
    first = Invitation.objects.get()
    _, token = actions.invite(clinic=riverside, email=EMAIL, role=Role.ADMIN, by=admin, at=timezone.now())
    Invitation.objects.filter(pk=first.pk).update(withdrawn_at=None)  # as the other admin, at that moment, left it
    Client().post(link, NEW)
    assert Client().get(reverse("staff:take", args=[token])).status_code == 404
    with pytest.raises(actions.Refused):
        actions.take(token=token, at=timezone.now(), full_name="", password="")
    assert Membership.objects.get(user__email=EMAIL).role == Role.FRONT_DESK


@pytest.mark.parametrize("ended", [True, False])
def test_what_an_admin_offered_ends_with_their_right_to(link: str, admin: User, riverside: Clinic, ended: bool) -> None:
    other = make_user("oda@riverside.example", "Oda Lund", (riverside, Role.ADMIN))
    stands, _ = actions.invite(
        clinic=riverside, email="uma@riverside.example", role=Role.ADMIN, by=other, at=timezone.now()
    )
    row = Membership.objects.get(user=admin)
    if ended:
        actions.end_access(membership=row, by=other, at=timezone.now())
    else:
        actions.change_role(membership=row, role=Role.FRONT_DESK, by=other, at=timezone.now())
    assert Client().post(link, NEW).status_code == 404
    assert Invitation.objects.exclude(pk=stands.pk).get().withdrawn_by == other
    stands.refresh_from_db()
    assert stands.withdrawn_at is None


def test_a_letter_ends_none_that_another_clinic_wrote_to_the_same_address(
    link: str, riverside: Clinic, lakeside: Clinic
) -> None:
    eve = make_user("eve@lakeside.example", "Eve Else", (lakeside, Role.ADMIN))
    actions.invite(clinic=lakeside, email=EMAIL, role=Role.READ_ONLY, by=eve, at=timezone.now())
    assert Invitation.objects.get(clinic=riverside).withdrawn_at is None


def test_whose_access_has_ended_is_invited_again(admin: User, front_desk: User, riverside: Clinic) -> None:
    actions.end_access(membership=front_desk.memberships.get(), by=admin, at=timezone.now())
    assert actions.invite(clinic=riverside, email=front_desk.email, role=Role.READ_ONLY, by=admin, at=timezone.now())


def test_people_and_letters_of_another_clinic_are_not_there(
    link: str, admin: User, stranger: User, lakeside: Clinic
) -> None:
    eve = make_user("eve@lakeside.example", "Eve Else", (lakeside, Role.ADMIN))
    program = Program(lakeside)
    browser, letter = log_in(eve), Invitation.objects.get()
    page = browser.get(reverse("staff:people"))
    assert {row.user for row in page.context["staff"]} == {stranger, eve, program.by}  # and nobody's program
    assert admin.full_name not in page.content.decode()
    assert EMAIL not in page.content.decode()
    for name, uid in (("withdraw", letter.uid), ("send_again", letter.uid), ("change_role", admin.uid)):
        assert browser.post(reverse(f"staff:{name}", args=[uid]), {"role": Role.READ_ONLY}).status_code == 404


def test_nobody_but_an_admin_of_the_clinic_does_any_of_it(
    link: str, admin: User, front_desk: User, riverside: Clinic, lakeside: Clinic
) -> None:
    elsewhere = make_user("eve@lakeside.example", "Eve Else", (lakeside, Role.ADMIN))
    letter, row = Invitation.objects.get(), Membership.objects.get(user=admin)
    acts: list[Callable[..., Any]] = [
        lambda **who: actions.invite(clinic=riverside, email="new@riverside.example", role=Role.ADMIN, **who),
        lambda **who: actions.withdraw(invitation=letter, **who),
        lambda **who: actions.change_role(membership=row, role=Role.READ_ONLY, **who),
        lambda **who: actions.end_access(membership=row, **who),
        lambda **who: actions.sign_out(membership=row, **who),
    ]
    for act in acts:
        for somebody in (front_desk, elsewhere):
            with pytest.raises(actions.Refused, match="Only an admin of the clinic"):
                act(by=somebody, at=timezone.now())


def test_an_invitation_lets_in_for_three_days(link: str) -> None:
    token, ends = link.split("/")[2], Invitation.objects.get().expires_at
    assert ends == timezone.now() + dt.timedelta(days=3)
    with pytest.raises(actions.Refused, match="too old"):
        actions.take(token=token, at=ends, **NEW)
    assert actions.take(token=token, at=ends - dt.timedelta(seconds=1), **NEW)


def test_a_made_up_link_and_one_for_something_else_let_nobody_in(link: str) -> None:
    token = link.split("/")[2]
    for wrong in (token[:-1], token + "A", Invitation.objects.get().token_hash, "x"):
        assert Client().post(reverse("staff:take", args=[wrong]), NEW).status_code == 404
    assert Client().get(f"/set-up/{token}/").status_code == 404


def test_the_form_of_an_invitation_cannot_change_whom_it_is_for(link: str) -> None:
    Client().post(link, NEW | {"email": "other@riverside.example", "role": Role.ADMIN})
    assert Membership.objects.get(user__email=EMAIL).role == Role.FRONT_DESK


def test_somebody_who_signs_in_already_keeps_their_password(admin: User, stranger: User, riverside: Clinic) -> None:
    _made, token = actions.invite(
        clinic=riverside, email=stranger.email, role=Role.READ_ONLY, by=admin, at=timezone.now()
    )
    Client().post(reverse("staff:take", args=[token]), NEW)
    stranger.refresh_from_db()
    assert not stranger.check_password(NEW["password"])
    assert stranger.memberships.filter(clinic=riverside, role=Role.READ_ONLY).exists()


def test_of_letters_of_two_clinics_taken_at_once_both_let_in(
    link: str, lakeside: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_user(EMAIL, "Noor Haddad", (lakeside, Role.READ_ONLY))  # by the other letter, after this one looked
    first = QuerySet.first
    monkeypatch.setattr(QuerySet, "first", lambda rows: None if rows.model is User else first(rows))
    monkeypatch.setattr(QuerySet, "exists", lambda _: False)
    page = Client().post(link, NEW, follow=True).content.decode()
    assert "You can sign in now with the password that you had here already." in page
    assert set(Membership.objects.filter(user__email=EMAIL).values_list("clinic__slug", "role")) == {
        ("riverside", Role.FRONT_DESK),
        ("lakeside", Role.READ_ONLY),
    }
    assert not User.objects.get(email=EMAIL).check_password(NEW["password"])


def test_who_takes_an_invitation_where_a_colleague_is_signed_in_does_not_go_on_as_them(
    link: str, front_desk: User
) -> None:
    browser = log_in(front_desk)
    answer = browser.post(link, NEW, follow=True)
    assert answer.redirect_chain == [(reverse("account_login"), 302)]
    assert "You can sign in now." in answer.content.decode()
    assert browser.get(reverse("treatments:today")).status_code == 302


def test_who_takes_the_invitation_of_a_second_clinic_stays_signed_in(
    admin: User, stranger: User, riverside: Clinic
) -> None:
    _made, token = actions.invite(
        clinic=riverside, email=stranger.email, role=Role.READ_ONLY, by=admin, at=timezone.now()
    )
    browser = log_in(stranger)
    browser.post(reverse("staff:take", args=[token]))
    assert browser.get(reverse("treatments:today")).status_code == 200


def test_an_invitation_names_no_illness(link: str) -> None:
    letter = mail.outbox[0]
    assert not re.search(r"botox|migraine|headache|inject|patient", f"{letter.subject} {letter.body}", re.IGNORECASE)


def test_access_that_ends_ends_with_the_next_request(admin: User, front_desk: User) -> None:
    client = log_in(front_desk)
    log_in(admin).post(reverse("staff:end_access", args=[front_desk.uid]))
    response: Any = client.get(reverse("treatments:today"))
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


def test_who_works_nowhere_any_more_reads_so_and_can_sign_out_for_who_comes_next(admin: User, reader: User) -> None:
    log_in(admin).post(reverse("staff:end_access", args=[reader.uid]))
    answer: Any = log_in(reader).get(reverse("clinic:home"), follow=True)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert f"You are signed in as {reader.email}, and work at no clinic here." in page
    assert f'href="{reverse("account_logout")}"' in page


def test_who_works_here_and_may_not_open_a_page_reads_nothing_of_signing_out(reader: User) -> None:
    page = log_in(reader).get(reverse("staff:people")).content.decode()
    assert "Your role at this clinic does not allow it" in page
    assert reverse("account_logout") not in page


def test_ending_access_is_asked_first_and_says_what_ends(admin: User, front_desk: User, riverside: Clinic) -> None:
    client, address = log_in(admin), reverse("staff:end_access", args=[front_desk.uid])
    assert f'href="{address}"' in client.get(reverse("staff:people")).content.decode()
    page = client.get(address).content.decode()
    assert f"{front_desk.full_name} is let in at {riverside.name} no more" in page
    assert f'name="at_clinic" value="{riverside.uid}"' in page
    assert Membership.objects.get(user=front_desk).active


def test_a_new_role_holds_from_the_next_request(admin: User, reader: User) -> None:
    client = log_in(reader)
    url = reverse("patients:new")
    assert client.get(url).status_code == 403
    log_in(admin).post(reverse("staff:change_role", args=[reader.uid]), {"role": Role.FRONT_DESK})
    assert client.get(url).status_code == 200


def test_nobody_changes_their_own_role_or_ends_their_own_access(admin: User) -> None:
    client = log_in(admin)
    client.post(reverse("staff:change_role", args=[admin.uid]), {"role": Role.PRESCRIBER})
    client.post(reverse("staff:end_access", args=[admin.uid]))
    assert admin.memberships.get().role == Role.ADMIN
    assert admin.memberships.get().active


def test_whose_access_a_colleague_ends_at_that_moment_is_not_said_to_have_a_new_role(admin: User, reader: User) -> None:
    opened = Membership.objects.select_related("clinic").get(user=reader)
    actions.end_access(membership=opened, by=admin, at=timezone.now())
    with pytest.raises(actions.Refused, match="has no access here any more"):
        actions.change_role(membership=opened, role=Role.ADMIN, by=admin, at=timezone.now())
    assert Membership.objects.get(user=reader).role == Role.READ_ONLY


def test_only_an_admin_of_the_clinic_acts(prescriber: User, front_desk: User, stranger: User) -> None:
    membership = front_desk.memberships.get()
    for by in (prescriber, front_desk, stranger):
        with pytest.raises(actions.Refused):
            actions.change_role(membership=membership, role=Role.ADMIN, by=by, at=timezone.now())
    assert front_desk.memberships.get().role == Role.FRONT_DESK


def test_the_last_admin_stays(admin: User, riverside: Clinic) -> None:
    other = make_user("bea@riverside.example", "Bea Holm", (riverside, Role.ADMIN))
    actions.end_access(membership=other.memberships.get(), by=admin, at=timezone.now())
    for act in (actions.end_access, partial(actions.change_role, role=Role.READ_ONLY)):
        with pytest.raises(actions.Refused, match="Only an admin"):
            act(membership=admin.memberships.get(), by=other, at=timezone.now())
    row = admin.memberships.get()
    assert (row.active, row.role) == (True, Role.ADMIN)


def test_who_works_at_another_clinic_too_stays_signed_in_there(admin: User, front_desk: User, lakeside: Clinic) -> None:
    Membership.objects.create(user=front_desk, clinic=lakeside, role=Role.FRONT_DESK)
    client = log_in(front_desk)
    actions.end_access(membership=front_desk.memberships.get(clinic__slug="riverside"), by=admin, at=timezone.now())
    assert client.get(reverse("treatments:today")).status_code == 200


def test_each_of_it_is_in_the_log_with_who_did_it(link: str, admin: User) -> None:
    Client().post(link, NEW)
    noor = User.objects.get(email=EMAIL)
    client = log_in(admin)
    client.post(reverse("staff:change_role", args=[noor.uid]), {"role": Role.READ_ONLY})
    client.post(reverse("staff:sign_out", args=[noor.uid]))
    client.post(reverse("staff:end_access", args=[noor.uid]))
    client.post(reverse("staff:people"), {"email": "other@riverside.example", "role": Role.READ_ONLY})
    client.post(reverse("staff:withdraw", args=[Invitation.objects.get(taken_at=None).uid]))
    kinds = ["invitation", "membership", "membership", "session", "membership", "invitation", "invitation"]
    entries = AuditEntry.objects.filter(kind__in=set(kinds)).order_by("pk")
    assert [one.kind for one in entries] == kinds
    assert [one.actor for one in entries] == [admin, noor, *[admin] * 5]
    assert [one.history_user for one in Membership.history.filter(user=noor).order_by("pk")] == [admin] * 3


def test_every_change_has_an_author_and_a_time(admin: User, front_desk: User) -> None:
    log_in(admin).post(reverse("staff:change_role", args=[front_desk.uid]), {"role": Role.READ_ONLY})
    latest = Membership.history.filter(user=front_desk).first()
    assert (latest.history_user, latest.role, latest.history_date) == (admin, Role.READ_ONLY, timezone.now())


def test_an_admin_signs_a_person_out_everywhere(admin: User, front_desk: User) -> None:
    client = log_in(front_desk)
    log_in(admin).post(reverse("staff:sign_out", args=[front_desk.uid]))
    assert client.get(reverse("treatments:today")).status_code == 302


def test_the_page_shows_the_table_that_the_code_obeys(admin: User) -> None:
    page = log_in(admin).get(reverse("staff:people")).content.decode()
    for capability in Capability:
        row = page[page.index(f'<th scope="row">{capability.about}</th>') :]
        row = row[: row.index("</tr>")]
        assert row.count(">yes</td>") == sum(capability in CAPABILITIES[role] for role in Role)


@pytest.mark.parametrize("what", ["policies", "messages to patients", "other programs", "how long it is kept"])
def test_the_table_names_what_only_an_admin_may_set(admin: User, what: str) -> None:
    assert what in log_in(admin).get(reverse("staff:people")).content.decode()


def test_who_ends_what_a_colleague_has_just_ended_reads_so_and_nothing_of_messages(admin: User, reader: User) -> None:
    end = reverse("staff:end_access", args=[reader.uid])
    log_in(admin).post(end)
    answer = log_in(admin).get(end)
    assert answer.status_code == 404
    assert "It may have been ended or removed meanwhile" in answer.content.decode()
    assert "call your clinic" not in answer.content.decode()
