"""Staff: who they are, what they may do at which clinic, and who injects."""

import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from simple_history.models import HistoricalRecords

from clinic.models.clinic import Clinic


class UserManager(BaseUserManager["User"]):
    """Makes users who log in by email."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a user. ``email`` is stored in lower case, since people type it either way."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find the user for a log-in, whatever case the email was typed in."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A member of staff. What they may do depends on the clinic: see `Membership`."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    full_name = models.CharField(max_length=80)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    # Not a column: where the person works now, as `clinic.authentication` has read it for this request.
    works_at: Sequence["Membership"] = ()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_per_email")]

    def __str__(self) -> str:
        return self.full_name


class Role(models.TextChoices):
    """What a person is at one clinic; `clinic.access` says what each may do."""

    FRONT_DESK = "front_desk", "Front desk"
    NURSE_INJECTOR = "nurse_injector", "Nurse injector"
    PRESCRIBER = "prescriber", "Prescriber"
    ADMIN = "admin", "Admin"
    READ_ONLY = "read_only", "Read-only"


class Membership(models.Model):
    """A user's role at a clinic. Ending it ends access there at once; it is kept for the record."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)
    active = models.BooleanField(default=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["clinic__name"]
        constraints = [models.UniqueConstraint(fields=["user", "clinic"], name="one_role_per_user_and_clinic")]

    def __str__(self) -> str:
        return f"{self.get_role_display()} at {self.clinic}"


class InjectorQuerySet(models.QuerySet["Injector"]):
    """Ways to find those who inject."""

    def with_elsewhere(self) -> "InjectorQuerySet":
        """Those who are the same person as an injector of another clinic."""
        elsewhere = Injector.objects.filter(user=models.OuterRef("user")).exclude(clinic=models.OuterRef("clinic"))
        return self.filter(models.Exists(elsewhere))


class Injector(models.Model):
    """A person allowed to inject at a clinic; usually also a staff user. At two clinics they are two rows of one user."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="injectors")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=60)
    email = models.EmailField(max_length=254)
    active = models.BooleanField(default=True)
    history = HistoricalRecords()

    objects = InjectorQuerySet.as_manager()

    class Meta:
        ordering = ["clinic_id", "name"]
        constraints = [models.UniqueConstraint("clinic", Lower("email"), name="one_injector_per_email")]

    def __str__(self) -> str:
        return self.name
