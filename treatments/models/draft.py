"""What is being written about a session before it is signed."""

from django.db import models

from clinic.fields import EncryptedTextField
from clinic.models import Clinic, User
from treatments.models.session import TreatmentSession

WINDOW_LETTERS = 40
MOST_TURNS = 2**31 - 1  # more fit into no column of every database


class SessionDraft(models.Model):
    """The session form as it was last saved, by one writer at a time. It is gone once the session is signed."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    session = models.OneToOneField(TreatmentSession, on_delete=models.PROTECT, related_name="+")
    writer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    fields = EncryptedTextField(help_text="the form's fields as JSON: name to the list of its values")
    version = models.PositiveIntegerField(default=1, help_text="rises with each save, so that none overwrites another")
    window = models.CharField(max_length=WINDOW_LETTERS, blank=True, help_text="the name of the window that saved last")
    turn = models.PositiveIntegerField(default=0, help_text="which of that window's saves this is")
    started_at = models.DateTimeField()
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["session_id"]

    def __str__(self) -> str:
        return f"Draft of session {self.session_id}"
