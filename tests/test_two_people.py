"""What stands on one person's pages is of nobody else, however much is known of others at the same clinic."""

import datetime as dt
import re

from django.test import Client
from django.urls import reverse

from clinic.models import Clinic, User
from patients.models import DiaryDay, Patient
from tests.addresses import ALL
from tests.builders import NOW, TODAY, make_patient
from tests.conftest import log_in
from tests.pages import text
from tests.world import World
from treatments.models import OutcomeScore

OF_A_PERSON = [
    name for name, pattern in ALL.items() if re.fullmatch(r"patients/<uuid:uid>/[a-z/-]*", str(pattern.pattern))
]
# Made anew for each answer; and the clinic's own policies, which may be chosen for anybody.
OF_NOBODY = re.compile(
    r'nonce="[^"]*"|name="(csrfmiddlewaretoken|uid)" value="[^"]*"|<option value="[^"]*:(start|continue)".*?</option> '
)


def pages_of(patient: Patient, browser: Client) -> dict[str, str]:
    """Return what stands on each page that there is to look at."""
    answers = {name: browser.get(reverse(name, args=[patient.uid])) for name in OF_A_PERSON}
    shown = {name: text(answer) for name, answer in answers.items() if answer.status_code == 200}
    return {name: OF_NOBODY.sub("", page[page.index("<main") : page.index("</main>")]) for name, page in shown.items()}


def test_the_pages_of_somebody_new_are_the_same_whoever_else_is_there(riverside: Clinic, prescriber: User) -> None:
    jo, browser = make_patient(riverside, "Jo", "Park"), log_in(prescriber)
    alone = pages_of(jo, browser)
    assert len(alone) > 12
    else_known = {"clinic": riverside, "patient": World(riverside).patient, "entered_at": NOW}
    DiaryDay.objects.create(**else_known, date=TODAY - dt.timedelta(days=1), headache_hours=5, source="patient")
    OutcomeScore.objects.create(**else_known, taken_on=TODAY, hit6=60, entered_by=prescriber)
    among_others = pages_of(jo, browser)
    for name, page in alone.items():
        assert among_others[name] == page, name
