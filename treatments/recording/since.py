"""Since last time: side effects and wear-off go where the person's own page writes them, by the same actions."""

import datetime as dt

from clinic.models import User
from treatments.effects import catalogue, reporting
from treatments.models import SideEffect, TreatmentSession
from treatments.recording.findings import SinceLast
from treatments.scores import entering


def last_given_on(session: TreatmentSession) -> dt.date | None:
    """Return the day of the person's session before this one, in whatever course; None at the first."""
    given = TreatmentSession.objects.filter(course__patient=session.course.patient_id, given_on__isnull=False)
    earlier = given.exclude(pk=session.pk).order_by("-given_on").values_list("given_on", flat=True)
    return earlier.first()


def faults(session: TreatmentSession, said: SinceLast | None, by: User, at: dt.datetime) -> list[str]:
    """Return what stands against it, a sentence each: nothing asked, what cannot be written down, or rule 18."""
    if said is None:
        return ["Ask for side effects since last time."] if last_given_on(session) else []
    if said.told is None:
        return []
    wrong = []
    try:
        reporting.check(patient=session.course.patient, told=said.told, by=by, at=at)
    except reporting.Refused as error:
        wrong.append(str(error))
    # Boxed warning: trouble of this kind since the last dose is no reason for a reason, whoever asks.
    urgent = [
        key for key in said.told.effects if catalogue.triage(key, said.told.severity) is catalogue.Level.EMERGENCY
    ]
    return wrong + [
        f"{catalogue.label(key)} since last time: do not inject. {catalogue.WHAT_TO_DO[catalogue.Level.EMERGENCY]}"
        for key in urgent
    ]


def write(session: TreatmentSession, said: SinceLast, given_on: dt.date, by: User, at: dt.datetime) -> None:
    """Write down what was said on the day of the session, inside the caller's transaction."""
    patient = session.course.patient
    if said.told:
        reporting.report(patient=patient, told=said.told, by=by, at=at)
    if said.lasted or said.wear_off_week:
        numbers = {"wear_off_week": said.wear_off_week, "did_not_wear_off": said.lasted or None}
        entering.record_scores(patient=patient, taken_on=given_on, numbers=numbers, by=by, at=at)


def tie_effects(session: TreatmentSession, given_on: dt.date, by: User, at: dt.datetime) -> None:
    """Tie to a session what began since and was told before its signature: it was tied to the session before this one."""
    told = SideEffect.objects.filter(patient=session.course.patient_id, began_on__gte=given_on, reported_at__lt=at)
    reporting.tie_anew(effects=told, by=by, at=at)
