"""The effects people report, and how quickly somebody has to act: rule 30, as a pure function.

Sources: the United States label's boxed warning (spread of toxin: breathing, swallowing, speech, general weakness; hours
to weeks after the injection) and its table of adverse reactions; the Medication Guide (drooping lid, double vision);
what patients are commonly told (tiredness, rash, back discomfort, lung inflammation, nausea, diarrhoea, stomach pain).
"""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How quickly somebody has to act."""

    EMERGENCY = "emergency"
    SAME_DAY = "same_day"
    ROUTINE = "routine"


class Severity(StrEnum):
    """How bad the person finds it."""

    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"


@dataclass(frozen=True)
class Effect:
    """One effect in words a patient would use, and its level."""

    key: str
    label: str
    level: Level
    severe: Level | None = None  # the level when it is severe, where that differs


E, D, R = Level.EMERGENCY, Level.SAME_DAY, Level.ROUTINE

EFFECTS = {
    effect.key: effect
    for effect in (
        # Boxed warning; anaphylaxis
        Effect("breathing", "Trouble breathing", E),
        Effect("swallowing", "Trouble swallowing", E),
        Effect("speaking", "Trouble speaking", E),
        Effect("general_weakness", "Weak all over", E),
        Effect("anaphylaxis", "Wheezing, swollen throat or collapse", E),
        # Same day: rule 30 and the escalation table
        Effect("eyelid_droop", "Eyelid droops", D),
        Effect("double_vision", "Sees double or sight has changed", D),
        Effect("voice", "Voice has changed", D),
        Effect("head_drop", "Weak neck, head drops", D),
        Effect("infection", "Place of injection red, hot or with pus", D),
        Effect("thunderclap", "Sudden, worst headache ever", D),
        Effect("status_migraine", "Migraine that does not stop for 3 days", D),
        Effect("facial_weakness", "Face weak on one side", D),
        Effect("lung_inflammation", "Inflammation of the lungs", D),
        # Routine: label table, and what patients are told
        Effect("neck_pain", "Neck pain", R),
        Effect("headache", "Headache", R),
        Effect("worse_migraine", "Migraine worse than before", R, severe=D),
        Effect("local_weakness", "Muscle weak near a place of injection", R),
        Effect("stiffness", "Muscles stiff", R),
        Effect("site_pain", "Pain or discomfort where injected", R),
        Effect("muscle_pain", "Muscle pain", R),
        Effect("spasm", "Muscle spasm", R),
        Effect("blood_pressure", "High blood pressure", R),
        Effect("bronchitis", "Bronchitis", R),
        Effect("bruising", "Bruise", R),
        Effect("brow", "Eyebrows uneven", R),
        Effect("fainting", "Fainted during the injections", R),
        Effect("tiredness", "Tiredness", R),
        Effect("rash", "Rash or itching", R),
        Effect("back", "Discomfort in the back", R),
        Effect("nausea", "Nausea", R),
        Effect("diarrhoea", "Diarrhoea", R),
        Effect("stomach", "Stomach pain", R),
    )
}
# What is asked first at every session; the rest is one step away.
ASKED_FIRST = ("neck_pain", "eyelid_droop", "worse_migraine", "head_drop", "swallowing", "site_pain")
OTHER = "other"  # anything that is not in the list, in the person's own words

WHAT_TO_DO = {
    Level.EMERGENCY: "Call an ambulance now (999 or 911), then the prescriber. Do not wait for a call back.",
    Level.SAME_DAY: "A clinician calls back today, within 4 working hours.",
    Level.ROUTINE: "Note it, advise, and look at it at the next visit.",
}


def triage(key: str, severity: Severity) -> Level:
    """Return how quickly somebody has to act. An effect that is not in the list is looked at the same day."""
    effect = EFFECTS.get(key)
    if effect is None:
        return Level.SAME_DAY
    return effect.severe if effect.severe and severity is Severity.SEVERE else effect.level


def to_report(key: str, *, serious: bool) -> bool:
    """Return whether a regulator has to hear of it, or somebody say why not: serious, or unexpected (rule 31).

    What the label and its warnings do not name is unexpected.
    """
    return serious or key not in EFFECTS


def label(key: str) -> str:
    """Return the effect in words."""
    return EFFECTS[key].label if key in EFFECTS else "Something else"
