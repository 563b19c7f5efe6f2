"""Claim lines: what may be billed follows from the record."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from clinic.models import AuditEntry, Clinic, Role, User
from patients.diagnosis_codes import BILLABLE, disagreement, fault, intractable, with_aura
from patients.eligibility import Findings
from patients.eligibility.storing import pack
from patients.models import Patient
from tests.builders import NOW, TODAY, make_assessment, make_patient, make_record, make_user
from tests.conftest import log_in
from tests.pages import text
from tests.treatments.recording.conftest import findings
from tests.treatments.stock.conftest import EXPIRY, Receive, Sign, sign, stocked
from treatments.claims import drafting, lines
from treatments.claims.lines import Given
from treatments.models import ClaimDraft, TreatmentSession, Vial
from treatments.recording import VialUsed, correct_record

__all__ = ["sign", "stocked"]


def codes(own: Given | None) -> list[tuple[str, str, int]]:
    return [(line.code, line.modifier, line.quantity) for line in lines.claim_lines(own)]


def test_what_was_thrown_away_has_its_own_line() -> None:
    assert codes(Given(200, 155)) == [("64615", "", 1), ("J0585", "", 155), ("J0585", "JW", 45)]


def test_nothing_thrown_away_is_said_too() -> None:
    assert codes(Given(200, 200)) == [("64615", "", 1), ("J0585", "JZ", 200)]


def test_a_pharmacys_vial_is_not_billed_by_the_clinic() -> None:
    assert codes(None) == [("64615", "", 1)]


def test_a_vial_opened_in_vain_has_no_line_of_nothing() -> None:
    assert codes(Given(100, 0)) == [("64615", "", 1), ("J0585", "JW", 100)]


def test_a_clinics_vial_added_to_a_persons_own_is_billed_for_what_it_gave() -> None:
    assert lines.from_own_stock([(100, True), (100, False)], 155) == Given(drawn=100, given=55)
    assert lines.from_own_stock([(100, True), (100, False)], 80) == Given(drawn=100, given=0)


@given(st.lists(st.tuples(st.sampled_from((100, 200)), st.booleans()), min_size=1, max_size=4), st.data())
def test_no_unit_is_billed_that_was_not_drawn(vials: list[tuple[int, bool]], data: st.DataObject) -> None:
    drawn = sum(strength for strength, _kept in vials)
    own = lines.from_own_stock(vials, data.draw(st.integers(1, drawn)))
    ours = sum(strength for strength, kept in vials if not kept)
    billed = sum(line.quantity for line in lines.claim_lines(own) if line.code == lines.DRUG)
    assert billed == ours


@pytest.mark.parametrize("code", sorted(BILLABLE))
def test_a_leaf_code_is_taken(code: str) -> None:
    assert fault(code) == ""


@pytest.mark.parametrize(
    ("code", "words"), [("G43.70", "heading"), ("G43.E", "heading"), ("G43.109", "not a code for"), ("", "No code")]
)
def test_any_other_code_is_explained(code: str, words: str) -> None:
    assert words in fault(code)


def test_a_payer_has_its_own_list() -> None:
    assert "does not take G43.E09" in fault("G43.E09", frozenset({"G43.709"}))


@pytest.mark.parametrize(
    ("code", "aura", "intractable", "agreeing"),
    [
        ("G43.709", False, False, ""),
        ("G43.709", True, False, "G43.E09"),
        ("G43.709", False, True, "G43.719"),
        ("G43.709", True, True, "G43.E19"),
        ("G43.E11", False, False, "G43.701"),
        ("G43.E19", True, True, ""),
        ("G43.709", None, None, ""),  # what is not on record is neither confirmed nor denied
        ("G43.719", None, False, "G43.709"),
    ],
)
def test_a_code_says_what_the_record_says(
    code: str, aura: bool | None, intractable: bool | None, agreeing: str
) -> None:
    words = disagreement(code, aura=aura, is_intractable=intractable)
    assert f"{agreeing} agrees with it." in words if agreeing else words == ""


@pytest.mark.parametrize("code", sorted(BILLABLE))
def test_every_leaf_says_in_words_what_its_digits_say(code: str) -> None:
    assert ("with aura" in BILLABLE[code]) is with_aura(code)
    assert ("not intractable" not in BILLABLE[code]) is intractable(code)


def with_aura_or_not(aura: bool) -> str:
    """Return what an assessment keeps of a migraine with or without aura, not intractable."""
    found = Findings(
        age=None, headache_days=20, long_headache_days=18, migraine_days=12, months_at_this_level=6, aura=aura,
        intractable=False,
    )  # fmt: skip
    return pack(found)


@pytest.mark.django_db
class TestDrafts:
    """Drafting and exporting."""

    @pytest.fixture
    def signed(self, sign: Sign) -> TreatmentSession:
        return sign().session

    def test_a_draft_follows_from_the_record(self, signed: TreatmentSession, admin: User) -> None:
        drafting.draft_claim(session=signed, diagnosis_code="G43.709", by=admin, at=NOW)
        [(_draft, _record, found)] = drafting.with_lines(drafting.drafts(signed.clinic, TODAY, TODAY))
        assert [line.quantity for line in found] == [1, 155, 45]

    def test_a_persons_own_vial_leaves_only_the_procedure(self, stocked: Receive, sign: Sign, maria: Patient) -> None:
        stocked(owner=maria)
        assert [line.code for line in drafting.lines_of(sign())] == ["64615"]

    def test_a_claim_says_what_the_record_says_of_each_vial(self, stocked: Receive, sign: Sign, maria: Patient) -> None:
        stocked(lot="OURS", strength=100)
        stocked(lot="THEIRS", strength=100, owner=maria)
        record = sign(VialUsed("OURS", EXPIRY, 100), VialUsed("THEIRS", EXPIRY, 100))  # in the order they were emptied
        assert record.vials.get(lot="OURS").units_given == 100
        found = [(line.code, line.modifier, line.quantity) for line in drafting.lines_of(record)]
        assert found == [("64615", "", 1), ("J0585", "JZ", 100)]

    def test_a_record_of_before_vials_said_what_they_gave_is_billed_by_its_own_units(
        self, in_room: TreatmentSession
    ) -> None:
        record = make_record(in_room, screened_on=TODAY, started_at=NOW)
        Vial.objects.create(
            clinic=in_room.clinic, record=record, lot="C4471", expires_on=EXPIRY, used_on=TODAY, strength=200
        )
        found = [(line.code, line.modifier, line.quantity) for line in drafting.lines_of(record)]
        assert found == [("64615", "", 1), ("J0585", "", 155), ("J0585", "JW", 45)]

    def test_a_record_that_was_corrected_after_the_export_is_told_where_claims_are_read(
        self, signed: TreatmentSession, admin: User, nurse: User
    ) -> None:
        drafting.draft_claim(session=signed, diagnosis_code="G43.709", by=admin, at=NOW)
        drafting.export(clinic=signed.clinic, first=TODAY, last=TODAY, by=admin, at=NOW)
        pages = [(reverse("treatments:claims"), {"first": f"{TODAY}", "last": f"{TODAY}"})]
        pages.append((reverse("treatments:draft_claim", args=[signed.uid]), {}))
        client = log_in(admin)
        for url, query in pages:
            assert "was corrected since" not in client.get(url, query).content.decode()
        assert signed.record
        later = NOW + dt.timedelta(hours=1)
        correct_record(record=signed.record, found=findings(), reason="Slip", by=nurse, at=later)
        for url, query in pages:
            assert "was corrected since" in client.get(url, query).content.decode()

    def test_a_session_that_is_not_signed_is_not_billed(self, in_room: TreatmentSession, admin: User) -> None:
        with pytest.raises(drafting.Refused, match="Only a signed session"):
            drafting.draft_claim(session=in_room, diagnosis_code="G43.709", by=admin, at=NOW)

    def test_a_nurse_does_not_bill(self, signed: TreatmentSession, nurse: User) -> None:
        with pytest.raises(drafting.Refused, match="Your role"):
            drafting.draft_claim(session=signed, diagnosis_code="G43.709", by=nurse, at=NOW)

    def test_the_code_changes_until_it_was_exported(self, signed: TreatmentSession, admin: User) -> None:
        drafting.draft_claim(session=signed, diagnosis_code="G43.709", by=admin, at=NOW)
        other = make_user("bea@riverside.example", "Bea Holm", (signed.clinic, Role.ADMIN))
        later = NOW + dt.timedelta(hours=1)
        changed = drafting.draft_claim(session=signed, diagnosis_code="G43.719", by=other, at=later)
        assert (changed.drafted_by, changed.drafted_at) == (other, later)
        drafting.export(clinic=signed.clinic, first=TODAY, last=TODAY, by=admin, at=NOW)
        with pytest.raises(drafting.Refused, match="exported already"):
            drafting.draft_claim(session=signed, diagnosis_code="G43.709", by=admin, at=NOW)
        assert ClaimDraft.objects.get().diagnosis_code == "G43.719"

    def test_each_export_leaves_a_trace_and_the_first_one_is_noted(self, signed: TreatmentSession, admin: User) -> None:
        drafting.draft_claim(session=signed, diagnosis_code="G43.709", by=admin, at=NOW)
        for hours in (0, 1):
            at = NOW + dt.timedelta(hours=hours)
            drafting.export(clinic=signed.clinic, first=TODAY, last=TODAY, by=admin, at=at)
        assert ClaimDraft.objects.get().exported_at == NOW
        traces = AuditEntry.objects.filter(kind="claims", action="export", subject=None)
        assert list(traces.values_list("rows", flat=True)) == [1, 1]

    def test_a_claim_that_is_not_in_the_file_stays_to_be_exported(self, signed: TreatmentSession, admin: User) -> None:
        drafting.draft_claim(session=signed, diagnosis_code="G43.709", by=admin, at=NOW)
        yesterday = TODAY - dt.timedelta(days=1)
        drafting.export(clinic=signed.clinic, first=yesterday, last=yesterday, by=admin, at=NOW)
        assert ClaimDraft.objects.get().exported_at is None

    def test_another_clinic_exports_none_of_it(self, signed: TreatmentSession, admin: User, lakeside: Clinic) -> None:
        drafting.draft_claim(session=signed, diagnosis_code="G43.709", by=admin, at=NOW)
        assert not drafting.drafts(lakeside, TODAY, TODAY)

    def test_a_code_that_is_changed_while_the_file_is_written_waits_for_it(
        self, signed: TreatmentSession, admin: User
    ) -> None:
        if connection.vendor != "postgresql":
            pytest.skip("SQLite has one writer at a time")
        drafting.draft_claim(session=signed, diagnosis_code="G43.709", by=admin, at=NOW)
        with CaptureQueriesContext(connection) as queries:
            drafting.export(clinic=signed.clinic, first=TODAY, last=TODAY, by=admin, at=NOW)
        assert any('FOR UPDATE OF "treatments_claimdraft"' in query["sql"] for query in queries)

    def test_a_code_that_differs_from_the_record_is_refused(
        self, signed: TreatmentSession, admin: User, prescriber: User
    ) -> None:
        patient = signed.course.patient
        make_assessment(patient, signed_by=prescriber, inputs=with_aura_or_not(True))
        with pytest.raises(drafting.Refused, match="E09 agrees with it"):
            drafting.draft_claim(session=signed, diagnosis_code="G43.709", by=admin, at=NOW)
        assert drafting.draft_claim(session=signed, diagnosis_code="G43.E09", by=admin, at=NOW).pk
        page = log_in(admin).get(reverse("treatments:draft_claim", args=[signed.uid])).content.decode()
        assert "with aura, not intractable, no code" in page

    @pytest.mark.parametrize(
        ("days", "agreeing", "refused"),
        [((-30, -1), "G43.E09", "G43.709"), ((-30, 0), "G43.E09", "G43.709"), ((5, 30), "G43.E09", "G43.709")],
        ids=["of the two before it the newer", "of its own day", "none before it: the newest"],
    )
    def test_a_code_is_held_against_the_assessment_in_force_on_the_day_of_the_session(
        self,
        signed: TreatmentSession,
        admin: User,
        prescriber: User,
        days: tuple[int, int],
        agreeing: str,
        refused: str,
    ) -> None:
        for aura, day in zip((False, True), days, strict=True):
            on, inputs = TODAY + dt.timedelta(days=day), with_aura_or_not(aura)
            make_assessment(signed.course.patient, signed_by=prescriber, assessed_on=on, inputs=inputs)
        with pytest.raises(drafting.Refused, match="agrees with it"):
            drafting.draft_claim(session=signed, diagnosis_code=refused, by=admin, at=NOW)
        assert drafting.draft_claim(session=signed, diagnosis_code=agreeing, by=admin, at=NOW).pk

    def test_what_was_found_since_does_not_change_what_a_session_is_billed_under_and_may_mend_it(
        self, signed: TreatmentSession, admin: User, prescriber: User
    ) -> None:
        patient, later = signed.course.patient, TODAY + dt.timedelta(days=30)
        make_assessment(patient, signed_by=prescriber, inputs=with_aura_or_not(False), diagnosis_code="G43.709")
        make_assessment(
            patient, signed_by=prescriber, assessed_on=later, inputs=with_aura_or_not(True), diagnosis_code="G43.E09"
        )
        page = text(log_in(admin).get(reverse("treatments:draft_claim", args=[signed.uid])))
        assert '<option value="G43.709" selected>' in page
        assert "assessed Monday 23 November 2026: without aura, not intractable, code G43.709." in page
        assert "Assessed again since, Wednesday 23 December 2026: with aura, not intractable, code G43.E09." in page
        for code in ("G43.709", "G43.E09"):  # the later one may put right what was recorded wrongly
            assert drafting.draft_claim(session=signed, diagnosis_code=code, by=admin, at=NOW).diagnosis_code == code
        with pytest.raises(drafting.Refused, match="709 agrees with it"):
            drafting.draft_claim(session=signed, diagnosis_code="G43.719", by=admin, at=NOW)

    def test_what_is_on_record_of_somebody_else_is_held_against_nothing(
        self, signed: TreatmentSession, admin: User, prescriber: User
    ) -> None:
        make_assessment(make_patient(signed.clinic, "Tom", "Reid"), signed_by=prescriber)
        page = log_in(admin).get(reverse("treatments:draft_claim", args=[signed.uid])).content.decode()
        assert "No signed assessment" in page

    def test_what_nobody_recorded_is_checked_by_hand(self, signed: TreatmentSession, admin: User) -> None:
        page = log_in(admin).get(reverse("treatments:draft_claim", args=[signed.uid])).content.decode()
        assert "No signed assessment: the code cannot be held against the record." in page

    def test_the_database_refuses_a_heading(self, signed: TreatmentSession, admin: User) -> None:
        drafting.draft_claim(session=signed, diagnosis_code="G43.709", by=admin, at=NOW)
        with pytest.raises(IntegrityError, match="billable"), transaction.atomic():
            ClaimDraft.objects.update(diagnosis_code="G43.70")

    def test_an_admin_drafts_and_exports_in_the_browser(self, signed: TreatmentSession, admin: User) -> None:
        client = log_in(admin)
        page = client.post(reverse("treatments:draft_claim", args=[signed.uid]), {"diagnosis_code": "G43.709"})
        assert page.status_code == 302
        days = {"first": TODAY.isoformat(), "last": TODAY.isoformat()}
        assert "J0585-JW" in client.get(reverse("treatments:claims"), days).content.decode()
        answer = client.post(reverse("treatments:export_claims"), days)
        record_number = signed.course.patient.record_number
        head, *rows = answer.content.decode().removeprefix("\ufeff").splitlines()
        assert head == "record_number,date_of_service,diagnosis,code,modifier,quantity,lots"
        assert f"{record_number},11/23/2026,G43.709,J0585,JW,45,C4471" in rows
        assert answer["Content-Disposition"] == 'attachment; filename="claims-2026-11-23-to-2026-11-23.csv"'

    def test_the_file_can_be_asked_for_again_from_the_same_page(self, signed: TreatmentSession, admin: User) -> None:
        drafting.draft_claim(session=signed, diagnosis_code="G43.709", by=admin, at=NOW)
        page = log_in(admin).get(reverse("treatments:claims"), {"first": f"{TODAY}", "last": f"{TODAY}"}).text
        assert f'action="{reverse("treatments:export_claims")}" data-download>' in page

    def test_a_lot_is_no_formula(self, sign: Sign, admin: User) -> None:
        session = sign(VialUsed("=1+1", EXPIRY, 200)).session
        drafting.draft_claim(session=session, diagnosis_code="G43.709", by=admin, at=NOW)
        text = drafting.export(clinic=session.clinic, first=TODAY, last=TODAY, by=admin, at=NOW)
        assert ",'=1+1" in text

    def test_no_code_is_explained(self, signed: TreatmentSession, admin: User) -> None:
        client = log_in(admin)
        answer = client.post(reverse("treatments:draft_claim", args=[signed.uid]), {"diagnosis_code": ""})
        assert answer.status_code == 422
        assert "Choose a diagnosis code." in answer.content.decode()


def test_a_second_vial_is_needed_above_its_units() -> None:
    assert lines.from_own_stock([(100, False), (100, False)], 155) == Given(200, 155)
    assert VialUsed("C4471", TODAY, 100).reconstituted_at is None
