"""Who is asking: a person together with where they work, since every page needs both."""

from functools import cache
from typing import Any, NamedTuple

from django.contrib.auth.backends import ModelBackend

from clinic.joined import Joined
from clinic.models import Clinic, Membership, User


class MenuNumber(NamedTuple):
    """A number beside an entry of the menu: SQL that counts it for ``clinic``, and what it counts, in words."""

    sql: str
    words: str


# By the key of the entry. Each room hands in its own when it is loaded; they are asked together with who is asking, since
# every page shows them and none should pay for a statement more.
MENU_NUMBERS: dict[str, MenuNumber] = {}


WORKS_AT = """
    SELECT {columns} FROM clinic_membership membership
    JOIN clinic_user person ON person.id = membership.user_id AND person.is_active
    JOIN clinic_clinic clinic ON clinic.id = membership.clinic_id
    WHERE membership.user_id = %s AND membership.active
    ORDER BY clinic.name
    """


@cache
def _works_at() -> Joined:
    columns = ", ".join(["{columns}", *(f"({number.sql})" for number in MENU_NUMBERS.values())])
    return Joined(WORKS_AT.replace("{columns}", columns), membership=Membership, person=User, clinic=Clinic)


class StaffBackend(ModelBackend):
    """Reads a person anew for each request, with their memberships and clinics in the same query."""

    def get_user(self, user_id: Any) -> User | None:
        """Return who is logged in; a role or an account that ends, ends at once."""
        rows = _works_at().rows(user_id)
        if not rows:
            stranger: User | None = super().get_user(user_id)
            return stranger
        user: User = rows[0][1]
        user.works_at = [membership for membership, *_ in rows]
        for membership, _, clinic, *numbers in rows:
            membership.user, membership.clinic = user, clinic
            membership.menu_numbers = dict(zip(MENU_NUMBERS, numbers, strict=True))
        return user
