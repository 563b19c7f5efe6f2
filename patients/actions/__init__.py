"""Everything that changes a person's record: each in one transaction, with its history and its trace."""

from patients.actions.assessing import (
    AlreadySigned,
    DiaryChanged,
    DraftChanged,
    PolicyChanged,
    apply_newest,
    draft_assessment,
    sign_assessment,
)
from patients.actions.closing import close_record, reopen_record
from patients.actions.contacts import (
    TypedAddress,
    flag_dead,
    set_contact,
    stop_number,
    try_again,
    withdraw_consent,
)
from patients.actions.people import (
    CHANGEABLE,
    Newcomer,
    RecordNumberTaken,
    change_patient,
    edit_patient,
    first_channel,
    register_patient,
    same_person,
)

__all__ = [
    "CHANGEABLE",
    "AlreadySigned",
    "DiaryChanged",
    "DraftChanged",
    "Newcomer",
    "PolicyChanged",
    "RecordNumberTaken",
    "TypedAddress",
    "apply_newest",
    "change_patient",
    "close_record",
    "draft_assessment",
    "edit_patient",
    "first_channel",
    "flag_dead",
    "register_patient",
    "reopen_record",
    "same_person",
    "set_contact",
    "sign_assessment",
    "stop_number",
    "try_again",
    "withdraw_consent",
]
