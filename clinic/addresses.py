"""Addresses of rows, of which a page has hundreds: the pattern is asked for once, then a uid is put into it."""

from functools import cache

from django.urls import reverse

# Stands where a uid goes.
ANY = "00000000-0000-0000-0000-000000000000"


def address(name: str, uid: object) -> str:
    """Return the address of a page about one thing, as ``{% url name uid %}`` would, in a tenth of the time."""
    before, after = _parts(name)
    return f"{before}{uid}{after}"


@cache
def _parts(name: str) -> list[str]:
    return reverse(name, args=[ANY]).split(ANY)
