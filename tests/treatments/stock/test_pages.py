"""The pages of the stock."""

import datetime as dt
import html
import re

import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import AuditEntry, Clinic, Injector, User
from patients.models import Patient
from patients.templatetags.contacts import spoken
from tests.acceptance.forms import Page, faults
from tests.builders import NOW, TODAY, make_course, make_patient, make_session
from tests.conftest import log_in
from tests.pages import text
from tests.treatments.stock.conftest import EXPIRY, Receive, Sign
from treatments.models import LotRecall, StockVial, TreatmentSession
from treatments.recording import VialUsed
from treatments.stock import changes, tracing

pytestmark = pytest.mark.django_db

DELIVERY = {"lot": "C4471", "strength": "200", "expires_on": "2027-09-30", "number": "4", "received_on": "2026-11-23"}

DISCARDED = {"lot": "C4471", "strength": "200", "expires_on": EXPIRY.isoformat()}


@pytest.fixture
def at_stock(nurse: User) -> Client:
    """The nurse, logged in."""
    return log_in(nurse)


def test_a_lot_of_which_more_was_used_than_came_in_is_named(at_stock: Client, stocked: Receive, sign: Sign) -> None:
    stocked(number=1)
    sign(VialUsed("C4471", EXPIRY, 200), VialUsed("C4471", EXPIRY, 200))
    page = text(at_stock.get(reverse("treatments:stock")))
    assert (
        "More vials used than received here: lot C4471. Enter the delivery with the day on which it came, or correct the record."
        in page
    )


def test_vials_of_one_lot_are_discarded_by_two_names(at_stock: Client, stocked: Receive) -> None:
    stocked(number=1, strength=100)
    stocked(number=1, strength=200)
    page = at_stock.get(reverse("treatments:stock")).content.decode()
    names = re.findall(r'Discard<span class="visually-hidden">([^<]+)', page)
    assert len(set(names)) == len(names) == 2


def test_a_delivery_goes_into_stock(at_stock: Client) -> None:
    answer = at_stock.post(reverse("treatments:receive"), DELIVERY, follow=True)
    assert "4 vials of lot C4471 in stock." in answer.content.decode()
    assert StockVial.objects.count() == 4


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("lot", "", "Enter the lot number on the vials."),
        ("number", "0", "Enter at least one vial."),
        ("number", "201", "Enter at most 200 vials at a time."),
        ("strength", "150", "A vial holds 100 or 200 units."),
        ("expires_on", "30.9.2027", "Enter a date such as 2026-06-01."),
        ("expires_on", "2026-11-22", "had expired on Sunday 22 November 2026"),
        ("record_number", "XX999", "Nobody at this clinic has this record number."),
    ],
)
def test_a_faulty_delivery_is_explained_and_nothing_is_lost(
    at_stock: Client, field: str, value: str, words: str
) -> None:
    answer = at_stock.post(reverse("treatments:receive"), DELIVERY | {field: value})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert 'value="2026-11-23"' in answer.content.decode()
    assert not StockVial.objects.exists()


def test_a_person_of_another_clinic_cannot_be_an_owner(at_stock: Client, lakeside: Clinic) -> None:
    foreign = make_patient(lakeside, "Lea", "Novak", record_number="LK000001")
    answer = at_stock.post(reverse("treatments:receive"), DELIVERY | {"record_number": foreign.record_number})
    assert "Nobody at this clinic" in answer.content.decode()


def test_vials_are_discarded_from_the_list(at_stock: Client, stocked: Receive) -> None:
    stocked(number=2)
    fields = DISCARDED | {"number": "1", "reason": "Dropped"}
    answer = at_stock.post(reverse("treatments:discard"), fields, follow=True)
    assert "1 vial of lot C4471 discarded." in answer.content.decode()


