"""What staff type: cleaned here, decided by the actions, kept by the database."""

from clinic.forms import HouseForm
from patients.forms.fields import Day, parse_day
from treatments.forms.base import DaysForm, ReasonForm
from treatments.forms.fields import Clock, OneByUid, SeveralByUid, parse_whole
from treatments.forms.leaving import CloseRecordForm
from treatments.forms.note import Note, NoteForm
from treatments.forms.outside_dose import OutsideDoseForm
from treatments.forms.record import CorrectionForm, RecordForm
from treatments.forms.shared import Overtaken, SharedForm
from treatments.forms.times import DayFilterForm, SearchTimesForm

__all__ = [
    "Clock",
    "CloseRecordForm",
    "CorrectionForm",
    "Day",
    "DayFilterForm",
    "DaysForm",
    "HouseForm",
    "Note",
    "NoteForm",
    "OneByUid",
    "OutsideDoseForm",
    "Overtaken",
    "ReasonForm",
    "RecordForm",
    "SearchTimesForm",
    "SeveralByUid",
    "SharedForm",
    "parse_day",
    "parse_whole",
]
