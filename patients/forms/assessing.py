"""Facts for an assessment, and the signature under it."""

from typing import Any

from django import forms

from clinic.forms import Lines
from patients.diagnosis_codes import BILLABLE, disagreement
from patients.eligibility import WINDOW_DAYS, Policy, Stage
from patients.eligibility.policy import Renewal
from patients.forms.fields import number
from patients.models import Assessment

_MOST_MONTHS = 1200
_MOST_HOURS = WINDOW_DAYS * 24
_MOST = 9999


def _yes_or_no(label: str, **kwargs: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        choices=[("", "Not known"), ("yes", "Yes"), ("no", "No")],
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
        **kwargs,
    )


class AssessmentForm(forms.Form):
    """What was found over 28 days, as far as the policy asks. An empty box is "not known", never zero."""

    use_required_attribute = False

    source = forms.ChoiceField(label="Where the counts come from", choices=Assessment.Source.choices)
    headache_days = number(f"Headache days in {WINDOW_DAYS} days", WINDOW_DAYS)
    long_headache_days = number("Days with headache of 4 hours or longer", WINDOW_DAYS)
    migraine_days = number("Migraine days", WINDOW_DAYS)
    headache_hours = number(f"Headache hours in {WINDOW_DAYS} days", _MOST_HOURS)
    months_at_this_level = number("Months at this level", _MOST_MONTHS)
    days_recorded = number("Days recorded", WINDOW_DAYS, help_text=f"Of {WINDOW_DAYS}; for a diary only.")
    second_last = number(f"Headache days in the {WINDOW_DAYS} days before", WINDOW_DAYS)
    third_last = number(f"Headache days in the {WINDOW_DAYS} days before those", WINDOW_DAYS)
    baseline_days = number(f"Headache days in {WINDOW_DAYS} days before treatment", WINDOW_DAYS)
    baseline_hours = number(f"Headache hours in {WINDOW_DAYS} days before treatment", _MOST_HOURS)
    cycles = number(
        "Cycles so far",
        _MOST,
        help_text=f"One counts from {WINDOW_DAYS} whole days after its session; before, it says nothing.",
    )
    attacks = number("Attacks of migraine so far", _MOST, help_text="About; 5 or more is what counts.")
    better_diagnosis = _yes_or_no("Does another diagnosis fit better?")
    overuse_plan = forms.CharField(
        label="Plan for medication overuse",
        required=False,
        max_length=500,
        widget=Lines({"rows": 2}),
        help_text="Only where acute medicines are overused.",
    )
    specialist = _yes_or_no("Prescribed by or with a neurologist, headache or pain specialist?")
    aura = _yes_or_no("Migraine with aura?")
    intractable = _yes_or_no("Intractable, so that treatment does not hold it?")
    diagnosis_code = forms.ChoiceField(
        label="Diagnosis code (ICD-10-CM)",
        choices=[("", "Not recorded"), *((code, f"{code}: {words}") for code, words in BILLABLE.items())],
        required=False,
    )
    change_reason = forms.CharField(
        label="Why a count differs from the diary",
        required=False,
        max_length=500,
    )

    def __init__(
        self,
        *args: Any,
        policy: Policy,
        stage: Stage,
        recorded: dict[str, int] | None = None,
        frozen: frozenset[str] = frozenset(),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.recorded = recorded or {}
        asked = asked_for(policy, stage) - frozen
        for name in set(self.fields) - asked:
            del self.fields[name]
        if not asked & set(self.recorded):
            del self.fields["change_reason"]
        for name, value in self.recorded.items():
            if name in self.fields:
                self.fields[name].help_text = f"The diary has {value}."

    def clean(self) -> None:
        """Hold the counts against each other, and against the diary."""
        values = self.cleaned_data
        self._at_most("long_headache_days", "headache_days", "headache days")
        self._at_most("migraine_days", "headache_days", "headache days")
        self._at_most("headache_days", "days_recorded", "recorded days")
        self._agree_with_the_code()
        from_diary = values.get("source") == Assessment.Source.DIARY
        if from_diary and "days_recorded" in values and values["days_recorded"] is None:
            self.add_error("days_recorded", "Enter how many days the diary holds.")
        if not from_diary and values.get("days_recorded") is not None:
            self.add_error("days_recorded", "Recorded days belong to a diary. Leave this empty, or choose Diary above.")
        if from_diary and not self.errors and self._differs() and not values.get("change_reason"):
            self.add_error("change_reason", "Say why a count differs from the diary, or take the diary's.")

    def _agree_with_the_code(self) -> None:
        """Hold the diagnosis code against what is recorded of aura and of yielding to treatment."""
        values, code = self.cleaned_data, self.cleaned_data.get("diagnosis_code")
        if code and (words := disagreement(code, aura=values.get("aura"), is_intractable=values.get("intractable"))):
            self.add_error("diagnosis_code", words)

    def _differs(self) -> bool:
        shown = self.recorded.items()
        return any(name in self.fields and self.cleaned_data.get(name) != value for name, value in shown)

    def _at_most(self, name: str, limit: str, words: str) -> None:
        count, most = self.cleaned_data.get(name), self.cleaned_data.get(limit)
        if count is not None and most is not None and count > most:
            self.add_error(name, f"{self.fields[name].label}: {count} is more than the {most} {words}.")


def asked_for(policy: Policy, stage: Stage) -> set[str]:
    """Return the facts that a policy asks for. A renewal asks for change, never again for the counts of the start."""
    asked = {"source", "headache_days", "days_recorded", "diagnosis_code", "change_reason", "aura", "intractable"}
    if policy.specialist:
        asked.add("specialist")
    return asked | (_at_start(policy) if stage is Stage.START else _at_renewal(policy))


def _at_start(policy: Policy) -> set[str]:
    facts = {
        "long_headache_days": policy.long_headache_days,
        "migraine_days": policy.migraine_days,
        "months_at_this_level": policy.months,
        "attacks": policy.attacks,
        "better_diagnosis": policy.no_better_diagnosis,
        "overuse_plan": policy.overuse,
    }
    return {name for name, limit in facts.items() if limit}


def _at_renewal(policy: Policy) -> set[str]:
    facts = {
        Renewal.NONE: set[str](),
        Renewal.STOP_RULE: {"baseline_days", "cycles", "second_last", "third_last"},
        Renewal.FEWER: {"baseline_days", "baseline_hours", "headache_hours"},
        Renewal.ANY: {"baseline_days"},
    }
    return facts[policy.renewal]


class SignForm(forms.Form):
    """A signature: under the verdict as it is, or against it with a reason."""

    use_required_attribute = False

    read_at = forms.DateTimeField(widget=forms.HiddenInput)
    knows_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    override = forms.BooleanField(label="Treat all the same", required=False)
    override_reason = forms.CharField(label="Reason", required=False, widget=Lines({"rows": 3}), max_length=2000)

    def clean(self) -> None:
        """Ask for the reason where the verdict is overridden, and for the box where a reason is given."""
        values = self.cleaned_data
        reason = values.get("override_reason")
        if values.get("override") and not reason:
            self.add_error("override_reason", "Enter the reason for treating all the same.")
        if reason and not values.get("override"):
            self.add_error("override", "Tick this box to treat all the same, or leave the reason empty.")