def test_each_row_discards_its_own_vials(at_stock: Client, stocked: Receive, tom: Patient) -> None:
    stocked(owner=tom)
    stocked()
    page = at_stock.get(reverse("treatments:stock")).content.decode()
    assert sorted(re.findall(r'name="owner"(?: value="([^"]*)")?', page)) == ["", str(tom.uid)]
    fields = DISCARDED | {"number": "2", "reason": "Warm", "owner": str(tom.uid)}
    refused = at_stock.post(reverse("treatments:discard"), fields).content.decode()
    assert refused.count('<details class="menu" open>') == 1


def test_a_lot_that_came_in_under_a_wrong_expiry_leaves_the_stock_by_its_own_row(
    at_stock: Client, stocked: Receive
) -> None:
    mistyped = EXPIRY.replace(year=EXPIRY.year + 10)
    stocked(number=2)
    stocked(number=2, expires_on=mistyped)
    assert f'name="expires_on" value="{mistyped}"' in at_stock.get(reverse("treatments:stock")).content.decode()
    fields = DISCARDED | {"expires_on": mistyped.isoformat(), "number": "2", "reason": "Expiry typed wrongly"}
    at_stock.post(reverse("treatments:discard"), fields)
    assert {vial.expires_on for vial in StockVial.objects.filter(state=StockVial.State.IN_STOCK)} == {EXPIRY}


def test_why_vials_are_discarded_is_offered_in_words(at_stock: Client, stocked: Receive) -> None:
    stocked()
    page = text(at_stock.get(reverse("treatments:stock")))
    (offered,) = re.findall(r'<datalist id="discard-reasons">(.*?)</datalist>', page)
    reasons = ["Expired", "Seal broken", "No vacuum drew the saline in", "Not kept at 2 to 8 °C"]
    assert re.findall(r'value="([^"]+)"', offered) == reasons
    assert re.search('<input[^>]*name="reason"[^>]*list="discard-reasons"', page)


def test_one_vial_is_discarded_unless_another_number_is_typed_and_all_that_expired(
    at_stock: Client, stocked: Receive
) -> None:
    stocked(number=4)
    stocked(number=3, lot="OLD", expires_on=TODAY, received_on=TODAY - dt.timedelta(days=30))
    StockVial.objects.filter(lot="OLD").update(expires_on=TODAY - dt.timedelta(days=1))
    page = at_stock.get(reverse("treatments:stock")).content.decode()
    assert re.findall(r'name="number"[^>]*value="(\d+)"', page) == ["3", "1"], "the first to expire first"


def test_discarding_needs_a_reason(at_stock: Client, stocked: Receive) -> None:
    stocked()
    stocked(lot="OTHER")
    answer = at_stock.post(reverse("treatments:discard"), DISCARDED | {"number": "1"})
    assert answer.status_code == 422
    assert "Say why the vials are discarded." in answer.content.decode()
    assert faults(Page(answer)) == []
    assert answer.content.decode().count('id="id_reason"') == 1  # of the row that was sent


def test_one_search_leads_from_a_lot_to_phone_numbers(at_stock: Client, sign: Sign, maria: Patient) -> None:
    sign()
    page = at_stock.get(reverse("treatments:trace"), {"lot": "c4471"}).content.decode()
    assert maria.full_name in page
    assert spoken(maria.contact_points.get(channel="sms"), "GB") in page, "as people here dial it"
    assert AuditEntry.objects.get(kind="lot trace").rows == 1


def test_a_lot_that_was_never_here_is_not_taken_for_one_that_nobody_had(at_stock: Client, stocked: Receive) -> None:
    stocked()
    kept, unknown = (text(at_stock.get(reverse("treatments:trace"), {"lot": lot})) for lot in ("c4471", "c4417"))
    assert "No session used lot C4471.</p>" in kept
    assert "No session used lot C4417, and no vial of it was ever received here. Check the number.</p>" in unknown


