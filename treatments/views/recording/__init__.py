"""The session form: recording, signing and correcting what was given."""

from treatments.views.recording.both import both
from treatments.views.recording.correcting import correct
from treatments.views.recording.drafts import draft, take_over
from treatments.views.recording.signing import record

__all__ = ["both", "correct", "draft", "record", "take_over"]
