"""Signed notes, checkpoints and receipts: the right key opens them, nothing else does."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accounts.evidence import (
    NoteError,
    checkpoint_text,
    open_note,
    open_receipt,
    parse_checkpoint,
    root,
    sign_note,
    sign_receipt,
    verifier_key,
)

NAME = "vergabe.example.org/log"


@pytest.fixture(scope="module")
def key():
    return Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@pytest.fixture(scope="module")
def verifier(key):
    return verifier_key(key, NAME)


def test_a_note_opens_with_the_printed_key(key, verifier):
    opened = open_note(sign_note("Grüße\n\nzweiter Absatz\n", NAME, key), [verifier])
    assert (opened.text, opened.signers) == ("Grüße\n\nzweiter Absatz\n", (NAME,))


def test_the_printed_key_has_the_public_form(key, verifier):
    public = b"\x01" + key.public_key().public_bytes_raw()
    key_id = hashlib.sha256(NAME.encode() + b"\n" + public).hexdigest()[:8]
    assert verifier == f"{NAME}+{key_id}+{base64.b64encode(public).decode()}"


def test_a_changed_note_is_refused(key, verifier):
    note = sign_note("price 100\n", NAME, key)
    with pytest.raises(NoteError, match="changed"):
        open_note(note.replace("100", "900"), [verifier])


def test_a_note_of_another_key_in_the_same_name_is_refused(verifier):
    with pytest.raises(NoteError, match="no signature of a known key"):
        open_note(sign_note("x\n", NAME, Ed25519PrivateKey.generate()), [verifier])


def test_a_signature_of_an_unknown_witness_does_not_hurt(key, verifier):
    witness = sign_note("x\n", "witness.example.org", Ed25519PrivateKey.generate()).split("\n\n")[1]
    assert open_note(sign_note("x\n", NAME, key) + witness, [verifier]).signers == (NAME,)


def test_one_bad_signature_in_a_known_name_spoils_the_note(key, verifier):
    other = Ed25519PrivateKey.generate()
    forged = sign_note("y\n", "witness.example.org", other).split("\n\n")[1]
    with pytest.raises(NoteError, match="witness"):
        open_note(sign_note("x\n", NAME, key) + forged, [verifier, verifier_key(other, "witness.example.org")])


@pytest.mark.parametrize("text", ["no line feed", "tab\tinside\n", "\x00\n", ""])
def test_a_text_that_is_no_note_text_is_not_signed(key, text):
    with pytest.raises(NoteError):
        sign_note(text, NAME, key)


@pytest.mark.parametrize("name", ["", "two words", "plus+plus"])
def test_a_name_that_would_break_the_format_is_refused(key, name):
    with pytest.raises(NoteError):
        sign_note("x\n", name, key)


@pytest.mark.parametrize(
    "change",
    [
        lambda note: note.replace("\n\n", "\n"),
        lambda note: note.rstrip("\n"),
        lambda note: note.replace("\u2014 ", "- "),
        lambda note: note.split("\n\n")[0] + "\n\n",
        lambda note: note[:-6] + "\n",
        lambda note: note.replace("x\n", "x\r\n", 1),
        lambda note: note + note.split("\n\n")[1] * 100,
        lambda note: "",
    ],
)
def test_a_malformed_note_is_refused(key, verifier, change):
    with pytest.raises(NoteError):
        open_note(change(sign_note("x\n", NAME, key)), [verifier])


def test_a_verifier_key_whose_id_was_changed_is_refused(key, verifier):
    name, key_id, encoded = verifier.split("+", 2)
    changed = f"{name}+{'0' * 8 if key_id != '0' * 8 else '1' * 8}+{encoded}"
    for bad in (changed, "nonsense", f"{name}+{key_id}+AQ==", verifier.replace(NAME, "other.example.org")):
        with pytest.raises(NoteError):
            open_note(sign_note("x\n", NAME, key), [bad])


def test_a_checkpoint_comes_back_from_its_note(key, verifier):
    text = checkpoint_text(NAME, 86412, root([]))
    assert parse_checkpoint(open_note(sign_note(text, NAME, key), [verifier]).text) == (NAME, 86412, root([]))
    for bad in ("", "name\n01\n" + "A" * 43 + "=\n", "name\n1\nshort\n"):
        with pytest.raises(NoteError):
            parse_checkpoint(bad)
    with pytest.raises(ValueError, match="32 bytes"):
        checkpoint_text(NAME, 1, b"short")


def test_a_receipt_comes_back_with_its_payload(key, verifier):
    payload = {"act": "submit", "version": 2, "received_at": "2026-11-22T09:59:59.912345Z"}
    note = sign_receipt(payload, key, NAME)
    assert note.startswith("zuschlag receipt v1\n{")
    assert open_receipt(note, [verifier]) == payload


def test_a_receipt_with_a_changed_time_is_refused(key, verifier):
    note = sign_receipt({"received_at": "2026-11-22T10:00:00.100000Z"}, key, NAME)
    with pytest.raises(NoteError):
        open_receipt(note.replace("10:00:00.1", "09:59:59.9"), [verifier])


@pytest.mark.parametrize(
    "text",
    ["vergabe.example.org/log\n1\nx\n", "zuschlag receipt v1\nnot json\n", "zuschlag receipt v1\n[1]\n",
     'zuschlag receipt v1\n{"a": 1}\n'],
)  # fmt: skip
def test_another_signed_note_is_not_a_receipt(key, verifier, text):
    with pytest.raises(NoteError, match="receipt"):
        open_receipt(sign_note(text, NAME, key), [verifier])