def test_a_lot_of_many_sessions_is_listed_page_by_page(
    at_stock: Client, sign: Sign, maria: Patient, tom: Patient, osei: Injector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracing, "PAGE", 1)
    sign()
    later = NOW + dt.timedelta(hours=1)
    sign(session=make_session(make_course(tom), osei, later, status="in_room", due_on=TODAY))
    newest = at_stock.get(reverse("treatments:trace"), {"lot": "C4471"}).content.decode()
    assert "2 sessions. People to call, the newest session first, 1 of them on this page" in newest
    assert tom.full_name in newest
    assert maria.full_name not in newest
    [following] = re.findall(r'href="\?(lot=C4471&amp;after=[^"]+)"', newest)
    older = at_stock.get(f"{reverse('treatments:trace')}?{html.unescape(following)}").content.decode()
    assert maria.full_name in older
    assert "Older sessions" not in older


def test_a_recall_bars_the_lot_and_shows_who_to_call(at_stock: Client, sign: Sign, maria: Patient) -> None:
    sign()
    fields = {"lot": "C4471", "reason": "Particles seen"}
    page = at_stock.post(reverse("treatments:recall_lot"), fields, follow=True).content.decode()
    assert "Lot C4471 is barred from use." in page
    assert maria.full_name in page
    assert LotRecall.objects.get().reason == "Particles seen"


@pytest.mark.parametrize("lot", ["C4471&B", "C4471#2", "100%", "A+B"])
def test_a_recall_of_an_odd_lot_leads_to_that_lot(at_stock: Client, lot: str) -> None:
    fields = {"lot": lot, "reason": "Particles seen"}
    page = at_stock.post(reverse("treatments:recall_lot"), fields, follow=True)
    assert page.context["found"].lot == lot


def test_a_recall_needs_its_reason(at_stock: Client) -> None:
    answer = at_stock.post(reverse("treatments:recall_lot"), {"lot": "C4471"})
    assert answer.status_code == 422
    assert "Enter what the recall says." in answer.content.decode()


def test_a_clinic_that_keeps_no_stock_here_is_not_nagged(at_stock: Client, in_room: TreatmentSession) -> None:
    TreatmentSession.objects.filter(pk=in_room.pk).update(status="booked")
    assert "does not last" not in at_stock.get(reverse("treatments:stock")).content.decode()


def test_the_stock_page_warns_when_vials_run_short(
    at_stock: Client, in_room: TreatmentSession, stocked: Receive, tom: Patient
) -> None:
    stocked(owner=tom)
    TreatmentSession.objects.filter(status="in_room").update(status="booked")
    assert "The stock does not last" in at_stock.get(reverse("treatments:stock")).content.decode()


def test_waste_on_paper_says_of_which_days_and_clinic(at_stock: Client, sign: Sign, riverside: Clinic) -> None:
    sign()
    page = at_stock.get(reverse("treatments:waste"), {"first": "2026-11-02", "last": "2026-11-30"}).content.decode()
    assert "45 units wasted from Monday 2 November 2026 to Monday 30 November 2026." in page
    assert f"London time · {riverside.message_name}</p>" in page


def test_waste_writes_thousands_as_reports_do(at_stock: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    month = tracing.Waste(dt.date(2026, 11, 1), 1250, 250_000, 193_750, 56_250)
    monkeypatch.setattr(tracing, "waste_by_month", lambda clinic, first, last: [month])
    page = at_stock.get(reverse("treatments:waste")).content.decode()
    assert re.findall(r'data-label="\w+">([\d,]+)<', page) == ["1,250", "250,000", "193,750", "56,250"]
    assert "56,250 units wasted" in page


def test_days_in_the_wrong_order_are_refused(at_stock: Client) -> None:
    answer = at_stock.get(reverse("treatments:waste"), {"first": "2026-11-02", "last": "2026-11-01"})
    assert answer.status_code == 422


def test_the_stock_page_asks_the_database_a_fixed_number_of_times(
    at_stock: Client, stocked: Receive, riverside: Clinic, nurse: User, django_assert_max_num_queries: object
) -> None:
    for number in range(6):
        stocked(lot=f"L{number}", number=3)
    changes.recall_lot(clinic=riverside, lot="L0", reason="Particles", by=nurse, at=NOW)
    with django_assert_max_num_queries(13):  # type: ignore[operator]
        at_stock.get(reverse("treatments:stock"))
