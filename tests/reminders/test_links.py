"""Staff see which links lead somewhere, and end them."""

import re

from django.test import Client
from django.urls import reverse

from clinic.models import AuditEntry, User
from patients.models import Patient
from reminders.models import DiaryLink, PatientLink
from tests.builders import TODAY
from tests.conftest import log_in
from tests.reminders.reading import words


def test_staff_end_the_link_of_a_message(phone: Client, link: str, maria: Patient, front_desk: User) -> None:
    desk = log_in(front_desk)
    assert "The visit on" in words(desk.get(reverse("reminders:links", args=[maria.uid])).content)
    stored = PatientLink.objects.get()
    desk.post(reverse("reminders:end_visit_link", args=[stored.uid]))
    assert phone.get(link).status_code == 410
    stored.refresh_from_db()
    assert stored.revoked_by == front_desk
    assert AuditEntry.objects.filter(kind="link", subject=maria.uid, actor=front_desk).count() == 1
    assert "No link leads anywhere" in words(desk.get(reverse("reminders:links", args=[maria.uid])).content)


def test_a_link_that_was_ended_keeps_who_ended_it(link: str, front_desk: User, nurse: User) -> None:
    for user in (front_desk, nurse):
        log_in(user).post(reverse("reminders:end_visit_link", args=[PatientLink.objects.get().uid]))
    assert PatientLink.objects.get().revoked_by == front_desk
    assert AuditEntry.objects.filter(kind="link").count() == 1


def test_who_may_only_look_sees_links_and_ends_none(link: str, maria: Patient, reader: User) -> None:
    page = words(log_in(reader).get(reverse("reminders:links", args=[maria.uid])).content)
    assert "The visit on" in page
    assert reverse("reminders:end_visit_link", args=[PatientLink.objects.get().uid]) not in page


def test_each_link_is_ended_by_a_name_of_its_own(link: str, diary_link: str, maria: Patient, front_desk: User) -> None:
    page = log_in(front_desk).get(reverse("reminders:links", args=[maria.uid])).content.decode()
    names = re.findall(r'End<span class="visually-hidden">([^<]+)', page)
    assert len(set(names)) == len(names) == 2


def test_the_patients_page_leads_to_the_links(link: str, maria: Patient, front_desk: User) -> None:
    page = log_in(front_desk).get(reverse("patients:detail", args=[maria.uid])).content.decode()
    assert reverse("reminders:links", args=[maria.uid]) in page


def test_the_pages_of_a_person_who_is_no_longer_treated_here_have_ended(
    phone: Client, link: str, diary_link: str
) -> None:
    Patient.objects.update(closed=Patient.Closed.DIED, closed_on=TODAY)
    assert [phone.get(page).status_code for page in (link, f"{link}stop/", diary_link)] == [410, 410, 410]


def test_staff_see_that_no_link_of_theirs_leads_anywhere_and_make_none(
    link: str, diary_link: str, maria: Patient, front_desk: User
) -> None:
    desk, made = log_in(front_desk), DiaryLink.objects.count()
    Patient.objects.update(closed=Patient.Closed.DIED, closed_on=TODAY)
    page = words(desk.get(reverse("reminders:links", args=[maria.uid])).content)
    assert "No link leads anywhere" in page
    assert "Make a link" not in page
    answer = words(desk.post(reverse("reminders:make_diary_link", args=[maria.uid]), follow=True).content)
    assert "The record is closed: a link would open nothing." in answer
    assert DiaryLink.objects.count() == made


def test_another_theme_leads_back_to_the_links_from_the_one_just_made(maria: Patient, front_desk: User) -> None:
    desk = log_in(front_desk)
    page = desk.post(reverse("reminders:make_diary_link", args=[maria.uid])).content.decode()
    theme = re.search('name="next" value="([^"]+)"', page)
    assert theme
    assert desk.get(theme[1]).status_code == 200
