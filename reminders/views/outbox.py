"""What would have been sent, where mail and texts go to files."""

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render

from clinic.access import Capability, StaffRequest, requires
from clinic.models import AuditEntry
from reminders.models import Reminder
from reminders.writing import TEST_MESSAGE
from reminders.written import read_outbox

NEWEST_FILES = 200


@requires(Capability.VIEW)
def outbox(request: StaffRequest) -> HttpResponse:
    """Show the newest messages of this clinic. Only at a made-up clinic or on a made-up or development system: the links in them are keys."""
    if not (settings.DEMO or settings.DEBUG or request.clinic.demo):
        raise Http404
    written = read_outbox(Path(settings.OUTBOX_DIR), limit=NEWEST_FILES)
    keys = [message.key for message in written]
    ours = Reminder.objects.filter(clinic=request.clinic, uid__in=keys)
    reminders = {reminder.uid: reminder for reminder in ours.select_related("patient", "rule")}
    tests = set(
        AuditEntry.objects.filter(clinic=request.clinic, kind=TEST_MESSAGE, subject__in=keys).values_list(
            "subject", flat=True
        )
    )
    rows = [(one, reminders.get(one.key)) for one in written if one.key in reminders or one.key in tests]
    return render(request, "reminders/outbox.html", {"rows": rows})
