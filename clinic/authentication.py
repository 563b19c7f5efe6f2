"""Who is asking: a person together with where they work, since every page needs both."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from clinic.joined import Joined
from clinic.models import Clinic, Membership, User

WORKS_AT = Joined(
    """
    SELECT {columns} FROM clinic_membership membership
    JOIN clinic_user person ON person.id = membership.user_id AND person.is_active
    JOIN clinic_clinic clinic ON clinic.id = membership.clinic_id
    WHERE membership.user_id = %s AND membership.active
    ORDER BY clinic.name
    """,
    membership=Membership,
    person=User,
    clinic=Clinic,
)


class StaffBackend(ModelBackend):
    """Reads a person anew for each request, with their memberships and clinics in the same query."""

    def get_user(self, user_id: Any) -> User | None:
        """Return who is logged in; a role or an account that ends, ends at once."""
        rows = WORKS_AT.rows(user_id)
        if not rows:
            stranger: User | None = super().get_user(user_id)
            return stranger
        user: User = rows[0][1]
        user.works_at = [membership for membership, _, _ in rows]
        for membership, _, clinic in rows:
            membership.user, membership.clinic = user, clinic
        return user
