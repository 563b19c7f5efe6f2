"""Maria's visit today, and pages as text."""

import datetime as dt
import re
from typing import Any

import pytest
from django.urls import reverse

from clinic.models import Injector
from tests.builders import NOW, TODAY, make_session
from treatments.models import Course, Status, TreatmentSession


def text(response: Any) -> str:
    """Return a page as text with single spaces."""
    return re.sub(r"\s+", " ", response.content.decode())


def book_url(course: Course) -> str:
    """Return the address of the page of free times."""
    return reverse("treatments:book", args=[course.uid])


@pytest.fixture
def visit(course: Course, osei: Injector) -> TreatmentSession:
    """Maria's visit at eleven today."""
    return make_session(course, osei, NOW + dt.timedelta(hours=1), due_on=TODAY)


@pytest.fixture
def in_room(visit: TreatmentSession) -> TreatmentSession:
    """Maria in the room."""
    TreatmentSession.objects.filter(pk=visit.pk).update(status=Status.IN_ROOM)
    visit.refresh_from_db()
    return visit
