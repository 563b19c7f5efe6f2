"""Maria in the room, and where a session is booked."""

import pytest
from django.urls import reverse

from treatments.models import Course, Status, TreatmentSession


def book_url(course: Course) -> str:
    """Return the address of the page of free times."""
    return reverse("treatments:book", args=[course.uid])


@pytest.fixture
def in_room(visit: TreatmentSession) -> TreatmentSession:
    """Maria in the room."""
    TreatmentSession.objects.filter(pk=visit.pk).update(status=Status.IN_ROOM)
    visit.refresh_from_db()
    return visit
