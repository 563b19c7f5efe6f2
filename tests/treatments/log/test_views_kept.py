"""Views of the log under a name: whose they are, who sees them, who may remove them."""

from urllib.parse import urlencode

import pytest
from django.urls import reverse

from clinic.models import Clinic, Role, User
from tests.builders import make_user
from tests.conftest import log_in
from treatments.models import LogView


@pytest.fixture
def other_admin(riverside: Clinic) -> User:
    """Olga, another admin of Riverside."""
    return make_user("olga@riverside.example", "Olga Brandt", (riverside, Role.ADMIN))


def keep(user: User, query: str = "status=done", **form: str) -> int:
    """Keep a view; return the status of the answer."""
    url = f"{reverse('treatments:keep_view')}?{query}"
    return log_in(user).post(url, {"name": "Done ones"} | form).status_code


def shown(user: User) -> str:
    """Return the log as this person sees it."""
    return log_in(user).get(reverse("treatments:log")).content.decode()


def test_a_view_brings_its_filters_back(admin: User) -> None:
    response = log_in(admin).post(f"{reverse('treatments:keep_view')}?status=done&above=155", {"name": "Big ones"})
    assert response.headers["Location"] == f"{reverse('treatments:log')}?status=done&above=155"
    assert "?status=done&amp;above=155" in shown(admin)


def test_only_filters_are_kept(admin: User) -> None:
    keep(admin, "status=done&after=x&next=//evil.example")
    assert LogView.objects.get().query == "status=done"


@pytest.mark.parametrize("query", [f"lot={'x' * 600}", "injector=00000000-0000-0000-0000-000000000000", "first=soon"])
def test_filters_that_show_nothing_are_not_kept_and_the_log_says_what_is_wrong(admin: User, query: str) -> None:
    client, keeping = log_in(admin), f"{reverse('treatments:keep_view')}?{query}"
    for response in (client.get(keeping), client.post(keeping, {"name": "Done ones"})):
        assert response.headers["Location"] == f"{reverse('treatments:log')}?{query}"
    assert not LogView.objects.exists()
    assert client.get(response.headers["Location"]).status_code == 422


def test_of_a_filter_that_is_given_twice_the_one_that_counts_is_kept(admin: User) -> None:
    keep(admin, f"{'status=cancelled&' * 40}status=done")
    assert LogView.objects.get().query == "status=done"


def test_filters_longer_than_a_view_keeps_are_refused_in_words(admin: User) -> None:
    address = f"{reverse('treatments:keep_view')}?{urlencode({'status': 'done', 'early': 'x' * 600})}"
    response = log_in(admin).post(address, {"name": "Done ones"})
    assert response.status_code == 422
    assert "These filters are too long to keep." in response.content.decode()


def test_ones_own_view_is_nobody_elses(admin: User, other_admin: User) -> None:
    keep(admin)
    assert "Done ones" in shown(admin)
    assert "Done ones" not in shown(other_admin)
    forget = reverse("treatments:forget_view", args=[LogView.objects.get().uid])
    assert log_in(other_admin).post(forget).status_code == 404


def test_a_view_of_the_clinic_is_everybodys_there_and_nobodys_elsewhere(
    admin: User, other_admin: User, lakeside: Clinic
) -> None:
    keep(admin, shared="on")
    assert "Done ones" in shown(other_admin)
    lena = make_user("lena@lakeside.example", "Lena Park", (lakeside, Role.ADMIN))
    assert "Done ones" not in shown(lena)


@pytest.mark.parametrize("shared", ["", "on"])
def test_a_name_is_given_once(admin: User, shared: str) -> None:
    assert keep(admin, shared=shared) == 302
    response = log_in(admin).post(reverse("treatments:keep_view"), {"name": "Done ones", "shared": shared})
    assert response.status_code == 422
    assert "There is a view of that name." in response.content.decode()


def test_a_view_without_a_name_is_asked_for_one(admin: User) -> None:
    assert keep(admin, name=" ") == 422
    assert not LogView.objects.exists()


def test_a_view_can_be_removed(admin: User) -> None:
    keep(admin)
    log_in(admin).post(reverse("treatments:forget_view", args=[LogView.objects.get().uid]))
    assert "Done ones" not in shown(admin)
