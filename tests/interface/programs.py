"""Another program, as the tests play it: a token and a way to ask."""

import datetime as dt
from typing import Any

from django.test import Client

from clinic.models import Clinic, Role, User
from interface import tokens
from interface.models import Integration
from interface.scopes import SCOPES
from tests.builders import NOW, make_user


class Program:
    """A program with a token at a clinic."""

    def __init__(self, clinic: Clinic, *scopes: str, name: str = "Hospital file", lasts: int = 30) -> None:
        email = f"setup@{clinic.slug}.example"
        by = User.objects.filter(email=email).first() or make_user(email, "Set Up", (clinic, Role.ADMIN))
        ends = NOW + dt.timedelta(days=lasts)
        made = tokens.make(clinic=clinic, name=name, scopes=scopes or SCOPES, expires_at=ends, by=by, at=NOW)
        self.integration: Integration = made[0]
        self.token: str = made[1]
        self.by = by
        self.client = Client(headers={"Authorization": f"Bearer {self.token}"})

    def get(self, path: str, headers: dict[str, str] | None = None, **asked: Any) -> Any:
        """Ask; names of parameters may begin with an underscore."""
        return self.client.get(f"/fhir/{path}", asked, headers=headers)

    def search(self, kind: str, **asked: Any) -> Any:
        """Ask with the values in the body."""
        return self.client.post(f"/fhir/{kind}/_search", asked)

    def ids(self, kind: str, **asked: Any) -> list[str]:
        """Return the ids that a search finds."""
        found = self.get(kind, **asked)
        assert found.status_code == 200, found.content
        return [entry["resource"]["id"] for entry in found.json().get("entry", [])]


def issues(response: Any) -> list[tuple[str, str]]:
    """Return the codes and sentences of an OperationOutcome."""
    body = response.json()
    assert body["resourceType"] == "OperationOutcome", body
    return [(issue["code"], issue["diagnostics"]) for issue in body["issue"]]
