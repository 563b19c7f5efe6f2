"""Which fields a message may use, and how they are filled. Pure: no framework, no clock."""

import re

# What a text may ask for in braces.
FIELDS = ("clinic", "first_name", "day_date", "time", "place", "phone", "link")
_FIELD = re.compile(r"\{(\w*)\}")
# What somebody meant for a field, whatever stands in the braces.
_MEANT = re.compile(r"\{([^{}]*)\}")


def unknown_fields(text: str) -> list[str]:
    """Return the names in braces that no message can fill."""
    return [name for name in _MEANT.findall(text) if name not in FIELDS]


def has_stray_brace(text: str) -> bool:
    """Return whether a brace is left open or closes nothing: it would go out as it stands."""
    return not {"{", "}"}.isdisjoint(_MEANT.sub("", text))


def fill(text: str, values: dict[str, str]) -> str:
    """Put values in place of the fields. KeyError for a field without a value: better no message than one with braces.

    Not ``str.format``: a text is written by staff, and format strings reach into objects.
    """
    return _FIELD.sub(lambda match: values[match.group(1)], text)
