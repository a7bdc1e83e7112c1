"""HPKE as RFC 9180 has it: its vectors, and our own suite against its key schedule, on the server and on the page."""

import json
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from accounts.evidence import canonical_bytes
from bids.sealing import unwrap
from tests.bids.sealing.rfc9180 import encapsulate, key_schedule
from tests.bids.sealing.worker import node

HERE = Path(__file__).parent
VECTORS = json.loads((HERE / "rfc9180.json").read_text("utf-8"))
LIBRARY = {1: hpke.AEAD.AES_128_GCM, 3: hpke.AEAD.CHACHA20_POLY1305}
CIPHER = {1: AESGCM, 3: ChaCha20Poly1305}
OUR_AEAD, PLAIN, INFO = 2, b"one piece of a tender's key", {"generation": 1, "opener": "7", "tender": "5"}


def raw(vector, name):
    return bytes.fromhex(vector[name])


def ours(vector):
    """Our suite with the RFC's keys: AES-256-GCM, which the RFC prints no vector for, by its key schedule."""
    shared, enc = encapsulate(raw(vector, "skEm"), raw(vector, "pkRm"))
    key, nonce = key_schedule(shared, canonical_bytes(INFO), OUR_AEAD)
    return enc + AESGCM(key).encrypt(nonce, PLAIN, b"")


@pytest.mark.parametrize("name", ["A.1", "A.2"])
def test_the_yardstick_gives_the_published_values(name):
    vector = VECTORS[name]
    shared, enc = encapsulate(raw(vector, "skEm"), raw(vector, "pkRm"))
    assert (shared, enc) == (raw(vector, "shared_secret"), raw(vector, "enc"))
    key, nonce = key_schedule(shared, raw(vector, "info"), vector["aead_id"])
    assert (key, nonce) == (raw(vector, "key"), raw(vector, "base_nonce"))
    first = vector["encryptions"][0]
    sealed = CIPHER[vector["aead_id"]](key).encrypt(nonce, raw(first, "pt"), raw(first, "aad"))
    assert sealed == raw(first, "ct")


@pytest.mark.parametrize("name", ["A.1", "A.2"])
def test_the_servers_library_follows_the_published_key_schedule(name):
    """It takes no associated data, so the published key seals the published text without any."""
    vector = VECTORS[name]
    plain = raw(vector["encryptions"][0], "pt")
    sealed = CIPHER[vector["aead_id"]](raw(vector, "key")).encrypt(raw(vector, "base_nonce"), plain, b"")
    suite = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, LIBRARY[vector["aead_id"]])
    secret = X25519PrivateKey.from_private_bytes(raw(vector, "skRm"))
    assert suite.decrypt(raw(vector, "enc") + sealed, secret, raw(vector, "info")) == plain


def test_our_suite_on_the_server_follows_it():
    vector = VECTORS["A.1"]
    assert unwrap(ours(vector), raw(vector, "skRm"), INFO) == PLAIN


def test_the_page_opens_the_published_vectors_and_our_suite():
    vector = VECTORS["A.1"]
    task = {"published": vector, "ours": {"wrapped": ours(vector).hex(), "info": canonical_bytes(INFO).hex()}}
    done = subprocess.run(
        [node(), HERE / "hpke_vectors.mjs"], input=json.dumps(task), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    expected = [encryption["pt"] for encryption in vector["encryptions"]]
    assert done.stdout.split() == [*expected, vector["pkRm"], PLAIN.hex()]
