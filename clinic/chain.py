"""The chain over the log of who did what: linking new entries, and finding the first that was tampered with.

Whoever writes an entry waits for nobody. A moment later, entries get their place in one chain of digests: changing,
removing or exchanging a linked entry breaks every link from there on. What somebody with all rights over the database
could still do is write the whole chain anew; so each head is logged, and a head kept elsewhere can be looked up here.

Nobody has to ask for it: every ten minutes the worker looks at what is new, and at the next stretch of the whole.
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

from clinic.models import AuditCheck, AuditEntry, AuditHead, AuditLink, Opening

logger = logging.getLogger(__name__)

BATCH = 2000
# Entries get their number when they are written, and are seen when their transaction ends: so late one may come.
STRAGGLERS = 10_000
# How often the worker looks, and at how many links at most: under a second of its work. A million take nine hours.
CHECK_EVERY = dt.timedelta(minutes=10)
AT_ONCE = 20_000


@dataclass(frozen=True)
class Verdict:
    """What became of the chain: its length, and what is wrong first, in words; empty when it is intact."""

    length: int
    wrong: str = ""


class _Broken(Exception):
    """The text says what is wrong."""


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
    head, kept = _head(), {known, str(_last_check())} - {"", str(AuditCheck())}
    length, at_head = 0, ""
    try:
        for length, digest in _walk(0, ""):
            at_head = digest if length == head.position else at_head
            kept.discard(f"{length}:{digest}")
        _mind_the_end(length, at_head, head)
    except _Broken as found:
        return Verdict(length, str(found))
    return Verdict(length, _not_there(min(kept)) if kept else _left_open())


def check_is_due(now: dt.datetime) -> bool:
    """Return whether it is time to look again."""
    return not AuditCheck.objects.filter(at__gt=now - CHECK_EVERY, at__lte=now).exists()


def check(*, at: dt.datetime) -> str:
    """Look at what is new since the last time, and at the next stretch of the whole; return what is wrong, in words.

    What is wrong is found again each time, until it is mended.
    """
    done = AuditCheck.objects.get_or_create(pk=1, defaults={"at": at})[0]
    done.at = at
    try:
        _check_new(done)
        _check_stretch(done)
        wrong = _left_open()
    except _Broken as found:
        wrong = str(found)
    done.save()
    return wrong


def _check_new(done: AuditCheck) -> None:
    """Walk from the end as it was last time, which must still be there, to the end as it is now."""
    head, begun = _head(), done.position
    at_head = done.digest if begun == head.position else ""
    if begun and (_chain(begun - 1).first() or ())[:2] != (begun, done.digest):
        raise _Broken(_not_there(str(done)))
    for link in _walk(begun, done.digest, AT_ONCE):
        done.position, done.digest = link
        at_head = done.digest if done.position == head.position else at_head
    if done.position - begun < AT_ONCE:
        _mind_the_end(done.position, at_head, head)


def _check_stretch(done: AuditCheck) -> None:
    """Walk on where the walk over the whole stood; at the end it begins anew."""
    begun = done.walked
    for link in _walk(begun, done.walked_digest, AT_ONCE):
        done.walked, done.walked_digest = link
    if done.walked - begun < AT_ONCE:
        done.walked, done.walked_digest = 0, ""


def _walk(position: int, digest: str, most: int | None = None) -> Iterator[tuple[int, str]]:
    """Yield place and digest of the links behind one, as long as each is as it should be. Raises _Broken at the first that is not."""
    for place, written, *entry in _chain(position)[:most].iterator(chunk_size=BATCH):
        position += 1
        if place != position:
            raise _Broken(_missing(position))
        digest = digest_of(entry, position, digest)
        if written != digest:
            raise _Broken(f"Entry {entry[0]} (position {position}) is not what was written.")
        yield position, digest


def _chain(after: int) -> QuerySet[AuditLink, tuple[Any, ...]]:
    """Return place and digest of each link behind a place, with the facts of its entry.

    The join leaves out a link whose entry is gone, so a hole in the positions shows either.
    """
    links = AuditLink.objects.filter(position__gt=after).order_by("position")
    return links.values_list("position", "digest", *facts("entry__"))


def _unlinked(head: AuditHead, *, everything: bool) -> QuerySet[AuditEntry]:
    links = AuditLink.objects.filter(entry=OuterRef("pk"))
    floor = 0 if everything else head.newest - STRAGGLERS
    return AuditEntry.objects.filter(~Exists(links), pk__gt=floor).order_by("pk")


def _missing(position: int) -> str:
    link = AuditLink.objects.filter(position=position).values_list("entry_id", flat=True).first()
    if link is None:
        return f"The link at position {position} is gone."
    return f"Entry {link} (position {position}) is gone."


def _mind_the_end(position: int, at_head: str, head: AuditHead) -> None:
    """Raise _Broken where a walk ended too early or late. What was linked during it lies behind the head that was read before."""
    if position < head.position:
        raise _Broken(_missing(position + 1))
    if at_head != head.digest or (position != head.position and position > _head().position):
        raise _Broken(f"The chain does not end where it should, at position {head.position}.")


def _not_there(kept: str) -> str:
    return f"The head {kept} is not part of this chain: it was cut or written anew."


def _head() -> AuditHead:
    return AuditHead.objects.filter(pk=1).first() or AuditHead(pk=1)


def _last_check() -> AuditCheck:
    return AuditCheck.objects.filter(pk=1).first() or AuditCheck(pk=1)


def _left_open() -> str:
    closings = Opening.objects.filter(closes=OuterRef("pk"))
    left = Opening.objects.filter(~Exists(closings), closes__isnull=True).first()
    return f"Signed texts stand open to change (opening {left.pk})." if left else ""
