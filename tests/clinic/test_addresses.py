"""Addresses that rows are drawn with."""

import uuid

import pytest
from django.urls import NoReverseMatch, reverse

from clinic.addresses import address


@pytest.mark.parametrize("name", ["treatments:book", "treatments:status", "patients:detail"])
def test_an_address_is_what_the_url_tag_says(name: str) -> None:
    for uid in (uuid.uuid4(), uuid.uuid4()):
        assert address(name, uid) == reverse(name, args=[uid])


def test_a_page_that_nobody_has_is_an_error_here_too() -> None:
    with pytest.raises(NoReverseMatch):
        address("treatments:nothing", uuid.uuid4())
