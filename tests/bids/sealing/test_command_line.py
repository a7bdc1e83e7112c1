"""The command line does every step of bidder, opener and auditor, and explains what is wrong in one line."""

import io
import json
import os
import stat
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accounts.evidence import sign_receipt, verifier_key
from bids.sealing import (
    ReleasedPiece,
    accept_release,
    lock_opener_key,
    new_keypair,
    new_opener_key,
    open_sealed,
    seal_bytes,
)
from bids.sealing.command_line import main

SENTENCE = "apfelturm brotkorb regenhut mondstuhl waldkanne flusslampe"
DATA = b"Angebot\n" * 5000


@pytest.fixture
def folder(tmp_path, monkeypatch, slot):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "slot.json").write_bytes(slot.line())
    (tmp_path / "bid.pdf").write_bytes(DATA)
    (tmp_path / "sentence").write_text(SENTENCE + "\n")
    return tmp_path


@pytest.fixture
def run(capsys):
    def command(*arguments):
        code = main(list(arguments))
        output = capsys.readouterr()
        return code, json.loads(output.out) if code == 0 else output.err

    return command


def seal(run, tender, out="bid.age"):
    return run("seal", "bid.pdf", "--recipient", tender.secret.recipient, "--slot", "slot.json", "--out", out)


def test_a_bidder_seals_and_the_tender_key_opens(folder, run, tender, slot):
    code, facts = seal(run, tender)
    assert (code, facts["object"], facts["size"]) == (0, "o1", len(DATA))
    assert open_sealed(tender.secret.secret, (folder / "bid.age").read_bytes(), slot, len(DATA)) == DATA
    (folder / "identity").write_bytes(b"# tender key\n" + tender.secret.secret + b"\n")
    place = ["--identity", "identity", "--slot", "slot.json", "--out", "opened.pdf"]
    assert run("open", "bid.age", "--size", str(len(DATA)), *place)[0] == 0
    assert (folder / "opened.pdf").read_bytes() == DATA


def test_a_damaged_object_leaves_no_file_behind(folder, run, tender, slot):
    (folder / "bid.age").write_bytes(seal_bytes(slot, DATA, tender.secret.recipient)[:-1])
    (folder / "identity").write_bytes(tender.secret.secret)
    before = sorted(os.listdir())
    place = ["--identity", "identity", "--slot", "slot.json", "--out", "opened.pdf"]
    code, error = run("open", "bid.age", "--size", str(len(DATA)), *place)
    assert (code, "damaged" in error) == (1, True)
    assert sorted(os.listdir()) == before


def test_a_file_that_exists_is_never_replaced(folder, run, tender):
    (folder / "bid.age").write_bytes(b"mine")
    code, error = seal(run, tender)
    assert (code, "bid.age" in error) == (1, True)
    assert (folder / "bid.age").read_bytes() == b"mine"
    assert not (folder / "bid.age.part").exists()
    assert run("keygen", "--id", "anna", "--out", "bid.age")[0] == 1


def test_an_opener_makes_and_locks_a_key_with_a_proposed_sentence(folder, run, capsys):
    code, made = run("keygen", "--id", "anna", "--out", "anna.json")
    assert code == 0
    assert stat.S_IMODE((folder / "anna.json").stat().st_mode) == 0o400
    assert main(["lock", "anna.json", "--out", "anna.age", "--propose", "de"]) == 0
    output = capsys.readouterr()
    assert json.loads(output.out)["public"] == made["public"]
    assert "pass sentence" in output.err
    assert b"scrypt" in (folder / "anna.age").read_bytes()
    assert (folder / "anna.age").read_bytes().split(b"\n")[1].endswith(b" 18")


def test_a_weak_sentence_is_refused(folder, run):
    run("keygen", "--id", "anna", "--out", "anna.json")
    (folder / "weak").write_text("geheim")
    code, error = run("lock", "anna.json", "--out", "anna.age", "--pass-file", "weak")
    assert (code, "six different words" in error) == (1, True)
    assert not (folder / "anna.age").exists()


