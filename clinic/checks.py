"""System checks: a database or a setting that cannot be trusted stops the start."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004 (Django's name)
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http.request import validate_host

from clinic.constraints.guard import Guard
from clinic.models import Clinic


def guard_names() -> set[str]:
    """Return the names of all guards that the models declare."""
    return {
        constraint.name
        for model in apps.get_models()
        for constraint in model._meta.constraints
        if isinstance(constraint, Guard)
    }


def standing_guards(alias: str = "default") -> set[str]:
    """Return the names of the guards that stand in the database: exclusion constraints and triggers."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT conname FROM pg_constraint UNION SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'"
            )
            return {row[0] for row in cursor.fetchall()}
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return {row[0].rsplit("_", 1)[0] for row in cursor.fetchall()}


def migrations_pending(alias: str = "default") -> bool:
    """Return whether migrate still has work to do; only after it can a missing guard be told from one yet to come."""
    executor = MigrationExecutor(connections[alias])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def newest_migrations(alias: str = "default") -> dict[str, str]:
    """Return the newest migration of each app that the database took."""
    return dict(sorted(MigrationRecorder(connections[alias]).applied_migrations()))


def halfway(newest: Mapping[str, str]) -> list[str]:
    """Return those of the newest migrations of a database or a copy that lie inside what is one migration now.

    The files of those steps are gone. Django would pass over such a room without a word: it takes the one migration where
    all of its steps were taken, or none.
    """
    known = MigrationLoader(None).disk_migrations
    joined = (one for one in known.values() if one.replaces and not known.keys() & set(one.replaces))
    last = {one.app_label: max(name for _, name in one.replaces) for one in joined}
    return sorted(f"{app}.{newest[app]}" for app, name in last.items() if app in newest and newest[app] < name)


def yet_to_come(newest: Mapping[str, str]) -> list[str]:
    """Return those of the newest migrations of a copy that this version does not know: it is of a newer one."""
    known = MigrationLoader(None).disk_migrations
    named = known.keys() | {one for migration in known.values() for one in migration.replaces}
    rooms = {room for room, _ in known}
    return sorted(f"{room}.{name}" for room, name in newest.items() if room in rooms and (room, name) not in named)


def _up_to_date(databases: Iterable[str] | None) -> bool:
    """Return whether the database is to be looked at, and has all that this version expects."""
    return "default" in (databases or ()) and not halfway(newest_migrations()) and not migrations_pending()


@register(Tags.database)
def no_room_is_halfway(app_configs: Any, databases: Iterable[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a database that cannot be brought up to date by this version, before migrate begins."""
    if "default" not in (databases or ()):
        return []
    return [
        Error(
            f"The database stands at {name}, halfway through what is one migration now.",
            hint="Migrate it with an older version first: docs/operations.md, Updates, says which.",
            id="clinic.E005",
        )
        for name in halfway(newest_migrations())
    ]


@register(Tags.database)
def guards_stand(app_configs: Any, databases: Iterable[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a migrated database in which a rule that it should keep is missing (``check --database default``)."""
    if not _up_to_date(databases):
        return []
    missing = guard_names() - standing_guards()
    return [
        Error(
            f"The database does not keep the rule {name}.",
            hint="Run migrate. If it stays missing, restore the constraint from the model that declares it.",
            id="clinic.E001",
        )
        for name in sorted(missing)
    ]


@register(Tags.database)
def strangers_texts_have_a_clinic(
    app_configs: Any, databases: Iterable[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Warn when the clinic that gets texts of people nobody knows is named, and there is none of that name."""
    if not settings.SMS_CLINIC or not _up_to_date(databases):
        return []
    names = sorted(Clinic.objects.values_list("slug", flat=True))
    if not names or settings.SMS_CLINIC in names:
        return []
    hint = f"Write one of {', '.join(names)}. Until then the first clinic gets texts from people nobody knows."
    return [Warning(f"SMS_CLINIC is {settings.SMS_CLINIC!r}, which no clinic is called.", hint=hint, id="clinic.W001")]


@register(Tags.security, deploy=True)
def messages_can_leave(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse to go live with mail and texts written to files, or with links in them that lead nowhere."""
    wrong: list[CheckMessage] = []
    if settings.SEND_TEXTS and not settings.SMS_GATEWAY_URL and not settings.DEMO:
        hint = "Set SMS_GATEWAY_URL, or SEND_TEXTS=false where people get letters only."
        wrong.append(Error("No SMS gateway is set.", hint=hint, id="clinic.E002"))
    elif settings.SEND_TEXTS and settings.SMS_GATEWAY_URL and not _known_to_the_gateway():
        hint = (
            "Set SMS_GATEWAY_ACCOUNT and SMS_GATEWAY_TOKEN: without both, no text and no call of the gateway is taken."
        )
        wrong.append(Error("The SMS gateway is set without its account or its token.", hint=hint, id="clinic.E008"))
    if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend") and not settings.DEMO:
        wrong.append(Error("No mail server is set.", hint="Set EMAIL_URL.", id="clinic.E003"))
    if not settings.BASE_URL.startswith("https://") and settings.HTTPS:
        wrong.append(Error("BASE_URL is not https.", hint="Links to patients carry a secret.", id="clinic.E004"))
    if not validate_host(urlsplit(settings.BASE_URL).hostname or "", settings.ALLOWED_HOSTS):
        hint = "Write the host of BASE_URL there, without https://. Every link in a message would be refused."
        wrong.append(Error("ALLOWED_HOSTS has not the host of BASE_URL.", hint=hint, id="clinic.E006"))
    return wrong


def _known_to_the_gateway() -> bool:
    return bool(settings.SMS_GATEWAY_ACCOUNT and settings.SMS_GATEWAY_TOKEN)
