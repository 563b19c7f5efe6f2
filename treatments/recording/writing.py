"""Putting a version of a record into the database, parts and all."""

import datetime as dt
from collections import Counter
from dataclasses import replace

from clinic.access import Capability, allows
from clinic.models import User
from treatments import protocol
from treatments.models import Injection, SafetyAnswer, SessionRecord, TreatmentSession, Vial
from treatments.recording.findings import Findings
from treatments.stock import use
from treatments.stock.lot_numbers import clean_lot, recalls_of


def as_decided(found: Findings, session: TreatmentSession, by: User, *, before: str) -> Findings:
    """Return the findings with the reason to go on that ``by`` may write.

    It is a prescriber's: by anybody else the one from ``before`` stays, whatever a draft carried along.
    """
    return found if allows(by, session.clinic, Capability.PRESCRIBE) else replace(found, go_on_reason=before)


def write_signed(
    *, version: SessionRecord, session: TreatmentSession, found: Findings, given_on: dt.date, by: User, at: dt.datetime
) -> SessionRecord:
    """Fill an unsaved version from the findings, take its vials, sign it and let the session point to it."""
    stock = use.settle(session=session, vials=found.vials, by=by, at=at)
    version.clinic_id, version.session = session.clinic_id, session
    version.units_drawn, version.units_given = found.drawn, found.given
    version.units_wasted = found.drawn - found.given
    version.sites_given = len(found.plan)
    version.identity_checked, version.consent_confirmed = found.identity_checked, found.consent_confirmed
    version.screened_on, version.aftercare_given = found.screened_on, found.aftercare_given
    # Said of a lot that nobody recalled it is a word about nothing.
    recalled = found.used_before_recall and bool(recalls_of(session.clinic_id, [one.lot for one in found.vials]))
    version.used_before_recall = recalled
    version.go_on_reason, version.note = found.go_on_reason.strip(), found.note.strip()
    version.stopped_reason, version.skipped = found.stopped_reason.strip(), dict(found.skipped)
    if found.since_last:
        version.had_side_effects = found.since_last.told is not None
    version.save()
    _write_parts(version, found, given_on, theirs=Counter((one.lot, one.strength) for one in stock if one.owner_id))
    # Last: from this update on the database refuses any change to the record and its parts.
    SessionRecord.objects.filter(pk=version.pk).update(signed_at=at, signed_by=by)
    TreatmentSession.objects.filter(pk=session.pk).update(record=version)
    version.refresh_from_db()
    return version


def _write_parts(version: SessionRecord, found: Findings, given_on: dt.date, theirs: Counter[tuple[str, int]]) -> None:
    """Write sites, vials and answers. ``theirs``: how many vials of a lot and strength were the person's own."""
    shared = {"clinic_id": version.clinic_id, "record": version}
    Injection.objects.bulk_create(Injection(**shared, site=site, units=units) for site, units in found.plan.items())
    parts = protocol.shared_out(found.given, [vial.strength for vial in found.vials])
    Vial.objects.bulk_create(
        Vial(
            **shared,
            lot=clean_lot(vial.lot),
            expires_on=vial.expires_on,
            used_on=given_on,
            strength=vial.strength,
            reconstituted_at=vial.reconstituted_at,
            diluent_ml=vial.diluent_ml,
            units_given=part,
            units_wasted=vial.strength - part,
            owned_by_patient=_one_of(theirs, (clean_lot(vial.lot), vial.strength)),
        )
        for vial, part in zip(found.vials, parts, strict=True)
    )
    SafetyAnswer.objects.bulk_create(
        SafetyAnswer(**shared, question=key, yes=yes) for key, yes in found.answers.items()
    )


def _one_of(theirs: Counter[tuple[str, int]], kind: tuple[str, int]) -> bool:
    """Return whether this vial is still one of the person's own, and count it off."""
    theirs[kind] -= 1
    return theirs[kind] >= 0
