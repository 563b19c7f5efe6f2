"""Reports on paper and as files, and the trace they leave."""

import csv
import io
import re

import pytest
from django.urls import reverse

from clinic.models import AuditEntry, Clinic, Injector, Membership, Role, User
from reports.asked import ALL
from reports.catalogue import REPORTS
from tests.conftest import log_in
from tests.reports.conftest import DAYS, FIRST, LAST, Visit
from treatments.models import Status


@pytest.mark.parametrize("key", REPORTS)
def test_every_report_says_what_each_number_means_and_is_counted_from(visit: Visit, admin: User, key: str) -> None:
    visit()
    response = log_in(admin).get(reverse("reports:report", args=[key]), DAYS)
    report, page = response.context["report"], response.content.decode()
    assert report.figures
    assert all(one.meaning.endswith(".") and one.n for one in report.figures)
    assert "Wednesday 1 July 2026 to Wednesday 30 September 2026" in page
    assert "As of 10am" in page


@pytest.mark.parametrize("key", REPORTS)
def test_a_clinic_without_data_reads_why_there_are_no_percentages(osei: Injector, admin: User, key: str) -> None:
    page = log_in(admin).get(reverse("reports:report", args=[key]), DAYS).content.decode()
    assert ("Not enough data: 0 " in page) is (key != "utilisation")  # hours are there from the first day on


def test_a_chart_stands_above_its_table(visit: Visit, admin: User) -> None:
    for status in [Status.DONE] * 9 + [Status.NO_SHOW]:
        visit(status)
    page = log_in(admin).get(reverse("reports:report", args=["no-shows"]), DAYS).content.decode()
    assert page.index("<svg viewBox") < page.index("<table")
    assert "10% of 10" in page
    assert "style=" not in page


@pytest.mark.parametrize("key", REPORTS)
def test_the_file_holds_whose_days_and_numbers_and_is_logged(visit: Visit, admin: User, key: str) -> None:
    visit()
    response = log_in(admin).get(reverse("reports:export", args=[key]), DAYS)
    lines = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert lines[0] == [REPORTS[key][0], "Riverside Clinic"]
    assert lines[1] == ["Days", "2026-07-01", "2026-09-30"]
    assert ["Number", "Value", "Counted from", "Meaning"] in lines
    trace = AuditEntry.objects.get(action=AuditEntry.Action.EXPORT)
    assert (trace.kind, trace.actor) == (f"report {key}", admin)
    assert "Riverside" not in response["Content-Disposition"]


@pytest.mark.parametrize("name", ["reports:export", "reports:print"])
def test_file_and_paper_are_of_the_clinic_whose_report_was_open(
    visit: Visit, lakeside: Clinic, admin: User, name: str
) -> None:
    Membership.objects.create(user=admin, clinic=lakeside, role=Role.ADMIN)
    here, client = visit().clinic, log_in(admin)
    client.post(reverse("clinic:switch"), {"clinic": lakeside.uid})
    page = client.get(reverse(name, args=["no-shows"]), DAYS | {"from_clinic": str(here.uid)}).content.decode()
    assert "Riverside Clinic" in page
    assert "reports/no-shows/?from_clinic" not in page  # the way back is to where the person is


def test_a_name_that_begins_like_a_formula_stays_text(visit: Visit, osei: Injector, admin: User) -> None:
    Injector.objects.filter(pk=osei.pk).update(name="=cmd()")
    visit()
    body = log_in(admin).get(reverse("reports:export", args=["no-shows"]), DAYS).content.decode()
    assert "'=cmd()" in body


def test_a_file_of_days_that_mean_nothing_leads_back_to_the_words(admin: User) -> None:
    response = log_in(admin).get(reverse("reports:export", args=["no-shows"]), {"first": "soon"}, follow=True)
    assert response.status_code == 422
    assert not AuditEntry.objects.filter(action=AuditEntry.Action.EXPORT).exists()


@pytest.mark.parametrize("key", REPORTS)
def test_printing_is_traced(visit: Visit, admin: User, key: str) -> None:
    page = log_in(admin).get(reverse("reports:print", args=[key]), DAYS).content.decode()
    assert "Printed by Ada Lind" in page
    assert AuditEntry.objects.get(action=AuditEntry.Action.PRINT).kind == f"report {key}"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("weekday=1", "Weekday: Monday"),
        ("confirmed=false", "Confirmed: no"),
        ("filled=false", "Time filled by somebody else: no"),
        ("gap_from=0", "Days since the last, at least: 0"),
    ],
)
def test_the_rows_behind_a_number_say_by_what_they_were_chosen(admin: User, asked: str, said: str) -> None:
    page = log_in(admin).get(f"{reverse('reports:sessions')}?counted=true&{asked}")
    words = [f"{label}: {value}" for label, value in page.context["said"]]
    assert sorted(words) == sorted(["Kept or missed: yes", said])


@pytest.mark.parametrize("key", ["no-shows", "interval", "utilisation"])
def test_the_rows_behind_a_number_lead_back_to_the_report_that_was_looked_at(
    visit: Visit, admin: User, osei: Injector, key: str
) -> None:
    visit()
    client, asked = log_in(admin), DAYS | {"injector": str(osei.uid)}
    report = client.get(reverse("reports:report", args=[key]), asked).context["report"]
    figures = [figure.href for figure in report.figures]
    links = [href for href in figures if href.startswith(reverse("reports:sessions"))]
    assert links
    for link in links:
        page = client.get(link)
        [back] = re.findall(r'class="back-link" href="([^"]*)"', page.content.decode())
        shown = client.get(back.replace("&amp;", "&")).context
        assert (shown["key"], shown["asked"].days, shown["asked"].injector) == (key, (FIRST, LAST), osei)


def test_looking_at_rows_is_traced(visit: Visit, admin: User) -> None:
    visit()
    log_in(admin).get(reverse("reports:sessions"), DAYS)
    log_in(admin).get(reverse("reports:people", args=["response"]), DAYS)
    reads = AuditEntry.objects.filter(action=AuditEntry.Action.READ).order_by("pk")
    assert [(one.kind, one.rows) for one in reads] == [("report sessions", 1), ("report response", 0)]


@pytest.mark.parametrize("which", ["other", "all"])
def test_people_of_another_clinic_are_shown_and_logged_there_alone(
    riverside: Clinic, lakeside: Clinic, admin: User, which: str
) -> None:
    Membership.objects.create(user=admin, clinic=lakeside, role=Role.ADMIN)
    asked = DAYS | {"clinic": str(lakeside.uid) if which == "other" else ALL}
    browser = log_in(admin)
    assert browser.get(reverse("reports:report", args=["response"]), asked).status_code == 200
    assert browser.get(reverse("reports:people", args=["response"]), asked).status_code == 404


@pytest.mark.parametrize("name", ["report", "print", "export", "people"])
def test_a_report_that_there_is_not_is_not_found(admin: User, name: str) -> None:
    assert log_in(admin).get(reverse(f"reports:{name}", args=["gossip"]), DAYS).status_code == 404
