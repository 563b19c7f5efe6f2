"""Who is asking: a person together with where they work, since every page needs both."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from clinic.models import Membership, User


class StaffBackend(ModelBackend):
    """Reads a person anew for each request, with their memberships and clinics in the same query."""

    def get_user(self, user_id: Any) -> User | None:
        """Return who is logged in; a role or an account that ends, ends at once."""
        works_at = list(
            Membership.objects.filter(user=user_id, user__is_active=True, active=True).select_related("clinic", "user")
        )
        if not works_at:
            stranger: User | None = super().get_user(user_id)
            return stranger
        user = works_at[0].user
        user.works_at = works_at
        return user
