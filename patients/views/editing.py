"""What editing one line of a person's record has in common, whatever the line is."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from clinic.access import StaffRequest
from clinic.forms import in_words
from patients.actions.lines import Line, hold_line, remove_line, restore_line, save_line
from patients.forms.lines import LineForm
from patients.models import AcuteMedication, PreventiveTrial

Medicine = PreventiveTrial | AcuteMedication


@dataclass(frozen=True)
class Page:
    """How an editing page is called, where it leads back to, and where a line is taken off the list."""

    heading: str
    back: str
    remove: str = ""
    back_label: str = ""  # or that of the person, for their own page


def edit(request: StaffRequest, line: Line, form_class: type[LineForm], page: Page) -> HttpResponse:
    """Show the form of a line, or keep what was typed. What a colleague changed meanwhile is said before."""
    if request.method != "POST":
        form = form_class(instance=line, today=timezone.localdate())
        return render(request, "patients/line.html", _context(form, page))
    with transaction.atomic():
        hold_line(line)  # before the form looks whether somebody changed it since
        return _save(request, form_class(request.POST, instance=line, today=timezone.localdate()), page)


def _context(form: LineForm, page: Page) -> dict[str, Any]:
    line: Line = form.instance
    return {
        "form": form,
        "patient": line.patient,
        "page": page,
        "back": reverse(page.back, args=[line.patient.uid]),
        "back_label": page.back_label or line.patient.full_name,
        "remove_url": reverse(page.remove, args=[line.uid]) if page.remove else "",
    }


def _save(request: StaffRequest, form: LineForm, page: Page) -> HttpResponse:
    context = _context(form, page)
    if form.stale and (stored := _stored(form)):
        posted = request.POST.copy()
        posted["seen"] = form.mark()
        form.data = posted
        return render(request, "patients/line.html", context | {"stored": stored, "has_errors": True}, status=409)
    if not form.is_valid():
        return render(request, "patients/line.html", context, status=422)
    line = form.save(commit=False)
    save_line(line=line, by=request.user, at=timezone.now())
    messages.success(request, f"{line} is saved.")
    return redirect(context["back"])


def _stored(form: LineForm) -> list[tuple[str, str]]:
    """Return what is stored by now where it differs from what was typed: label and value."""
    return [
        (str(form[name].label), in_words(form.fields[name], form.initial.get(name)) or "nothing")
        for name in form.fields
        if name != "seen" and form.fields[name].has_changed(form.initial.get(name), form[name].data)
    ]


def remove(request: StaffRequest, line: Medicine, undo: str) -> HttpResponse:
    """Take a line off the list; it can be put back."""
    remove_line(line=line, by=request.user, at=timezone.now())
    undo_url = reverse(undo, args=[line.uid])
    messages.success(request, f"{line.drug} was taken off the list.", extra_tags=f"undo:{undo_url}")
    return redirect("patients:medicines", line.patient.uid)


def restore(request: StaffRequest, line: Medicine) -> HttpResponse:
    """Put a line back on the list."""
    restore_line(line=line, by=request.user, at=timezone.now())
    messages.success(request, f"{line.drug} is on the list again.")
    return redirect("patients:medicines", line.patient.uid)
