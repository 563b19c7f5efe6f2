"""Every answer that is not what was asked for, as an OperationOutcome.

Codes are those of https://hl7.org/fhir/R4/valueset-issue-type.html.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Issue:
    """One thing that stood in the way: the code for programs, the sentence for whoever reads their log."""

    code: str
    text: str
    expression: str = ""

    def body(self, severity: str) -> Json:
        """Return it as a part of an OperationOutcome."""
        issue: Json = {"severity": severity, "code": self.code, "diagnostics": self.text}
        return issue | ({"expression": [self.expression]} if self.expression else {})


@dataclass
class Refused(Exception):
    """The request is answered with these issues."""

    status: int
    issues: Sequence[Issue]
    headers: Mapping[str, str] = field(default_factory=dict)


def refuse(status: int, code: str, text: str, expression: str = "", **headers: str) -> Refused:
    """Return a refusal with one issue, to be raised."""
    return Refused(status, [Issue(code, text, expression)], {name.replace("_", "-"): headers[name] for name in headers})


def not_found() -> Refused:
    """The same answer for what another clinic has as for what nobody has."""
    return refuse(404, "not-found", "There is no such record here.")


def sayable(names: Sequence[str]) -> str:
    """Return names that somebody sent as they may be said back: half a letter cannot be."""
    return ", ".join(names)[:200].encode("ascii", "replace").decode()


def outcome(issues: Sequence[Issue], severity: str = "error") -> Json:
    """Return an OperationOutcome."""
    return {"resourceType": "OperationOutcome", "issue": [issue.body(severity) for issue in issues]}
