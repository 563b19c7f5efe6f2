"""How the rows about a person are found."""

from patients.models import Patient
from privacy.paths import rows_of
from reminders.models import PatientLink
from tests.plans import on_sqlite, plans


@on_sqlite
def test_links_of_a_person_are_found_from_the_person(maria: Patient) -> None:
    with plans() as found:
        list(rows_of(PatientLink, [maria]))
    assert [step for step in found if step.startswith("SCAN")] == []
