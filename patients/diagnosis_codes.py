"""The diagnosis codes that name chronic migraine, as claims and payers want them.

Source: ICD-10-CM chapter G43 (United States). Only billable leaves: G43.70, G43.71, G43.E, G43.E0 and G43.E1 are
headers. A payer may take fewer of them, so each payer has its own list.
"""

# code -> our own words for it; the code set's descriptions are not shipped
BILLABLE = {
    "G43.701": "without aura, not intractable, with status",
    "G43.709": "without aura, not intractable",
    "G43.711": "without aura, intractable, with status",
    "G43.719": "without aura, intractable",
    "G43.E01": "with aura, not intractable, with status",
    "G43.E09": "with aura, not intractable",
    "G43.E11": "with aura, intractable, with status",
    "G43.E19": "with aura, intractable",
}


def fault(code: str, accepted: frozenset[str] = frozenset()) -> str:
    """Return what is wrong with a code as a sentence, or "". ``accepted``: the payer's own list; empty takes all."""
    if code not in BILLABLE:
        headed = any(leaf.startswith(code) for leaf in BILLABLE) if code else False
        kind = "is a heading, not a billable code" if headed else "is not a code for chronic migraine"
        return f"{code or 'No code'} {kind}. Choose one such as G43.709."
    if accepted and code not in accepted:
        return f"This payer does not take {code}. It takes {', '.join(sorted(accepted))}."
    return ""


def with_aura(code: str) -> bool:
    """Return whether a leaf code says "with aura"."""
    return code.startswith("G43.E")


def intractable(code: str) -> bool:
    """Return whether a leaf code says "intractable": its last but one digit is 1."""
    return code[-2] == "1"


def disagreement(code: str, *, aura: bool | None, is_intractable: bool | None) -> str:
    """Return where a billable code and the record differ (clinical rule 28), with the code that agrees, or "".

    What is not on record can be neither confirmed nor denied.
    """
    aura = with_aura(code) if aura is None else aura
    is_intractable = intractable(code) if is_intractable is None else is_intractable
    agreeing = f"G43.{'E' if aura else '7'}{int(is_intractable)}{code[-1]}"
    if agreeing == code:
        return ""
    return f"{code} is {BILLABLE[code]}; the record says {BILLABLE[agreeing]}. {agreeing} agrees with it."
