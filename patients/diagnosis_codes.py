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
