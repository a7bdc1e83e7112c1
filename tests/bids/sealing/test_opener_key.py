"""Opener keys: the pass sentence opens the file, nothing else does; any age tool can read it."""

import json

import pyrage
import pytest

from bids.sealing import (
    OpenerSecret,
    SealingError,
    WrongPassSentence,
    lock_opener_key,
    new_opener_key,
    unlock_opener_key,
)
from bids.sealing.passphrase_file import encrypt_with_passphrase

SENTENCE = "apfelturm brotkorb regenhut mondstuhl waldkanne fluss\u00fcber"
FAST = 4


@pytest.fixture(scope="module")
def secret():
    return new_opener_key("anna")[1]


def test_the_sentence_opens_the_key(secret):
    opened = unlock_opener_key(lock_opener_key(secret, SENTENCE, FAST), SENTENCE)
    assert (opened, opened.public) == (secret, secret.public)


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param(f"  {SENTENCE.replace(' ', '   ')}\n", id="extra spaces and a line end"),
        pytest.param(SENTENCE.replace("\u00fc", "u\u0308"), id="another keyboard's umlaut"),
    ],
)
def test_how_the_sentence_was_typed_does_not_matter(secret, typed):
    assert unlock_opener_key(lock_opener_key(secret, SENTENCE, FAST), typed) == secret


@pytest.mark.parametrize("typed", ["", "apfelturm", SENTENCE.upper(), SENTENCE.replace(" ", "")])
def test_a_wrong_sentence_is_refused(secret, typed):
    with pytest.raises(WrongPassSentence):
        unlock_opener_key(lock_opener_key(secret, SENTENCE, FAST), typed)


def test_a_damaged_key_file_is_refused(secret):
    locked = lock_opener_key(secret, SENTENCE, FAST)
    for bad in (b"", locked[:-1], locked[:60], locked[:-3] + bytes([locked[-3] ^ 1]) + locked[-2:]):
        with pytest.raises(WrongPassSentence):
            unlock_opener_key(bad, SENTENCE)


def test_the_locked_file_shows_only_its_work_factor(secret):
    locked = lock_opener_key(secret, SENTENCE, FAST)
    assert locked.startswith(b"age-encryption.org/v1\n-> scrypt ")
    assert locked.split(b"\n")[1].endswith(b" 4")
    assert b"anna" not in locked
    assert b"anna" in pyrage.passphrase.decrypt(locked, SENTENCE)
    assert lock_opener_key(secret, SENTENCE, FAST) != locked


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 131072])
def test_passphrase_files_of_every_size_open_elsewhere(size):
    data = bytes(size)
    assert pyrage.passphrase.decrypt(encrypt_with_passphrase(data, "x", 1), "x") == data


@pytest.mark.parametrize(("passphrase", "factor"), [("", 10), ("x", 0), ("x", 21)])
def test_no_passphrase_or_an_odd_work_factor_is_refused(passphrase, factor):
    with pytest.raises(SealingError):
        encrypt_with_passphrase(b"", passphrase, factor)


def test_the_secret_is_not_printed_by_accident(secret):
    assert repr(secret) == "OpenerSecret(id='anna')"


def test_the_key_file_has_the_fields_the_browser_reads(secret):
    body = json.loads(secret.to_json())
    assert (body["id"], body["kem"], body["type"], body["v"]) == ("anna", "x25519", "zuschlag.opener-secret", 1)
    assert OpenerSecret.from_json(secret.to_json()) == secret


@pytest.mark.parametrize(
    "change", [{"type": "x"}, {"kem": "x448"}, {"v": 2}, {"id": 1}, {"secret": "AAAA"}, {"secret": 1}, {"secret": "*"}]
)
def test_another_json_is_not_an_opener_key(secret, change):
    with pytest.raises(SealingError):
        OpenerSecret.from_json(json.dumps({**json.loads(secret.to_json()), **change}, separators=(",", ":")).encode())
    with pytest.raises(SealingError):
        OpenerSecret.from_json(b"no json")
