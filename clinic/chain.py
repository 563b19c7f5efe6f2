"""The chain over the log of who did what: linking new entries, and finding the first that was tampered with.

Whoever writes an entry waits for nobody. A moment later, entries get their place in one chain of digests: changing,
removing or exchanging a linked entry breaks every link from there on. What somebody with all rights over the database
could still do is write the whole chain anew; so each head is logged, and a head kept elsewhere can be looked up here.
"""

import datetime as dt
import hashlib
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, QuerySet
from django.db.models.functions import Cast

from clinic.models import AuditEntry, AuditHead, AuditLink, Opening

logger = logging.getLogger(__name__)

BATCH = 2000
# Entries get their number when they are written, and are seen when their transaction ends: so late one may come.
STRAGGLERS = 10_000


@dataclass(frozen=True)
class Verdict:
    """What became of the chain: its length, and what is wrong first, in words; empty when it is intact."""

    length: int
    wrong: str = ""


# Made once: `json.dumps` makes one for each list that is not written as it would write it.
_json = json.JSONEncoder(separators=(",", ":")).encode


def facts(way: str = "") -> tuple[Any, ...]:
    """Return what of an entry goes into its digest, in this order; ``way`` leads to the entry.

    Columns and no models, and moments and uids as the text that the database has: a check reads a million of them.
    """
    before = (f"{way}{name}" for name in ("id", "clinic_id", "actor_id"))
    after = (f"{way}{name}" for name in ("rows", "reason"))
    moment, subject = (Cast(f"{way}{name}", CharField()) for name in ("at", "subject"))
    return *before, moment, f"{way}action", f"{way}kind", subject, *after


def digest_of(entry: Sequence[Any], position: int, before: str) -> str:
    """Return the digest of an entry's `facts` at its place in the chain. No release may write the list otherwise."""
    *whose, at, action, kind, subject, rows, reason = entry
    moment = dt.datetime.fromisoformat(at)
    moment = moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)  # SQLite keeps UTC, unsaid
    uid = subject.replace("-", "") if subject else None
    told = [before, position, *whose, moment.isoformat(), action, kind, uid, rows, reason]
    return hashlib.sha256(_json(told).encode()).hexdigest()


def seal(*, at: dt.datetime, everything: bool = False) -> int:
    """Link all entries that have no link yet and return how many; ``everything`` looks for stragglers of any age."""
    linked = 0
    while batch := _seal_batch(at, everything=everything):
        linked += batch
    return linked


def _seal_batch(at: dt.datetime, *, everything: bool) -> int:
    head = AuditHead.objects.get_or_create(pk=1)[0]
    if not _unlinked(head, everything=everything).exists():
        return 0
    with transaction.atomic():
        # Two that link at once wait for one another here; the second sees what the first did.
        head = AuditHead.objects.select_for_update().get(pk=1)
        links = []
        for entry in _unlinked(head, everything=everything).values_list(*facts())[:BATCH]:
            key = entry[0]
            head.position += 1
            head.digest = digest_of(entry, head.position, head.digest)
            head.newest = max(head.newest, key)
            links.append(AuditLink(position=head.position, entry_id=key, digest=head.digest, sealed_at=at))
        AuditLink.objects.bulk_create(links)
        head.save()
    if links:
        logger.info("audit head %s", head)
    return len(links)


def verify(*, known: str = "") -> Verdict:
    """Walk the whole chain. ``known`` is a head that was kept elsewhere, as ``position:digest``."""
    head = _head()
    position, before, at_head, seen = 0, "", "", not known
    for place, digest, *entry in _chain():
        position += 1
        if place != position:
            return Verdict(position - 1, _missing(position))
        before = digest_of(entry, position, before)
        if digest != before:
            return Verdict(position - 1, f"Entry {entry[0]} (position {position}) is not what was written.")
        at_head = digest if position == head.position else at_head
        seen = seen or known == f"{position}:{digest}"
    wrong = "" if seen else f"The head {known} is not part of this chain: it was cut or written anew."
    return Verdict(position, _end(position, at_head, head) or wrong or _left_open())


def _chain() -> Iterator[tuple[Any, ...]]:
    """Yield place and digest of each link with the facts of its entry, a batch at a time.

    The join leaves out a link whose entry is gone, so a hole in the positions shows either.
    """
    links = AuditLink.objects.order_by("position").values_list("position", "digest", *facts("entry__"))
    return links.iterator(chunk_size=BATCH)


def _unlinked(head: AuditHead, *, everything: bool) -> QuerySet[AuditEntry]:
    links = AuditLink.objects.filter(entry=OuterRef("pk"))
    floor = 0 if everything else head.newest - STRAGGLERS
    return AuditEntry.objects.filter(~Exists(links), pk__gt=floor).order_by("pk")


def _missing(position: int) -> str:
    link = AuditLink.objects.filter(position=position).values_list("entry_id", flat=True).first()
    if link is None:
        return f"The link at position {position} is gone."
    return f"Entry {link} (position {position}) is gone."


def _end(position: int, at_head: str, head: AuditHead) -> str:
    """Return what is wrong with the end. What was linked during the walk lies behind the head that was read before it."""
    if position < head.position:
        return _missing(position + 1)
    if at_head == head.digest and (position == head.position or position <= _head().position):
        return ""
    return f"The chain does not end where it should, at position {head.position}."


def _head() -> AuditHead:
    return AuditHead.objects.filter(pk=1).first() or AuditHead(pk=1)


def _left_open() -> str:
    closings = Opening.objects.filter(closes=OuterRef("pk"))
    left = Opening.objects.filter(~Exists(closings), closes__isnull=True).first()
    return f"Signed texts stand open to change (opening {left.pk})." if left else ""
