"""Times that patients may take by themselves: where payers were asked, only such as one of them covers."""

import datetime as dt
import uuid

import pytest

from clinic.models import Absence, Injector
from patients.models import Authorization, Patient
from tests.builders import NOW, TODAY, make_course, make_session, room_of
from treatments import self_booking
from treatments.models import TreatmentSession
from treatments.slots import Slot

DAY = dt.timedelta(days=1)
NEXT = TODAY + 21 * DAY


@pytest.mark.parametrize("ends", [TODAY - DAY, TODAY + 2 * DAY], ids=["ended since the due day", "is all taken"])
def test_the_next_agreement_is_waited_for_where_the_one_before_it_leaves_no_time(
    maria: Patient, osei: Injector, ends: dt.date
) -> None:
    for number, first, last in (("PA-1", TODAY - 90 * DAY, ends), ("PA-2", NEXT, NEXT + 90 * DAY)):
        Authorization.objects.create(
            clinic=maria.clinic, patient=maria, payer="Aster", number=number, valid_from=first, valid_to=last
        )
    Absence.objects.create(
        clinic=maria.clinic, injector=osei, starts_at=NOW - DAY, ends_at=NOW + 4 * DAY, label="Leave"
    )
    course = make_course(maria, last_given_on=TODAY - 90 * DAY, injector=osei)  # due six days ago
    found = self_booking.free_times(course=course, session=None, now=NOW)
    assert [slot.starts_at.date() for slot in found][:1] == [NEXT]


@pytest.mark.parametrize("has_a_visit", [True, False])
@pytest.mark.parametrize(("sooner", "theirs"), [(dt.timedelta(), True), (dt.timedelta(minutes=15), False)])
def test_a_time_is_taken_a_day_ahead_and_no_sooner(
    maria: Patient, osei: Injector, has_a_visit: bool, sooner: dt.timedelta, theirs: bool
) -> None:
    course = make_course(maria, last_given_on=TODAY - 90 * DAY, injector=osei)  # due six days ago
    visit = make_session(course, osei, NOW + 3 * DAY) if has_a_visit else None
    begins = NOW + DAY - sooner
    code = Slot(osei, room_of(osei), begins, begins + dt.timedelta(minutes=15)).code

    def take() -> TreatmentSession:
        return self_booking.take(course=course, session=visit, version=1, code=code, uid=uuid.uuid4(), now=NOW)

    if theirs:
        taken = take()
        assert (taken.starts_at, taken.answer) == (begins, "confirmed")
    else:
        with pytest.raises(self_booking.NotForThem):
            take()
    offered = self_booking.free_times(course=course, session=visit, now=NOW)
    assert min(slot.starts_at for slot in offered) >= NOW + DAY