def test_an_opener_checks_the_seal_and_hands_the_pieces_over(folder, run, tender):
    (folder / "anna.age").write_bytes(lock_opener_key(tender.openers["anna"], SENTENCE, 4))
    (folder / "pieces.json").write_text(json.dumps([piece.to_json() for piece in tender.split.pieces]))
    own = ["release", "--pieces", "pieces.json", "--key", "anna.age", "--pass-file", "sentence"]
    assert run(*own) == (0, {"opener": "anna", "checked": 3})
    public, secret = new_keypair()
    _, sent = run(*own, "--session", "s1", "--session-public", public)
    released = [ReleasedPiece.from_json(item) for item in sent["pieces"]]
    assert len(accept_release(released, tender.split.pieces, "anna", session="s1", session_secret=secret)) == 3
    assert "go together" in run(*own, "--session", "s1")[1]


def test_a_stranger_has_no_piece_to_check(folder, run, tender, monkeypatch):
    (folder / "other.age").write_bytes(lock_opener_key(new_opener_key("other")[1], SENTENCE, 4))
    (folder / "pieces.json").write_text(json.dumps([piece.to_json() for piece in tender.split.pieces]))
    monkeypatch.setattr("getpass.getpass", lambda prompt: SENTENCE)
    assert run("release", "--pieces", "pieces.json", "--key", "other.age") == (
        1,
        "bids.sealing: opener other has no piece of this tender key\n",
    )


@pytest.fixture
def receipted(folder, run, tender):
    _, facts = seal(run, tender)
    key = Ed25519PrivateKey.generate()
    objects = [{"object": "o1", "sha256": facts["sha256_cipher"], "size": facts["size_cipher"]}]
    (folder / "receipt").write_text(sign_receipt({"act": "submit", "objects": objects}, key, "a.example.org"))
    return verifier_key(key, "a.example.org")


def test_a_receipt_is_checked_without_the_server(folder, run, receipted):
    code, answer = run("verify", "receipt", "bid.age", "--key", receipted)
    assert (code, answer["verified"], answer["object"]["object"]) == (0, True, "o1")
    (folder / "keys").write_text(receipted + "\n")
    assert run("verify", "receipt", "bid.age", "--key", "keys")[0] == 0


def test_another_file_a_changed_receipt_or_a_foreign_key_is_not_verified(folder, run, receipted):
    assert "none of the 1 sealed objects" in run("verify", "receipt", "bid.pdf", "--key", receipted)[1]
    other = verifier_key(Ed25519PrivateKey.generate(), "a.example.org")
    assert "no signature of a known key" in run("verify", "receipt", "bid.age", "--key", other)[1]
    (folder / "receipt").write_text((folder / "receipt").read_text().replace("submit", "replac"))
    assert "changed" in run("verify", "receipt", "bid.age", "--key", receipted)[1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["verify", "missing", "bid.pdf", "--key", "x"], "missing"),
        (
            ["open", "bid.pdf", "--identity", "bid.pdf", "--slot", "slot.json", "--size", "1", "--out", "x"],
            "exactly one",
        ),
        (["seal", "bid.pdf", "--recipient", "age1x", "--slot", "slot.json", "--out", "x"], "recipient"),
        (["seal", "bid.pdf", "--recipient", "age1x", "--slot", "bid.pdf", "--out", "x"], "not JSON"),
        (["seal", "none.pdf", "--recipient", "age1x", "--slot", "slot.json", "--out", "x"], "none.pdf"),
        (["release", "--pieces", "slot.json", "--key", "bid.pdf", "--pass-file", "sentence"], "no JSON list"),
        (["lock", "slot.json", "--out", "x", "--pass-file", "sentence"], "not an opener key"),
    ],
)
def test_a_fault_is_one_clear_line(folder, run, arguments, words):
    code, error = run(*arguments)
    assert code == 1
    assert words in error
    assert error.count("\n") == 1
    assert not (folder / "x").exists()


@pytest.mark.parametrize("arguments", [[], ["open", "x", "--size", "-1"], ["unknown"]])
def test_wrong_usage_ends_with_code_two(arguments, monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2


def test_it_runs_as_a_module_and_needs_no_django():
    code = "import sys; import bids.sealing.command_line, accounts.evidence; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    helped = subprocess.run(
        [sys.executable, "-m", "bids.sealing", "--help"], capture_output=True, text=True, check=True
    )
    for command in ("keygen", "lock", "seal", "open", "release", "verify"):
        assert command in helped.stdout
