"""Finding people: by any part of what is known, in few queries, at one's own clinic only."""

import datetime as dt
import importlib

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.models import AuditEntry, Clinic, User
from patients.models import Patient
from patients.search import search_text, terms
from tests.builders import NOW, make_course, make_injector, make_patient, make_session
from tests.conftest import log_in

URL = "/patients/"


@pytest.fixture
def people(riverside: Clinic, lakeside: Clinic) -> list[Patient]:
    make_patient(lakeside, "Siobhán", "O'Brien", record_number="LK000001")
    return [
        make_patient(riverside, "Siobhán", "O'Brien", record_number="RV000101", birth_date=dt.date(1984, 4, 17)),
        make_patient(riverside, "Łukasz", "Nowak", record_number="RV000102", birth_date=dt.date(1990, 11, 2)),
        make_patient(riverside, "Lucy", "Brienne", record_number="RV000103", birth_date=dt.date(2001, 2, 11)),
    ]


def names(user: User, text: str) -> list[str]:
    """Return whom a search shows, the one whose page it opens included."""
    response = log_in(user).get(URL, {"q": text})
    if response.status_code == 302:
        uid = response["Location"].split("/")[-2]
        return [Patient.objects.get(uid=uid).given_name]
    return [person.given_name for person in response.context.get("people", [])]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("sio", ["Siobhán"]),
        ("SIOBHAN OBRIEN", ["Siobhán"]),
        ("o'brien", ["Siobhán"]),
        ("o’brien sio", ["Siobhán"]),
        ("O'Brien, Siobhán", ["Siobhán"]),
        ("o'brien,siob", ["Siobhán"]),
        (",,", []),
        ("rie", ["Lucy", "Siobhán"]),
        ("luk", ["Łukasz"]),
        ("rv0001", ["Lucy", "Łukasz", "Siobhán"]),
        ("000102", ["Łukasz"]),
        ("17/4/1984", ["Siobhán"]),
        ("17/04/1984", ["Siobhán"]),
        ("17.4.84", ["Siobhán"]),
        ("17 4 1984", ["Siobhán"]),
        ("17 Apr 1984", ["Siobhán"]),
        ("17th april 84", ["Siobhán"]),
        ("April 17, 1984", ["Siobhán"]),
        ("17 Foo 1984", []),
        ("31 Apr 1984", []),
        ("1984-04-17", ["Siobhán"]),
        ("1984/04/17", ["Siobhán"]),
        ("1984", ["Siobhán"]),
        ("2/11/1990", ["Łukasz"]),
        ("2 11 01", []),
        ("11 2 01", ["Lucy"]),
        ("31/2/1984", []),
        ("07700 900001", ["Siobhán"]),
        ("+44 7700 900001", ["Siobhán"]),
        ("+44 (0)7700-900001", ["Siobhán"]),
        ("7700900001", ["Siobhán"]),
        ("\u202a+44 7700 900001\u202c", ["Siobhán"]),
        ("\u200e17/4/1984", ["Siobhán"]),
        ("RV000102\u200b", ["Łukasz"]),
        ("nobody", []),
        ("%", []),
        ("o_brien", []),
    ],
)
def test_people_are_found_however_it_is_typed(
    front_desk: User, people: list[Patient], text: str, found: list[str]
) -> None:
    assert sorted(names(front_desk, text)) == sorted(found)


@pytest.mark.parametrize(
    ("kept", "text"),
    [
        ("Smith Jones", "Smith-Jones"),
        ("Smith-Jones", "smith jones"),
        ("Smith-Jones", "Smith–Jones"),
        ("Smith-Jones", "Smith\u2011Jones"),
        ("O'Brien", "O‘Brien"),
        ("O'Brien", "Oʼbrien"),
        ("O'Brien", "O`Brien"),
        ("O`Brien", "O'Brien"),
        ("Oʼbrien", "obrien"),
        ("O‘Brien", "O`Brien"),
        ("Smith‐Jones", "Smith-Jones"),
        ("Smith–Jones", "smith jones"),
        ("O Brien", "O'Brien"),
        ("O Brien", "obrien"),
        ("O'Brien", "O Brien"),
        ("Mc Donald", "mcdonald"),
        ("Müller", "Mueller"),
        ("Mueller", "Müller"),
        ("Mueller", "Muller"),
        ("Mueller-Jäger", "Müller Jaeger"),
        ("Sørensen", "Soerensen"),
        ("Weiß", "Weiss"),
        ("Yıldız", "Yildiz"),
        ("Yildiz", "YILDIZ"),
        ("İnce", "ince"),
    ],
)
def test_a_double_name_is_found_with_and_without_its_hyphen(riverside: Clinic, kept: str, text: str) -> None:
    ann = make_patient(riverside, "Ann", kept)
    assert Patient.objects.matching(text).get() == ann


