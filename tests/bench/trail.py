"""One more link of an audit chain in its own transaction, against the bare insert of the same row."""

from itertools import count

from django.db import connection, transaction

from accounts import audit, clock
from accounts.models import AuditEvent
from tests.bench.database import database
from tests.bench.measuring import Table, rounds, wall

TRANSACTIONS = 200
_numbers = count(1)
DATA = {"bid": "5f0d8f3c-0000-4000-8000-000000000000", "receipt_sha256": "0" * 64, "version": 1}


def tables() -> list[Table]:
    with database():
        seconds = rounds({"bare insert": bare, "link of a chain": append}, wall)
        title = f"Audit trail on {connection.vendor}: {TRANSACTIONS} transactions"
    note = "A link locks the chain's head, reads it, hashes canonical JSON, inserts and moves the head. Elapsed time."
    return [Table(title, "bare insert", seconds, note, per=TRANSACTIONS)]


def append() -> None:
    chain = f"bench:{next(_numbers)}"
    for _number in range(TRANSACTIONS):
        with transaction.atomic():
            audit.record(chain, "bid.received", actor=None, at=clock.now(), data=DATA)


def bare() -> None:
    chain = f"bench:{next(_numbers)}"
    for number in range(1, TRANSACTIONS + 1):
        with transaction.atomic():
            AuditEvent.objects.create(
                chain=chain, seq=number, at=clock.now(), verb="bid.received", body=str(DATA), hash="0" * 64
            )
