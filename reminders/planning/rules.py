"""The active rules, read once in each run."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping

from clinic.models import Clinic
from reminders.models import Kind, ReminderRule

Rules = Mapping[int, ReminderRule]
# The times of day of one clinic's rules of a kind, by their days before.
Times = Mapping[int, dt.time]
# Longer ago than this is told by nobody: who planned nothing for a week has other worries first.
LOOK_BACK = dt.timedelta(days=7)
LOOK_AHEAD = dt.timedelta(days=7)


class ActiveRules:
    """Every active rule of every clinic, or of one (one query)."""

    def __init__(self, clinic: Clinic | None = None) -> None:
        active = ReminderRule.objects.filter(active=True)
        self._rules = list((active.filter(clinic=clinic) if clinic else active).select_related("clinic"))

    def of(self, kind: Kind) -> Rules:
        """Return the rules of a kind that keeps no distance, by clinic."""
        return {rule.clinic_id: rule for rule in self._rules if rule.kind == kind}

    def by_distance(self, kind: Kind) -> dict[int, Rules]:
        """Return the rules of a kind by their days and by clinic."""
        found: dict[int, dict[int, ReminderRule]] = defaultdict(dict)
        for rule in self._rules:
            if rule.kind == kind:
                found[rule.days_before or rule.days_after][rule.clinic_id] = rule
        return dict(found)

    def times_before(self, kind: Kind) -> Mapping[int, Times]:
        """Return for each clinic the days before and the times of day of all its rules of a kind."""
        found: dict[int, dict[int, dt.time]] = defaultdict(dict)
        for rule in self._rules:
            if rule.kind == kind:
                found[rule.clinic_id][rule.days_before] = rule.send_at
        return found


def is_since(rule: ReminderRule, moment: dt.datetime) -> bool:
    """Return whether a rule speaks of what happened at this moment."""
    return rule.since is None or moment >= rule.since