def test_a_short_name_is_not_found_by_another_spelling_that_half_of_all_names_hold(riverside: Clinic) -> None:
    make_patient(riverside, "Ann", "Jones")
    assert not Patient.objects.matching("Joe")


def test_people_of_before_are_found_by_the_other_spellings_too(riverside: Clinic) -> None:
    people = [make_patient(riverside, "Ayşe", "Yıldız"), make_patient(riverside, "Ann", "Mueller")]
    now = [person.search_text for person in people]
    for person, before in zip(people, ("ayse yıldız", "ann mueller"), strict=True):
        rest = person.search_text.split()[2 : None if "ı" in before else -2]
        Patient.objects.filter(pk=person.pk).update(search_text=" ".join((before, *rest)))
    module = importlib.import_module("patients.migrations.0006_names_by_their_other_spellings")
    module.spell_otherwise(apps, None)
    assert list(Patient.objects.order_by("pk").values_list("search_text", flat=True)) == now


def test_people_of_before_are_found_by_the_hyphen_and_apostrophe_of_a_keyboard_too(riverside: Clinic) -> None:
    ann = make_patient(riverside, "Ann", "O`Brien–Reid", record_number="X–1")
    now = ann.search_text
    before = now.replace("obrien-reid", "o`brien–reid").replace("x-1", "x–1")
    Patient.objects.filter(pk=ann.pk).update(search_text=before)
    module = importlib.import_module("patients.migrations.0007_marks_of_a_keyboard")
    module.as_a_keyboard_has_them(apps, None)
    assert Patient.objects.get().search_text == now != before


@pytest.mark.parametrize("number", ["2026-0012", "943 476 5919", "12-34-56", "2026/117", "12–34–56"])
def test_a_record_number_is_found_as_it_is_written(riverside: Clinic, number: str) -> None:
    ann = make_patient(riverside, "Ann", record_number=number)
    assert Patient.objects.matching(number).get() == ann


@pytest.mark.parametrize(
    ("phone", "text"),
    [
        ("+447700900001", "0044 7700 900001"),
        ("+447700900001", "07700–900001"),
        ("+447700900001", "07700\u00a0900001"),
        ("+353861234567", "086 123 4567"),
        ("+12125550123", "(212) 555-0123"),
    ],
)
def test_a_phone_is_found_as_it_is_dialled(riverside: Clinic, phone: str, text: str) -> None:
    ann, born = make_patient(riverside, "Ann"), dt.date(1984, 4, 17)
    Patient.objects.filter(pk=ann.pk).update(search_text=search_text("Ann", "RV000001", born, [phone]))
    assert Patient.objects.matching(text).get() == ann


def test_numbers_that_differ_in_their_capitals_alone_are_two_people(riverside: Clinic) -> None:
    small, large = make_patient(riverside, record_number="ab1"), make_patient(riverside, record_number="AB1")
    here = Patient.objects.filter(clinic=riverside)
    assert (here.numbered("ab1"), here.numbered("AB1"), here.numbered("Ab1")) == (small, large, None)
    assert here.exclude(pk=large.pk).numbered("AB1") == small


@pytest.mark.parametrize("text", ["000000000", "......"])
def test_a_number_that_is_none_is_nobodys(people: list[Patient], text: str) -> None:
    assert not Patient.objects.matching(text)


def test_the_month_may_come_first_where_people_write_it_so() -> None:
    assert terms("4/17/1984", month_first=True) == [["1984-04-17"]]
    assert terms("4/5/1984", month_first=True) == [["1984-05-04", "1984-04-05"]]
    assert terms("4/5/1984") == [["1984-05-04"]]


def test_a_single_match_opens_at_once(front_desk: User, people: list[Patient]) -> None:
    response = log_in(front_desk).get(URL, {"q": "sio"})
    assert response["Location"] == reverse("patients:detail", args=[people[0].uid])


