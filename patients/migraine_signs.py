"""Whether what a person ticked of one day's headache makes it a migraine day. Pure.

Source: ICHD-3 1.1 Migraine without aura, C and D, which 1.3 Chronic migraine counts days by.
"""

MODERATE = 2  # on the scale of 0 none to 3 severe
CHARACTERISTICS = 2  # of four (C)


def looks_like_migraine(
    *,
    pain: int,
    one_sided: bool,
    pulsating: bool,
    worse_with_activity: bool,
    nausea: bool,
    vomiting: bool,
    light: bool,
    sound: bool,
) -> bool:
    """Return whether two of four characteristics are there, and sickness or both light and sound that hurt."""
    characteristics = sum((one_sided, pulsating, pain >= MODERATE, worse_with_activity))
    return characteristics >= CHARACTERISTICS and (nausea or vomiting or (light and sound))
