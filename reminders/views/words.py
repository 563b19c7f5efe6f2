"""Settings: the words that no message may hold."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.access import Capability, StaffRequest, requires
from clinic.health_words import BLOCKED, BLOCKED_WHOLE
from reminders import writing
from reminders.forms import WordForm
from reminders.models import BlockedWord


@require_http_methods(["GET", "POST"])
@requires(Capability.SETUP)
def words(request: StaffRequest) -> HttpResponse:
    """List what is blocked for everybody and for this clinic; block another word."""
    form = WordForm(request.POST or None)
    if form.is_bound and form.is_valid():
        word = form.cleaned_data["word"]
        writing.block_word(clinic=request.clinic, word=word, by=request.user, at=timezone.now())
        messages.success(request, f"{word} is blocked from the next save on.")
        return redirect("reminders:words")
    always = [
        (language, [word.replace("_", " ") for word in f"{known} {BLOCKED_WHOLE[language]}".split()])
        for language, known in BLOCKED.items()
    ]
    own = BlockedWord.objects.filter(clinic=request.clinic).select_related("added_by")
    context = {"form": form, "own": own, "always": always}
    return render(request, "reminders/words.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Capability.SETUP)
def allow_word(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Take one of the clinic's own words off the list."""
    word = get_object_or_404(BlockedWord.objects.filter(clinic=request.clinic).select_related("clinic"), uid=uid)
    writing.allow_word(word=word, by=request.user, at=timezone.now())
    messages.success(request, f"{word} may be written again.")
    return redirect("reminders:words")
