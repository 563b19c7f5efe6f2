"""Who may inject: the rule by a table of cases, then at the signature, then on the pages."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from clinic.models import Clinic, Injector, User
from tests.builders import NOW, TODAY
from tests.conftest import log_in
from tests.treatments.stock.conftest import Sign, sign
from treatments.credentials import Credentials, Policy, faults
from treatments.models import InjectingPolicy, InjectorCredentials
from treatments.recording import Refused
from treatments.setup import who_injects

__all__ = ["sign"]

YESTERDAY, TOMORROW = TODAY - dt.timedelta(days=1), TODAY + dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("held", "policy", "words"),
    [
        (Credentials(), Policy(), ""),
        (Credentials(cosmetic_only=True), Policy(), "cosmetic only"),
        (Credentials("nurse"), Policy(professions=["nurse"]), ""),
        (Credentials("other"), Policy(professions=["nurse"]), "profession"),
        (Credentials(), Policy(professions=["nurse"]), "profession"),
        (Credentials(licence_until=TODAY), Policy(licence_required=True), ""),
        (Credentials(licence_until=YESTERDAY), Policy(licence_required=True), "has run out"),
        (Credentials(licence_until=YESTERDAY), Policy(), "has run out"),
        (Credentials(), Policy(licence_required=True), "No licence"),
        (Credentials(trained_on=TODAY), Policy(training_required=True), ""),
        (Credentials(trained_on=TOMORROW), Policy(training_required=True), "No training"),
        (Credentials(), Policy(training_required=True), "No training"),
        (Credentials("nurse"), Policy(supervised=["nurse"]), "No supervisor"),
        (Credentials("nurse", supervised_by=" "), Policy(supervised=["nurse"]), "No supervisor"),
        (Credentials("nurse", supervised_by="Dr Lind"), Policy(supervised=["nurse"]), ""),
        (Credentials("neurologist"), Policy(supervised=["nurse"]), ""),
        (Credentials(), Policy(supervised=["nurse"]), "profession is not on record"),
        (Credentials(supervised_by="Dr Lind"), Policy(supervised=["nurse"]), ""),
    ],
)
def test_the_clinics_policy_decides(held: Credentials, policy: Policy, words: str) -> None:
    found = " ".join(faults(held, policy, TODAY))
    assert (words in found) if words else not found


@pytest.mark.django_db
class TestAtTheClinic:
    """What is on record counts when a session is signed."""

    def test_a_licence_that_ran_out_stops_the_signature(
        self, sign: Sign, osei: Injector, riverside: Clinic, admin: User
    ) -> None:
        fields = {"licence_number": "1234567", "licence_until": YESTERDAY}
        who_injects.save(row=who_injects.credentials_of(osei), fields=fields, by=admin, at=NOW)
        with pytest.raises(Refused) as refusal:
            sign()
        assert refusal.value.faults == ("This injector's licence has run out.",)

    def test_a_licence_that_ran_out_stops_who_signs_in_the_column_of_another(
        self, sign: Sign, riverside: Clinic, nurse: User, admin: User
    ) -> None:
        own = Injector.objects.create(clinic=riverside, user=nurse, name="RN Bello", email=nurse.email)
        fields = {"licence_number": "1234567", "licence_until": YESTERDAY}
        who_injects.save(row=who_injects.credentials_of(own), fields=fields, by=admin, at=NOW)
        with pytest.raises(Refused) as refusal:
            sign()
        assert refusal.value.faults == ("RN Bello: This injector's licence has run out.",)

    def test_who_needs_a_supervisor_and_has_none_signs_once_one_is_on_record(
        self, sign: Sign, osei: Injector, riverside: Clinic, admin: User
    ) -> None:
        client, licence = log_in(admin), reverse("setup:credentials", args=[osei.uid])
        client.post(reverse("setup:injecting"), {"supervised": ["nurse"]})
        client.post(licence, {"profession": "nurse"})
        with pytest.raises(Refused) as refusal:
            sign()
        assert refusal.value.faults == (
            "No supervisor is on record for this injector, whose profession injects under one here.",
        )
        client.post(licence, {"profession": "nurse", "supervised_by": "Dr Lind"})
        assert sign().units_given == 155

    def test_nothing_asked_for_stops_nobody(self, sign: Sign) -> None:
        assert sign().units_given == 155

    def test_an_admin_enters_licence_and_training(self, osei: Injector, admin: User) -> None:
        url = reverse("setup:credentials", args=[osei.uid])
        fields = {"profession": "nurse", "licence_number": "1234567", "licence_until": "2027-01-31"}
        page = log_in(admin).post(url, fields, follow=True)
        assert "Licence and training of Dr Osei: saved." in page.content.decode()
        row = InjectorCredentials.objects.get(injector=osei)
        assert (row.licence_until, row.history.get().history_user) == (dt.date(2027, 1, 31), admin)

    def test_a_date_without_its_number_is_refused(self, osei: Injector, admin: User) -> None:
        answer = log_in(admin).post(reverse("setup:credentials", args=[osei.uid]), {"licence_until": "2027-01-31"})
        assert answer.status_code == 422
        assert "Enter the licence number." in answer.content.decode()

    def test_an_admin_says_who_may_inject(self, riverside: Clinic, admin: User) -> None:
        fields = {"professions": ["nurse"], "training_required": "on"}
        client = log_in(admin)
        page = client.get(reverse("setup:injecting")).content.decode()
        assert (page.count("Who may inject</h1>"), page.count("Who may inject")) == (1, 2)  # and in its title
        client.post(reverse("setup:injecting"), fields)
        row = InjectingPolicy.objects.get(clinic=riverside)
        assert (row.professions, row.licence_required, row.training_required) == (["nurse"], False, True)

    def test_the_database_refuses_a_date_without_its_number(self, osei: Injector, admin: User) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            InjectorCredentials.objects.create(clinic=osei.clinic, injector=osei, licence_until=TODAY)
