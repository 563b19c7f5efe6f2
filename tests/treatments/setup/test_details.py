"""The clinic's own details."""

import pytest
from django.urls import reverse

from clinic.models import AuditEntry, Clinic, User
from tests.conftest import log_in
from tests.pages import text

pytestmark = pytest.mark.django_db
DETAILS = {
    "name": "Riverside Headache Clinic",
    "message_name": "Riverside",
    "phone": "020 7946 0001",
    "address": "14 River Road",
    "session_minutes": "20",
    "late_after_minutes": "30",
    "rest_minutes": "15",
}


def test_an_admin_changes_what_patients_read(riverside: Clinic, admin: User) -> None:
    page = log_in(admin).post(reverse("setup:details"), DETAILS, follow=True).content.decode()
    assert "details are saved" in page
    riverside.refresh_from_db()
    assert (riverside.message_name, riverside.phone, riverside.late_after_minutes) == ("Riverside", "020 7946 0001", 30)
    assert riverside.history.latest().history_user == admin
    assert AuditEntry.objects.get(kind="clinic", actor=admin).subject == riverside.uid


def test_who_changed_which_of_the_details_stands_among_the_changes(riverside: Clinic, admin: User) -> None:
    ada = log_in(admin)
    ada.post(reverse("setup:details"), DETAILS | {"second_factor_for_all": "on"})
    ada.post(reverse("setup:details"), DETAILS | {"rest_minutes": "10"})
    page = text(ada.get(reverse("setup:changes")))
    said = "Clinic details changed: minutes after which people are signed out, now 10; everybody needs a second step to sign in, now no"
    assert f'<td data-label="Who">{admin.full_name}</td> <td data-label="What">{said}' in page
    assert "everybody needs a second step to sign in, now yes" in page


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"message_name": "Headache Clinic"}, "leave out Headache"),
        ({"address": "Headache Centre, 12 River Road"}, "leave out Headache"),
        ({"message_name": ""}, "Enter the name that patients read."),
        ({"phone": ""}, "Enter the phone number patients call."),
        ({"phone": "the desk"}, "Enter a number that patients can call"),
        ({"phone": "Headache line 020 7946 0001"}, "leave out Headache"),
        ({"session_minutes": "9"}, "enter whole minutes from 10 to 60"),
        ({"late_after_minutes": "soon"}, "enter whole minutes from 5 to 240"),
    ],
)
def test_what_cannot_stand_is_explained(riverside: Clinic, admin: User, change: dict[str, str], words: str) -> None:
    answer = log_in(admin).post(reverse("setup:details"), DETAILS | change)
    assert answer.status_code == 422
    assert words in answer.content.decode().replace("&#x27;", "'")
    riverside.refresh_from_db()
    assert riverside.phone == "020 7946 0000"
