"""There is no admin site: what it changed would have no history, no trace and no clinic (docs/decisions/no-admin-site.md)."""

import pytest
from django.apps import apps
from django.urls import get_resolver

from clinic.models import User
from tests.conftest import log_in


def test_no_admin_site_is_installed_and_none_has_an_address() -> None:
    assert not apps.is_installed("django.contrib.admin")
    assert "admin" not in get_resolver().namespace_dict


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/clinic/user/", "/django-admin/"])
def test_whoever_asks_for_one_finds_nothing(admin: User, path: str) -> None:
    assert log_in(admin).get(path).status_code == 404


def test_nobody_stands_above_the_clinics() -> None:
    assert not {"is_superuser", "is_staff", "groups", "user_permissions"} & {
        one.name for one in User._meta.get_fields()
    }