def test_two_letters_never_open_a_record(front_desk: User, people: list[Patient]) -> None:
    assert log_in(front_desk).get(URL, {"q": "si"}).status_code == 200


@pytest.mark.parametrize("text", ["", " ", "s"])
def test_too_short_a_text_gets_a_hint_and_no_people(front_desk: User, people: list[Patient], text: str) -> None:
    page = log_in(front_desk).get(URL, {"q": text}).content.decode()
    assert "Type at least 2 letters" in page
    assert "Siobhán" not in page


def test_who_is_not_found_can_be_registered_from_there(front_desk: User, reader: User) -> None:
    action = f'<a class="btn btn-secondary" href="{reverse("patients:new")}">Register a person</a>'
    searched = reverse("patients:search"), {"q": "nobody"}
    assert action in log_in(front_desk).get(*searched).content.decode()
    assert reverse("patients:new") not in log_in(reader).get(*searched).content.decode()


def test_a_search_leaves_a_trace_without_its_text(front_desk: User, people: list[Patient]) -> None:
    log_in(front_desk).get(URL, {"q": "rie"})
    entry = AuditEntry.objects.get(action="search")
    assert (entry.actor, entry.rows, entry.subject) == (front_desk, 2, None)


def test_the_row_says_when_the_person_comes_next(front_desk: User, people: list[Patient]) -> None:
    make_course(people[2], last_given_on=dt.date(2026, 9, 7))
    page = log_in(front_desk).get(URL, {"q": "rie"}).content.decode()
    assert "Due 30 Nov 2026, not booked" in page


def test_the_row_does_not_call_a_visit_gone_by_the_next_one(front_desk: User, people: list[Patient]) -> None:
    course = make_course(people[2], last_given_on=dt.date(2026, 8, 1))
    make_session(course, make_injector(course.clinic), NOW - dt.timedelta(days=3))
    page = log_in(front_desk).get(URL, {"q": "rie"}).content.decode()
    assert "Fri 20 Nov 10:00, still open" in page


def many(clinic: Clinic, count: int) -> None:
    for number in range(count):
        make_patient(clinic, "Same", f"Name{number % 7}", record_number=f"ZZ{number:06d}")


def queries(user: User, text: str) -> int:
    client = log_in(user)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(URL, {"q": text}).status_code == 200
    return len(caught)


def test_the_number_of_queries_does_not_grow_with_the_people(front_desk: User, riverside: Clinic) -> None:
    many(riverside, 2)
    few = queries(front_desk, "same")
    many_more = 40
    for number in range(many_more):
        make_patient(riverside, "Same", "Again", record_number=f"YY{number:06d}")
    assert queries(front_desk, "same") == few
    assert few <= 10


def test_pages_of_fifty_show_everybody_once(front_desk: User, riverside: Clinic) -> None:
    many(riverside, 107)
    client, seen, url = log_in(front_desk), [], f"{URL}?q=same"
    for size, more in ((50, True), (50, True), (7, False)):
        context = client.get(url).context
        assert (len(context["people"]), context["more"]) == (size, more)
        seen += [person.pk for person in context["people"]]
        url = f"{URL}?q=same&after={context['people'][-1].uid}"
    assert len(set(seen)) == len(seen) == 107


def test_an_unknown_or_garbled_key_starts_from_the_top(
    front_desk: User, people: list[Patient], lakeside: Clinic
) -> None:
    other = Patient.objects.get(clinic=lakeside)
    for after in ("x", str(other.uid)):
        page = log_in(front_desk).get(URL, {"q": "rie", "after": after})
        assert len(page.context["people"]) == 2


def test_staff_of_another_clinic_find_their_own_people_only(stranger: User, people: list[Patient]) -> None:
    assert names(stranger, "nowak") == []
    assert names(stranger, "lk0") == ["Siobhán"]


def test_a_reader_may_search(reader: User, people: list[Patient]) -> None:
    assert names(reader, "sio") == ["Siobhán"]


def test_names_are_escaped(front_desk: User, riverside: Clinic) -> None:
    make_patient(riverside, "<script>a", "Bobby")
    make_patient(riverside, "<script>b", "Bobby")
    page = log_in(front_desk).get(URL, {"q": "bobby"}).content.decode()
    assert "<script>a" not in page
    assert "&lt;script&gt;a" in page
