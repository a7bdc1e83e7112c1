"""The trail: every act adds one link to a hash chain, in the act's own transaction and as its last statement.

Chains: `tender:<id>`, `bids:<id>`, `hash-list:<id>:<round>`, `pilot:<id>`, `organization:<id>`, `platform`. `data`
carries ids, codes, hashes and reasons; never a price, a bid text or a file name of a sealed bid.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from accounts import clock, practice
from accounts.evidence import chain_event
from accounts.models import AuditEvent, ChainHead, User
from accounts.rows import only


def record(
    chain: str,
    verb: str,
    *,
    actor: User | None,
    at: datetime,
    subject: str = "",
    data: Mapping[str, Any] | None = None,
    role: str = "",
) -> AuditEvent:
    """Append one event. `verb` is `thing.past` ("tender.published"); `subject` names the object ("bid:<uuid>").

    Must run inside the transaction of the act; raises RuntimeError otherwise.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("An audit event belongs into the transaction of its act.")
    chain = practice.own_chain(chain)
    head = _lock_head(chain)
    fields: dict[str, Any] = {
        "actor": _name(actor),
        "at": stamp(at),
        "chain": chain,
        "verb": verb,
        "data": dict(data or {}),
    }
    if subject:
        fields["object"] = subject
    if role:
        fields["role"] = role
    if clock.is_simulated():
        fields["simulated"] = True
    seq = head.seq + 1
    body, digest = chain_event(head.hash, seq, fields)
    event = AuditEvent.objects.create(chain=chain, seq=seq, at=at, verb=verb, body=body, hash=digest)
    ChainHead.objects.filter(pk=head.pk).update(seq=seq, hash=digest)
    return event


def stamp(moment: datetime) -> str:
    """Canonical time: UTC with microseconds and Z."""
    from datetime import UTC

    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _lock_head(chain: str) -> ChainHead:
    heads = ChainHead.objects.select_for_update().filter(chain=chain)
    if (head := only(heads)) is None:
        ChainHead.objects.bulk_create([ChainHead(chain=chain)], ignore_conflicts=True)
        head = heads.get()
    return head


def _name(actor: User | None) -> str:
    return f"u:{actor.pk}" if actor else "system"


def in_transaction() -> transaction.Atomic:
    """The transaction of an act; acts nest by savepoint."""
    return transaction.atomic()
