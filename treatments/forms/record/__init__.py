"""The session form, a part for each of its sections, and the same once more to correct a record."""

from treatments.forms.record.form import CorrectionForm, RecordForm

__all__ = ["CorrectionForm", "RecordForm"]
