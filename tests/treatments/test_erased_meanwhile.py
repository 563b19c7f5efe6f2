"""A page that was open while somebody was erased writes nothing into the record that is left."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import User
from patients.models import AcuteMedication, Authorization, Baseline, DiaryDay, Patient, PreventiveTrial
from tests.builders import TODAY, make_assessment
from tests.conftest import log_in
from tests.pages import text
from tests.treatments.record_form import record_data
from tests.treatments.stock.conftest import Sign, sign
from treatments.models import OutcomeScore, OutsideDose, SessionRecord, SideEffect

__all__ = ["sign"]

pytestmark = pytest.mark.django_db
YESTERDAY = (TODAY - dt.timedelta(days=1)).isoformat()


@pytest.mark.parametrize(
    ("name", "model", "data"),
    [
        (
            "patients:new_preventive",
            PreventiveTrial,
            {"drug": "Topiramate", "drug_class": "anticonvulsant", "result": "no_effect"},
        ),
        (
            "patients:new_acute",
            AcuteMedication,
            {"drug": "Sumatriptan", "drug_class": "triptan", "days_a_month": "9", "told_on": "2026-11-20"},
        ),
        (
            "patients:new_authorization",
            Authorization,
            {
                "payer": "Aster",
                "number": "A-1",
                "valid_from": "2026-11-20",
                "valid_to": "2027-11-20",
                "status": "approved",
            },
        ),
        (
            "treatments:outside_dose",
            OutsideDose,
            {
                "uid": "0b9d0a5e-58ad-4ed5-a5a9-3ad1f1f9a9c1",
                "given_on": "2026-11-01",
                "same_product": "yes",
                "units": "50",
            },
        ),
        (
            "treatments:report_effect",
            SideEffect,
            {"effects": ["neck_pain"], "severity": "mild", "began_on": "2026-11-20"},
        ),
        ("treatments:score", OutcomeScore, {"taken_on": "2026-11-20", "hit6": "60"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_sent_after_the_erasure_is_refused(
    maria: Patient, prescriber: User, name: str, model: Any, data: dict[str, Any]
) -> None:
    client, url = log_in(prescriber), reverse(name, args=[maria.uid])
    assert client.post(url, data).status_code == 302
    model.objects.all()._raw_delete("default")
    Patient.objects.filter(pk=maria.pk).update(closed="erased", closed_on=TODAY)
    assert client.post(url, data).status_code == 403
    assert not model.objects.exists()


def test_a_line_and_a_diary_day_neither(maria: Patient, prescriber: User) -> None:
    own = {"clinic": maria.clinic, "patient": maria}
    line = PreventiveTrial.objects.create(**own, drug="Topiramate", drug_class="anticonvulsant", result="no_effect")
    Patient.objects.filter(pk=maria.pk).update(closed="erased", closed_on=TODAY)
    client, changed = log_in(prescriber), {"drug": "Candesartan", "drug_class": "arb", "result": "no_effect"}
    assert client.post(reverse("patients:edit_preventive", args=[line.uid]), changed).status_code == 403
    day = reverse("patients:diary_day", args=[maria.uid, YESTERDAY])
    assert client.post(day, {"headache": "none"}).status_code == 403
    assert not DiaryDay.objects.exists()


def test_nor_is_an_assessment_signed_with_a_reason(maria: Patient, prescriber: User) -> None:
    draft = make_assessment(maria, headache_days=14)
    Patient.objects.filter(pk=maria.pk).update(closed="erased", closed_on=TODAY)
    sign = reverse("patients:sign_assessment", args=[draft.uid])
    typed = {"read_at": draft.drafted_at.isoformat(), "override": "on", "override_reason": "Maria asked for it"}
    assert log_in(prescriber).post(sign, typed).status_code == 403
    draft.refresh_from_db()
    assert (draft.signed_at, draft.override_reason) == (None, "")


def test_nor_what_came_of_a_side_effect(maria: Patient, front_desk: User, nurse: User) -> None:
    told = {"effects": ["neck_pain"], "severity": "mild", "began_on": YESTERDAY, "seriousness": "hospital"}
    log_in(front_desk).post(reverse("treatments:report_effect", args=[maria.uid]), told)
    page, clinician = reverse("treatments:effect", args=[SideEffect.objects.get().uid]), log_in(nurse)
    Patient.objects.filter(pk=maria.pk).update(closed="erased", closed_on=TODAY)
    for typed in ({"made": "no", "note": "Maria said so"}, {"outcome": "recovered", "advice": "Maria said so"}):
        assert clinician.post(page, typed).status_code == 403
    assert not SideEffect.objects.exclude(report_note="", advice="").exists()
    left = text(clinician.get(page))
    assert "Tell the regulator" not in left
    assert "What was said or done" not in left


# Where a page of a person leads to a form about them.
FORMS = (
    "patients:assess",
    "patients:new_authorization",
    "patients:new_preventive",
    "patients:new_acute",
    "treatments:outside_dose",
    "treatments:report_effect",
    "treatments:score",
)


def offered(client: Client, patient: Patient) -> set[str]:
    """Return what the person's pages offer to fill in."""
    pages = [
        client.get(reverse(name, args=[patient.uid])).text
        for name in ("patients:detail", "patients:medicines", "patients:diary")
    ]
    to_write = f"{reverse('reminders:write')}?patient={patient.uid}"
    links = {name: reverse(name, args=[patient.uid]) for name in FORMS} | {
        "write": to_write,
        "day": reverse("patients:diary_day", args=[patient.uid, YESTERDAY]),
        "sheet": "Save the sheet",
    }
    return {name for name, link in links.items() if any(link in page for page in pages)}


def test_nor_do_the_pages_of_somebody_erased_offer_a_form_that_would_be_refused(
    maria: Patient, prescriber: User
) -> None:
    client = log_in(prescriber)
    assert offered(client, maria) == {*FORMS, "write", "day", "sheet"}
    Patient.objects.filter(pk=maria.pk).update(closed="erased", closed_on=TODAY)
    assert offered(client, maria) == set()


def test_a_side_effect_of_nobody_waits_for_nobody(maria: Patient, front_desk: User, nurse: User) -> None:
    told = {"effects": ["neck_pain"], "severity": "mild", "began_on": YESTERDAY}
    log_in(front_desk).post(reverse("treatments:report_effect", args=[maria.uid]), told)
    clinician, waits = log_in(nurse), "1 side effect"
    assert waits in text(clinician.get(reverse("treatments:today")))
    Patient.objects.filter(pk=maria.pk).update(record_number=f"erased-{maria.pk}")
    assert waits not in text(clinician.get(reverse("treatments:today")))
    assert "Nothing waits." in text(clinician.get(reverse("treatments:effects")))


def test_nor_do_a_correction_and_a_level_written_by_hand(sign: Sign, maria: Patient, prescriber: User) -> None:
    session = sign().session
    client = log_in(prescriber)
    correct = reverse("treatments:correct", args=[session.uid])
    level = reverse("treatments:write_level", args=[session.course.uid])
    assert client.post(correct, record_data(reason="Wrong note")).status_code == 302
    Patient.objects.filter(pk=maria.pk).update(closed="erased", closed_on=TODAY)
    assert client.post(correct, record_data(reason="Maria said so")).status_code == 403
    assert client.post(level, {"headache_days": "20", "reason": "Maria said so"}).status_code == 403
    assert SessionRecord.objects.count() == 2
    assert not Baseline.objects.exists()
    assert correct not in text(client.get(reverse("treatments:session", args=[session.uid])))
    assert level not in text(client.get(reverse("treatments:level", args=[session.course.uid])))
