"""A clinic's own policies: copied, edited as new versions, never written over."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from clinic.models import AuditEntry, Clinic, User
from patients.actions.policies import VersionTaken, keep_policy
from patients.eligibility.policy import SAMPLE_A
from patients.eligibility.wording import differences
from patients.models import Policy
from patients.policies import offered, own
from tests.builders import NOW
from tests.conftest import log_in
from tests.patients.test_medicines import post


def answers(**changes: Any) -> dict[str, Any]:
    plain = {name: "" if value is None else value for name, value in SAMPLE_A.plain().items()}
    ticks = {name: "on" for name, value in plain.items() if value is True}
    values = {name: value for name, value in plain.items() if not isinstance(value, bool)}
    return values | ticks | {"name": "Aster Health"} | changes


@pytest.fixture
def aster(admin: User, riverside: Clinic) -> Policy:
    assert post(admin, "copy_policy", "payer-a", answers())[0] == 200
    return Policy.objects.get()


def test_a_copy_is_offered_with_the_payers_own_numbers(admin: User, riverside: Clinic) -> None:
    post(admin, "copy_policy", "payer-a", answers(preventives="3", interval_days="90"))
    found = offered(riverside)[-1]
    assert (found.name, found.version, found.preventives, found.interval_days) == ("Aster Health", 1, 3, 90)
    assert found.codes == SAMPLE_A.codes
    assert AuditEntry.objects.filter(kind="policy", action="create").count() == 1


def test_a_copy_belongs_to_one_clinic(aster: Policy, lakeside: Clinic) -> None:
    assert own(lakeside) == []


def test_an_edit_is_a_new_version_and_shows_what_changed(admin: User, riverside: Clinic, aster: Policy) -> None:
    post(admin, "edit_policy", aster.family, answers(version="1", preventive_days="90"))
    assert [row.version for row in Policy.objects.order_by("version")] == [1, 2]
    assert [row.policy().preventive_days for row in own(riverside)] == [90]
    page = log_in(admin).get(reverse("patients:edit_policy", args=[aster.family])).content.decode()
    assert "Days that each preventive was taken" in page


def test_saving_without_a_change_makes_no_version(admin: User, aster: Policy) -> None:
    post(admin, "edit_policy", aster.family, answers(version="1"))
    assert Policy.objects.count() == 1


def test_two_admins_who_edit_one_policy_see_each_other(admin: User, aster: Policy) -> None:
    post(admin, "edit_policy", aster.family, answers(version="1", preventives="3"))
    status, page = post(admin, "edit_policy", aster.family, answers(version="1", preventives="4"))
    assert status == 409
    assert "Version 2 was saved while you were typing" in page
    assert "Error: " in page
    assert Policy.objects.count() == 2


@pytest.mark.parametrize("typed", [{"preventive_days": "90"}, {}])
def test_a_policy_that_a_colleague_stopped_using_meanwhile_stays_so_and_that_is_said(
    admin: User, riverside: Clinic, aster: Policy, typed: dict[str, str]
) -> None:
    post(admin, "retire_policy", aster.family, {})
    sent = answers(**typed)
    status, page = post(admin, "edit_policy", aster.family, sent | {"version": "1"})
    assert (status, "Aster Health is not used any more" in page) == (409, True)
    post(admin, "edit_policy", aster.family, sent | {"version": "2"})
    assert own(riverside) == []


def test_the_database_keeps_one_row_per_version(admin: User, aster: Policy) -> None:
    rules = aster.policy()
    keep_policy(clinic=aster.clinic, rules=rules, by=admin, at=NOW, after=aster)
    with pytest.raises(VersionTaken):
        keep_policy(clinic=aster.clinic, rules=rules, by=admin, at=NOW, after=aster)


def test_no_version_ever_changes_or_goes(aster: Policy) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Policy.objects.update(name="Another")
    with pytest.raises(IntegrityError), transaction.atomic():
        Policy.objects.all().delete()


def test_a_policy_out_of_use_is_offered_no_more(admin: User, riverside: Clinic, aster: Policy) -> None:
    post(admin, "retire_policy", aster.family, {})
    assert own(riverside) == []
    assert Policy.objects.count() == 2


def test_a_policy_that_was_put_out_of_use_by_a_slip_is_taken_back_with_its_numbers(
    admin: User, riverside: Clinic, aster: Policy
) -> None:
    _, page = post(admin, "retire_policy", aster.family, {})
    assert "Use again: Aster Health" in page
    _, page = post(admin, "use_policy", aster.family, {})
    assert "Aster Health is offered again." in page
    assert "Use again: Aster Health" not in page
    [again] = own(riverside)
    assert (again.family, again.version, differences(again.policy(), aster.policy())) == (aster.family, 3, [])


def test_a_policy_is_not_taken_back_beside_another_of_its_name(admin: User, riverside: Clinic, aster: Policy) -> None:
    post(admin, "retire_policy", aster.family, {})
    post(admin, "copy_policy", "payer-a", answers())
    _, page = post(admin, "use_policy", aster.family, {})
    assert "Another policy is called Aster Health by now." in page
    assert len(own(riverside)) == 1


@pytest.mark.parametrize(("key", "name"), [("ichd3", "ICHD-3 1.3, our own"), ("label", "The label rule, our own")])
def test_a_copy_is_offered_the_name_of_its_original(admin: User, key: str, name: str) -> None:
    page = log_in(admin).get(reverse("patients:copy_policy", args=[key])).text
    assert f'name="name" value="{name}"' in page


def test_a_copy_that_is_sent_twice_is_made_once(admin: User, riverside: Clinic, aster: Policy) -> None:
    status, page = post(admin, "copy_policy", "payer-a", answers(name="aster health"))
    assert status == 422
    assert "Another policy has this name. Choose another one." in page
    assert own(riverside) == [aster]


@pytest.mark.parametrize("name", ["Birch Health", "NICE TA260"])
def test_no_policy_gets_the_name_of_another(admin: User, riverside: Clinic, aster: Policy, name: str) -> None:
    post(admin, "copy_policy", "payer-a", answers(name="Birch Health"))
    status, page = post(admin, "edit_policy", aster.family, answers(version="1", name=name))
    assert status == 422
    assert "Another policy has this name. Choose another one." in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"interval_days": "83"}, "Days between sessions: enter a whole number from 84 to 366."),
        ({"interval_days": ""}, "Days between sessions: enter a whole number from 84 to 366."),
        ({"headache_days": "29"}, "Least headache days: enter a whole number from 1 to 28"),
        ({"name": ""}, "Enter a name"),
        ({"warn_cycles": "3", "stop_cycles": "2"}, "This must not be later than the cycle"),
        (
            dict.fromkeys(
                ("adult_years", "headache_days", "long_headache_days", "migraine_days", "months", "preventives"), ""
            )
            | {"codes": []},
            "This policy asks nothing to start.",
        ),
    ],
)
def test_thresholds_that_cannot_be_are_refused_in_words(
    admin: User, riverside: Clinic, changes: dict[str, Any], words: str
) -> None:
    status, page = post(admin, "copy_policy", "payer-a", answers(**changes))
    assert status == 422
    assert words in page


@pytest.mark.parametrize("key", ["label", "ichd3", "nice", "ehf", "payer-a", "payer-b"])
def test_every_shipped_policy_can_be_copied(admin: User, riverside: Clinic, key: str) -> None:
    client, url = log_in(admin), reverse("patients:copy_policy", args=[key])
    form = client.get(url).context["form"]
    values = {name: form[name].value() for name in form.fields}
    client.post(url, {name: value for name, value in values.items() if value is not None and value is not False})
    assert Policy.objects.count() == 1
