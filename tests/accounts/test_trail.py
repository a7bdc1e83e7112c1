"""The trail: append-only in the database, a whole chain in itself, and every manipulation is found."""

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import Error, connection, transaction

from accounts import append_only, audit, audit_checks, checkpoints, clock
from accounts.evidence import NoteError
from accounts.models import AuditEvent, ChainHead
from tests.factories import make_user

pytestmark = pytest.mark.django_db
CHAIN = "tender:1"


def write(count: int = 3, chain: str = CHAIN) -> None:
    user = make_user()
    for number in range(count):
        with audit.in_transaction():
            audit.record(chain, "tender.tested", actor=user, at=clock.now(), data={"number": number})


def manipulate(sql: str, *values: Any) -> None:
    """What somebody could do who owns the database: the triggers off, a change, the triggers on again."""
    with connection.cursor() as cursor:
        append_only.drop(cursor)
        cursor.execute(sql, values)
    append_only.install()


def verify(*options: str) -> tuple[int, dict[str, Any]]:
    out = StringIO()
    try:
        call_command("audit_verify", "--format", "json", *options, stdout=out)
        code = 0
    except SystemExit as end:
        code = int(str(end.code))
    return code, json.loads(out.getvalue())


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE accounts_auditevent SET verb = 'x'",
        "UPDATE accounts_auditevent SET body = body",
        "DELETE FROM accounts_auditevent",
        "DELETE FROM accounts_auditevent WHERE seq = 2",
    ],
)
def test_the_database_refuses_to_change_or_delete_an_event(sql: str) -> None:
    write()
    with pytest.raises(Error, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert AuditEvent.objects.filter(chain=CHAIN).count() == 3


@pytest.mark.postgresql
def test_postgresql_refuses_to_empty_the_table() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("runs on PostgreSQL only")
    write()
    with pytest.raises(Error, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE accounts_auditevent")


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_the_transaction_of_its_act_is_refused() -> None:
    with pytest.raises(RuntimeError):
        audit.record(CHAIN, "tender.tested", actor=None, at=clock.now())


def test_an_act_that_fails_leaves_no_event() -> None:
    def act() -> None:
        with audit.in_transaction():
            audit.record(CHAIN, "tender.tested", actor=None, at=clock.now())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()
    assert not AuditEvent.objects.filter(chain=CHAIN).exists()


def test_an_event_at_a_simulated_time_says_so() -> None:
    with clock.simulated(clock.now()):
        write(1)
    assert json.loads(AuditEvent.objects.get(chain=CHAIN).body)["simulated"] is True


def test_a_whole_trail_is_whole() -> None:
    write()
    write(2, "pilot:1")
    code, report = verify()
    assert (code, report["whole"], report["chains"], report["events"]) == (0, True, 2, 5)


@pytest.mark.parametrize(
    ("sql", "position", "reason"),
    [
        ("UPDATE accounts_auditevent SET body = replace(body, '\"number\":1', '\"number\":7')", 2, "hash"),
        ("UPDATE accounts_auditevent SET body = body || ' ' WHERE seq = 3", 3, "hash"),
        ("DELETE FROM accounts_auditevent WHERE seq = 2", 2, "gap"),
        ("DELETE FROM accounts_auditevent WHERE seq = 1", 1, "gap"),
        ("DELETE FROM accounts_auditevent WHERE seq = 3", 3, "head"),
        ("UPDATE accounts_auditevent SET verb = 'tender.forged' WHERE seq = 2", 2, "columns"),
        ("UPDATE accounts_auditevent SET at = '2020-01-01 00:00:00+00:00' WHERE seq = 2", 2, "columns"),
        ("UPDATE accounts_chainhead SET seq = 9 WHERE chain = 'tender:1'", 4, "head"),
        ("DELETE FROM accounts_chainhead WHERE chain = 'tender:1'", 4, "head"),
    ],
)
def test_a_manipulation_is_found_at_its_place(sql: str, position: int, reason: str) -> None:
    write()
    manipulate(sql)
    code, report = verify()
    assert code == 1
    (fault,) = report["faults"]
    assert (fault["where"], fault["position"], fault["code"]) == (CHAIN, position, reason)


def test_since_checks_only_the_events_from_a_number_on_and_says_so() -> None:
    write(5)
    write(2, "pilot:1")
    code, report = verify("--since", "4")
    assert (code, report["chains"], report["events"]) == (0, 2, 2)
    assert "from 4 on" in report["remarks"][-1]
    assert verify()[1]["remarks"] == verify("--since", "1")[1]["remarks"] == []
    assert verify("--since", "4", "--chain", CHAIN)[1]["events"] == 2
    manipulate(
        "UPDATE accounts_auditevent SET body = replace(body, '\"number\":1', '\"number\":7') WHERE chain = %s", CHAIN
    )
    assert verify("--since", "4")[0] == 0
    assert verify("--since", "2")[0] == 1


@pytest.mark.parametrize(
    ("sql", "position", "reason"),
    [
        ("UPDATE accounts_auditevent SET body = replace(body, '\"number\":3', '\"number\":7')", 4, "hash"),
        ("UPDATE accounts_auditevent SET hash = repeat_hash WHERE seq = 2", 3, "prev"),
        ("DELETE FROM accounts_auditevent WHERE seq = 2", 2, "gap"),
        ("DELETE FROM accounts_auditevent WHERE seq = 3", 3, "gap"),
        ("DELETE FROM accounts_auditevent WHERE seq = 5", 5, "head"),
        ("UPDATE accounts_auditevent SET verb = 'tender.forged' WHERE seq = 5", 5, "columns"),
    ],
)
def test_since_finds_what_was_done_behind_it_and_to_what_it_starts_from(sql: str, position: int, reason: str) -> None:
    write(5)
    manipulate(sql.replace("repeat_hash", f"'{'ab' * 32}'"))
    (fault,) = verify("--since", "3")[1]["faults"]
    assert (fault["where"], fault["position"], fault["code"]) == (CHAIN, position, reason)


@pytest.mark.parametrize("number", ["0", "-3"])
def test_since_starts_at_one(number: str) -> None:
    with pytest.raises(CommandError):
        verify("--since", number)


def rewrite_chain() -> None:
    """A forger who owns the database and knows our code: changes an event and hashes everything after it again."""
    from accounts.evidence import GENESIS, chain_event

    prev = GENESIS
    for event in AuditEvent.objects.filter(chain=CHAIN).order_by("seq"):
        fields = {k: v for k, v in json.loads(event.body).items() if k not in {"prev", "seq", "v"}}
        fields["data"] = {"number": 99}
        body, prev = chain_event(prev, event.seq, fields)
        manipulate("UPDATE accounts_auditevent SET body = %s, hash = %s WHERE id = %s", body, prev, event.pk)
    ChainHead.objects.filter(chain=CHAIN).update(hash=prev)


def test_a_chain_rewritten_as_a_whole_is_found_by_a_checkpoint_kept_elsewhere(tmp_path: Path) -> None:
    write()
    note = tmp_path / "kept.note"
    note.write_text(checkpoints.make("2026-11-22T1000Z"))
    write(1)
    assert verify("--checkpoint", str(note))[0] == 0
    rewrite_chain()
    assert verify()[0] == 0
    code, report = verify("--checkpoint", str(note))
    assert (code, [(fault["where"], fault["code"]) for fault in report["faults"]]) == (
        1,
        [(CHAIN, "shorter_than_checkpoint")],
    )


def test_a_chain_cut_off_with_its_head_is_found_by_a_checkpoint(tmp_path: Path) -> None:
    write()
    note = tmp_path / "kept.note"
    note.write_text(checkpoints.make("2026-11-22T1000Z"))
    manipulate("DELETE FROM accounts_auditevent WHERE seq = 3")
    last = AuditEvent.objects.filter(chain=CHAIN).order_by("seq").last()
    assert last is not None
    ChainHead.objects.filter(chain=CHAIN).update(seq=last.seq, hash=last.hash)
    assert verify()[0] == 0
    assert verify("--checkpoint", str(note))[0] == 1


def test_a_checkpoint_that_was_changed_is_refused() -> None:
    write()
    note = checkpoints.make("2026-11-22T1000Z")
    commit = re.search(rf"leaf {CHAIN} ([0-9a-f]{{64}})", note)
    assert commit
    with pytest.raises(NoteError):
        checkpoints.chains_not_containing(note.replace(commit[1], "0" * 64))


def test_a_checkpoint_does_not_tell_how_many_events_a_chain_has() -> None:
    write(1)
    short = checkpoints.make("2026-11-22T1000Z")
    write(40)
    assert len(checkpoints.make("2026-11-22T1000Z")) == len(short)


def test_one_checkpoint_is_written_in_ten_minutes() -> None:
    write()
    now = clock.now()
    first = checkpoints.write(now)
    assert first is not None
    assert checkpoints.write(now) is None
    first.unlink()


def test_one_chain_can_be_verified_alone() -> None:
    write()
    write(2, "pilot:1")
    manipulate("DELETE FROM accounts_auditevent WHERE chain = 'pilot:1' AND seq = 1")
    assert verify("--chain", CHAIN)[0] == 0
    assert verify("--chain", "pilot:1")[0] == 1


def test_missing_triggers_are_told_by_the_command_and_by_the_system_check() -> None:
    write()
    with connection.cursor() as cursor:
        append_only.drop(cursor)
    code, report = verify()
    assert (code, {fault["code"] for fault in report["faults"]}) == (1, {"trigger"})
    assert {m.id for m in run_checks(tags=["database"], databases=["default"])} >= {"accounts.E001"}
    append_only.install()
    assert "accounts.E001" not in {m.id for m in run_checks(tags=["database"], databases=["default"])}


def test_what_other_rooms_add_is_counted_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    fault = audit_checks.Fault("object", "object:1", "The sealed file is not the one that was received.")
    monkeypatch.setattr(audit_checks, "extra", [lambda: (5, []), lambda: (2, [fault])])
    code, report = verify()
    assert (code, report["objects"], report["faults"][0]["where"]) == (1, 7, "object:1")


def test_a_receipt_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "receipt.txt").write_text("zuschlag receipt v1\n{}\n\n— zuschlag AAAA\n")
    code, report = verify("--receipt", str(tmp_path / "receipt.txt"))
    assert (code, report["faults"][0]["code"]) == (1, "signature")
