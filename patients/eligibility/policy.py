"""Policies: named, versioned sets of thresholds.

Those that everybody has are here, each with its source; a clinic's own copies are rows of `patients.models.Policy`.
Changing a number here takes a new version number, so that an old verdict still says what it was reached by.
"""

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from patients.diagnosis_codes import BILLABLE
from patients.eligibility.counts import Scale

INTERVAL_DAYS = 84  # 12 weeks (United States label, European SmPC); a payer may ask for more, never for less


class Stage(StrEnum):
    """What a policy is asked."""

    START = "start"
    CONTINUE = "continue"

    @property
    def label(self) -> str:
        """How a list names it."""
        return f"to {self.value}"


class CountBy(StrEnum):
    """What a payer counts as one preventive tried."""

    CLASS = "class"
    DRUG = "drug"


class Renewal(StrEnum):
    """How a policy decides on going on."""

    NONE = "none"
    STOP_RULE = "stop_rule"  # NICE, EHF: too small a response, or no longer chronic
    FEWER = "fewer"  # payers' test A: so many fewer days, or so many fewer hours
    ANY = "any"  # payers' test B: any reduction


@dataclass(frozen=True)
class Policy:
    """One version of a set of thresholds. None and False leave a criterion out."""

    key: str
    name: str
    version: int = 1
    source: str = ""
    scale: Scale = Scale.RECORDED
    adult_years: int | None = None
    headache_days: int | None = None
    long_headache_days: int | None = None
    migraine_days: int | None = None
    diary: bool = False  # True: counts that were only asked, without a diary or a letter, are for a clinician to judge
    months: int | None = None
    months_suffice: bool = False  # True: exactly so many months are enough; False: it takes more than that
    attacks: int | None = None
    no_better_diagnosis: bool = False
    preventives: int | None = None
    count_by: CountBy = CountBy.DRUG
    preventive_days: int = 0
    overuse: bool = False
    specialist: bool = False
    codes: tuple[str, ...] = ()
    interval_days: int = INTERVAL_DAYS
    renewal: Renewal = Renewal.NONE
    response_percent: int = 30
    warn_cycles: int = 2
    stop_cycles: int = 2
    episodic_below: int = 15
    fewer_days: int = 7
    fewer_hours: int = 100

    @property
    def stages(self) -> tuple[Stage, ...]:
        """What this policy can be asked."""
        return (Stage.START,) if self.renewal is Renewal.NONE else (Stage.START, Stage.CONTINUE)

    def title(self, stage: Stage) -> str:
        """Return how a sentence names the question."""
        return self.name if len(self.stages) == 1 else f"{self.name} to {stage.value}"

    def plain(self) -> dict[str, Any]:
        """Return all thresholds as JSON holds them."""
        return asdict(self) | {"codes": list(self.codes)}


def from_plain(stored: dict[str, Any]) -> Policy:
    """Return the policy that ``Policy.plain`` wrote."""
    return Policy(
        **stored
        | {
            "scale": Scale(stored["scale"]),
            "count_by": CountBy(stored["count_by"]),
            "renewal": Renewal(stored["renewal"]),
            "codes": tuple(stored["codes"]),
        }
    )


# United States label: adults, 15 days or more a month with headache of 4 hours or longer; not established at 14
# headache days or fewer. ICHD-3 1.3 A and C for the rest of the diagnosis.
LABEL = Policy(
    key="label",
    name="the label rule",
    source="United States label; ICHD-3 1.3",
    adult_years=18,
    long_headache_days=15,
    headache_days=15,
    migraine_days=8,
    months=3,
)

# ICHD-3 1.3 A to D: the label's diagnosis without its 4 hours and its age, by day-by-day notes of a month at least.
# Overuse is a second diagnosis there (8.2), so it takes nothing from this one.
ICHD3 = replace(
    LABEL,
    key="ichd3",
    name="ICHD-3 1.3",
    version=2,
    source="ICHD-3 1.3",
    diary=True,
    adult_years=None,
    long_headache_days=None,
    attacks=5,
    no_better_diagnosis=True,
)

# NICE TA260 1.1 (start) and 1.2 (stop: less than 30% fewer headache days after two cycles, or fewer than 15 headache
# days a month for three months in a row). Both must be denied to go on; one commissioner's page joins them with "or".
NICE = replace(
    ICHD3,
    key="nice",
    name="NICE TA260",
    source="NICE TA260",
    adult_years=LABEL.adult_years,
    preventives=3,
    overuse=True,
    renewal=Renewal.STOP_RULE,
)

# EHF 2018: preferably two or three preventives; stop without a response to the first two or three cycles; stop at
# fewer than 10 headache days a month for three months.
EHF = replace(NICE, key="ehf", name="EHF 2018", source="EHF 2018", preventives=2, stop_cycles=3, episodic_below=10)

SHIPPED = {policy.key: policy for policy in (LABEL, ICHD3, NICE, EHF)}


def stop_rule(judged_by: Policy | None) -> Policy:
    """Return whose stop rule holds for somebody: that of the policy they are judged by, or NICE's where it has none.

    Payers and the label say nothing of stopping (clinical rules 23 and 24 leave the limits to the policy).
    """
    return judged_by if judged_by and judged_by.renewal is Renewal.STOP_RULE else NICE


# Typical terms of United States payers (clinical rules 1.5), to copy and edit: every payer's own text differs.
SAMPLE_A = replace(
    LABEL,
    key="payer-a",
    name="Payer, renewal by days or hours",
    source="Payer policy",
    months_suffice=True,
    preventives=2,
    count_by=CountBy.CLASS,
    preventive_days=60,
    overuse=True,
    specialist=True,
    codes=tuple(BILLABLE),
    renewal=Renewal.FEWER,
)
SAMPLE_B = replace(
    SAMPLE_A, key="payer-b", name="Payer, renewal by any reduction", interval_days=90, renewal=Renewal.ANY
)
SAMPLES = {policy.key: policy for policy in (SAMPLE_A, SAMPLE_B)}
