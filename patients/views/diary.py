"""The diary: 28 days as squares, a paper sheet typed in one go, one day in full, and what two sources say."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic import audit
from clinic.access import Capability, StaffRequest, requires
from patients.access import may_write
from patients.actions import diary_days
from patients.diary import Day, count
from patients.eligibility.counts import WINDOW_DAYS
from patients.forms.diary import DayForm, PaperForm, SettleForm, initial_of
from patients.forms.fields import parse_day
from patients.models import DiaryClaim, DiaryDay, Patient
from patients.views.lookup import get_patient, get_patient_to_write


@dataclass(frozen=True)
class Square:
    """One of the 28 days: what stands there, and what another source says."""

    date: dt.date
    row: DiaryDay | None
    claim: DiaryClaim | None = None
    form: SettleForm | None = None

    @property
    def mark(self) -> str:
        """Which two answers somebody who settles the day has seen."""
        return diary_days.mark(self.claim, self.row) if self.claim else ""

    @property
    def differs(self) -> list[str]:
        """In what the two answers differ, beside their letters."""
        return self.claim.differs(self.row) if self.claim and self.row else []


def _today(request: StaffRequest) -> dt.date:
    return timezone.localdate(timezone.now(), request.clinic.zone)


@require_http_methods(["GET", "POST"])
@requires(Capability.VIEW)
def diary(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Show 28 days and their counts; whoever may assess types a paper sheet here."""
    patient = get_patient_to_write(request, uid)
    if request.method == "GET":
        audit.looked(request, "diary", subject=patient.uid)
        return _diary_page(request, patient, None)
    form = PaperForm(request.POST, today=_today(request))
    if form.is_valid():
        dates = [day.date for day in form.paper.days]
        known = {row.date: row for row in DiaryDay.objects.filter(patient=patient, date__in=dates)}
        try:
            written = diary_days.write_days(
                patient=patient, days=form.days(known), source=DiaryDay.Source.PAPER, by=request.user, at=timezone.now()
            )
        except diary_days.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _words(written))
            return redirect("patients:diary", patient.uid)
    return _diary_page(request, patient, form)


def _words(written: diary_days.Written) -> str:
    parts = [
        f"{written.new} {'day' if written.new == 1 else 'days'} new",
        f"{written.changed} changed",
        f"{written.same} as before",
    ]
    if written.disputed:
        parts.append(f"{written.disputed} said otherwise by another source: settle them below")
    return f"Diary saved: {', '.join(parts)}."


def _diary_page(
    request: StaffRequest, patient: Patient, form: PaperForm | None, settling: SettleForm | None = None
) -> HttpResponse:
    today = _today(request)
    last = min(parse_day(request.GET.get("last", "")) or today, today) - dt.timedelta(days=1)
    first = last - dt.timedelta(days=WINDOW_DAYS - 1)
    rows = {row.date: row for row in DiaryDay.objects.filter(patient=patient, date__range=(first, last))}
    claims = list(DiaryClaim.objects.filter(patient=patient, settled_at__isnull=True).select_related("entered_by"))
    by_date = {claim.date: claim for claim in claims}
    days = [first + dt.timedelta(days=place) for place in range(WINDOW_DAYS)]
    disputed = {row.date: row for row in DiaryDay.objects.filter(patient=patient, date__in=by_date)}
    context = {
        "patient": patient,
        "home": reverse("patients:diary", args=[patient.uid]),  # a day is settled at an address that is no page
        "form": form or PaperForm(today=today, initial={"first": first}),
        "wrong": form,
        "settling": settling,
        "has_errors": settling is not None,
        "window": count((Day(row.date, row.headache_hours, row.migraine) for row in rows.values()), last),
        "squares": [Square(day, rows.get(day), by_date.get(day)) for day in days],
        "disputes": [
            Square(claim.date, disputed.get(claim.date), claim, _settling(claim, settling)) for claim in claims
        ],
        "earlier": first,
        "later": last + dt.timedelta(days=WINDOW_DAYS + 1) if last < today - dt.timedelta(days=1) else None,
        "may_write": may_write(request.membership, Capability.ASSESS, patient),
    }
    return render(request, "patients/diary.html", context, status=422 if form or settling else 200)


def _settling(claim: DiaryClaim, sent: SettleForm | None) -> SettleForm:
    """Return the form about one of several days: the one that was sent, with what was typed, where it is about this."""
    return sent if sent and sent.claim == claim else SettleForm(claim=claim)


@require_http_methods(["GET", "POST"])
@requires(Capability.ASSESS)
def day(request: StaffRequest, uid: uuid.UUID, date: str) -> HttpResponse:
    """Show and change one day in full."""
    patient, on = get_patient_to_write(request, uid), parse_day(date)
    if on is None or on >= _today(request):
        raise Http404
    row = DiaryDay.objects.filter(patient=patient, date=on).first()
    form = DayForm(request.POST) if request.method == "POST" else DayForm(initial=initial_of(row))
    if form.is_bound and form.is_valid():
        facts = diary_days.DayFacts(on, form.facts())
        source = row.source if row and row.source == DiaryDay.Source.PAPER else DiaryDay.Source.CLINIC
        try:
            written = diary_days.write_days(
                patient=patient, days=[facts], source=DiaryDay.Source(source), by=request.user, at=timezone.now()
            )
        except diary_days.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _words(written))
            return redirect("patients:diary", patient.uid)
    context = {"patient": patient, "date": on, "row": row, "form": form}
    return render(request, "patients/diary_day.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Capability.ASSESS)
def settle(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Decide which of two sources counts for a day."""
    claims = DiaryClaim.objects.filter(clinic=request.clinic).select_related("patient", "clinic")
    claim = get_object_or_404(claims, uid=uid)
    form = SettleForm(request.POST, claim=claim)
    if form.is_valid():
        try:
            diary_days.settle_claim(claim=claim, **form.cleaned_data, by=request.user, at=timezone.now())
        except diary_days.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Settled.")
            return redirect("patients:diary", claim.patient.uid)
    return _diary_page(request, claim.patient, None, form)


@require_safe
@requires(Capability.VIEW)
def blank(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Show an empty sheet for the next 28 days, to print."""
    patient, today = get_patient(request, uid), _today(request)
    days = [today + dt.timedelta(days=place) for place in range(WINDOW_DAYS)]
    return render(request, "patients/diary_blank.html", {"patient": patient, "days": days})
