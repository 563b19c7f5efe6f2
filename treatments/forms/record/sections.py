"""The five sections of the session form, and which field stands in which."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Section:
    """A section: its heading, and the names of its fields or how they begin."""

    key: str
    title: str
    names: tuple[str, ...]

    @property
    def anchor(self) -> str:
        """The id of its heading."""
        return f"{self.key}-h"


SECTIONS = (
    Section("who", "Right patient", ("given_on", "identity_checked")),
    Section("since", "Since last time", ("no_effects", "effects", "wear_off")),
    Section("safety", "Safety questions", ("screened_on", "safety_", "go_on_reason")),
    Section("sites", "Injections", ("sites", "units_", "skip_", "stopped_reason")),
    # Whatever is not named above.
    Section("sign", "Vial and sign", ("",)),
)


def section_of(name: str) -> Section:
    """Return the section of a field."""
    return next(section for section in SECTIONS if name.startswith(section.names))
