"""Sealed objects: what went in comes out whole at its own place, or nothing comes out."""

import gc
import hashlib
import io
import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import replace

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bids.sealing import (
    IntegrityError,
    SealingError,
    Slot,
    StreamSealer,
    new_tender_secret,
    open_sealed,
    open_sealed_into,
    padme,
    seal_bytes,
)

DOCUMENT = b"PRICE=123456.78 EUR" + bytes(range(256)) * 1200
CHUNK = 65536 + 16  # of an age file


@pytest.fixture(scope="module")
def key():
    return new_tender_secret()


@pytest.fixture(scope="module")
def sealed(key, slot):
    return seal_bytes(slot, DOCUMENT, key.recipient)


def stream(key, slot, chunks, out=None):
    out = out or io.BytesIO()
    with StreamSealer(slot, key.recipient, out) as sealer:
        for chunk in chunks:
            sealer.write(chunk)
        return sealer.close(), out


@pytest.mark.parametrize("size", [0, 1, 100, 65536, 300_000])
def test_a_document_comes_back_whole(key, slot, size):
    data = os.urandom(size)
    assert open_sealed(key.secret, seal_bytes(slot, data, key.recipient), slot, size) == data
    facts, out = stream(key, slot, [data])
    assert open_sealed(key.secret, out.getvalue(), slot, size) == data
    assert facts.size_plain == size


def test_a_stream_knows_size_and_hash_of_both_forms(key, slot):
    facts, out = stream(key, slot, [DOCUMENT[:7], b"", DOCUMENT[7:]])
    assert (facts.size_plain, facts.sha256_plain) == (len(DOCUMENT), hashlib.sha256(DOCUMENT).hexdigest())
    assert (facts.size_cipher, facts.sha256_cipher) == (
        len(out.getvalue()),
        hashlib.sha256(out.getvalue()).hexdigest(),
    )
    written = io.BytesIO()
    assert open_sealed_into(key.secret, io.BytesIO(out.getvalue()), written, slot, len(DOCUMENT)) == facts.sha256_plain
    assert written.getvalue() == DOCUMENT


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def chunks_of(data):
    """Length of the chunks of an age file, whose header ends with its MAC line and is followed by a nonce."""
    return len(data.split(b"\n--- ", 1)[1].split(b"\n", 1)[1]) - 16


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda d: flipped(d, len(d) // 2), id="bit flip in the body"),
        pytest.param(lambda d: d[:-1], id="cut off"),
        pytest.param(lambda d: d[: -(chunks_of(d) % CHUNK)], id="last chunk dropped"),
        pytest.param(lambda d: d[: -chunks_of(d)], id="all chunks dropped"),
        pytest.param(lambda d: d + b"x" * 40, id="trailing bytes"),
        pytest.param(lambda d: b"", id="empty file"),
    ],
)
def test_a_changed_object_does_not_open(key, slot, sealed, change):
    with pytest.raises(IntegrityError) as failure:
        open_sealed(key.secret, change(sealed), slot, len(DOCUMENT))
    assert failure.value.code == "damaged"


@pytest.mark.parametrize("at", [0, 30, 40, 60, 90])
def test_a_bit_changed_in_the_header_is_found(key, slot, sealed, at):
    with pytest.raises(IntegrityError) as failure:
        open_sealed(key.secret, flipped(sealed, at), slot, len(DOCUMENT))
    assert failure.value.code in {"damaged", "wrong_key"}  # a broken wrapped key looks like a foreign one


@pytest.mark.parametrize("field", ["tender", "lot", "envelope", "company", "draft", "object"])
def test_an_object_copied_to_another_place_does_not_open(key, slot, sealed, field):
    with pytest.raises(IntegrityError) as failure:
        open_sealed(key.secret, sealed, replace(slot, **{field: "other"}), len(DOCUMENT))
    assert failure.value.code == "foreign_slot"


def test_an_object_of_another_tender_key_is_told_apart_from_a_damaged_body(slot, sealed):
    with pytest.raises(IntegrityError) as failure:
        open_sealed(new_tender_secret().secret, sealed, slot, len(DOCUMENT))
    assert failure.value.code == "wrong_key"


@pytest.mark.parametrize("size", [0, len(DOCUMENT) - 1, len(DOCUMENT) * 2])
def test_a_size_other_than_the_true_one_is_refused(key, slot, sealed, size):
    with pytest.raises(IntegrityError) as failure:
        open_sealed(key.secret, sealed, slot, size)
    assert failure.value.code == "size"


def test_a_size_that_reaches_into_the_padding_shows_in_the_hash(key, slot, sealed):
    sha256 = hashlib.sha256(DOCUMENT).hexdigest()
    assert open_sealed(key.secret, sealed, slot, len(DOCUMENT), sha256) == DOCUMENT
    with pytest.raises(IntegrityError) as failure:
        open_sealed(key.secret, sealed, slot, len(DOCUMENT) + 1, sha256)
    assert failure.value.code == "hash"


def test_an_object_with_hidden_bytes_in_its_padding_is_refused(key, slot):
    plain = slot.line() + b"12345"
    plain += bytes(padme(len(plain)) - len(plain) - 1) + b"!"
    forged = pyrage.encrypt(plain, [pyrage.x25519.Recipient.from_str(key.recipient)])
    with pytest.raises(IntegrityError) as failure:
        open_sealed(key.secret, forged, slot, 5)
    assert failure.value.code == "size"


@pytest.mark.parametrize("plain", [b"", b"{", b"no slot line at all"])
def test_an_age_file_that_is_no_sealed_object_is_refused(key, slot, plain):
    forged = pyrage.encrypt(plain, [pyrage.x25519.Recipient.from_str(key.recipient)])
    with pytest.raises(IntegrityError) as failure:
        open_sealed(key.secret, forged, slot, 0)
    assert failure.value.code == "foreign_slot"


def test_nothing_partial_stays_behind_a_failed_opening(key, slot, sealed):
    out = io.BytesIO(b"before")
    out.seek(6)
    with pytest.raises(IntegrityError):
        open_sealed_into(key.secret, io.BytesIO(flipped(sealed, len(sealed) - 5)), out, slot, len(DOCUMENT))
    assert out.getvalue() == b"before"


def test_an_aborted_seal_never_opens(key, slot):
    out = io.BytesIO()
    sealer = StreamSealer(slot, key.recipient, out)
    sealer.write(DOCUMENT)
    sealer.abort()
    with pytest.raises(IntegrityError):
        open_sealed(key.secret, out.getvalue(), slot, len(DOCUMENT))
    with pytest.raises(SealingError, match="closed"):
        sealer.write(b"more")


def test_a_forgotten_seal_ends_its_thread_and_never_opens(key, slot):
    out = io.BytesIO()
    sealer = StreamSealer(slot, key.recipient, out)
    sealer.write(DOCUMENT)
    worker = next(thread for thread in threading.enumerate() if thread.name == "sealing")
    del sealer
    gc.collect()
    worker.join(5)
    assert not worker.is_alive()
    with pytest.raises(IntegrityError):
        open_sealed(key.secret, out.getvalue(), slot, len(DOCUMENT))


def test_leaving_the_block_by_an_error_aborts(key, slot):
    out = io.BytesIO()

    def vanish():
        yield DOCUMENT
        raise ConnectionError

    with pytest.raises(ConnectionError):
        stream(key, slot, vanish(), out)
    with pytest.raises(IntegrityError):
        open_sealed(key.secret, out.getvalue(), slot, len(DOCUMENT))


class FullDisk(io.BytesIO):
    def write(self, data):
        raise OSError(28, "No space left on device")


def test_a_full_disk_is_reported_as_such(key, slot):
    with pytest.raises(OSError, match="No space left"):
        stream(key, slot, [DOCUMENT] * 20, FullDisk())
    with pytest.raises(OSError, match="No space left"):
        stream(key, slot, [b"x"], FullDisk())


class Dribble(io.RawIOBase):
    """A raw file that takes a few bytes at a time."""

    def __init__(self):
        self.taken = bytearray()

    def writable(self):
        return True

    def write(self, data):
        self.taken += bytes(data[:5000])
        return min(5000, len(data))


def test_a_sink_that_takes_little_at_a_time_loses_nothing(key, slot):
    facts, out = stream(key, slot, [DOCUMENT], Dribble())
    assert open_sealed(key.secret, bytes(out.taken), slot, facts.size_plain) == DOCUMENT


@pytest.mark.parametrize("recipient", ["", "age1", "AGE-SECRET-KEY-1", "x" * 62])
def test_a_recipient_that_is_none_is_refused_before_any_byte_is_written(slot, recipient):
    out = io.BytesIO()
    with pytest.raises(SealingError, match="recipient"):
        StreamSealer(slot, recipient, out)
    with pytest.raises(SealingError, match="recipient"):
        seal_bytes(slot, b"x", recipient)
    assert out.getvalue() == b""


def test_twenty_megabytes_need_constant_memory():
    code = """
import os, resource, sys
from bids.sealing import Slot, StreamSealer, new_tender_secret, open_sealed_into
def peak():
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return rss / (2**20 if sys.platform == "darwin" else 2**10)
def turn(megabytes):
    with open("sealed", "wb") as out:
        sealer = StreamSealer(slot, key.recipient, out)
        for _ in range(megabytes * 4):
            sealer.write(block)
        sealer.close()
    with open("sealed", "rb") as source, open(os.devnull, "wb") as out:
        open_sealed_into(key.secret, source, out, slot, megabytes << 20)
slot, key, block = Slot("t", "1", "single", "c", "d", "o"), new_tender_secret(), os.urandom(1 << 18)
turn(2)
before = peak()
turn(20)
print(peak() - before)
"""
    with tempfile.TemporaryDirectory() as folder:
        answer = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=folder,
            env={**os.environ, "PYTHONPATH": os.getcwd()},
        )  # fmt: skip
    assert float(answer.stdout) < 8


@given(st.integers(0, 2**45))
def test_padding_costs_at_most_twelve_percent_and_is_stable(length):
    padded = padme(length)
    assert length <= padded <= length * 1.12
    assert padme(padded) == padded


@given(st.integers(2, 2**20))
def test_padded_lengths_are_few(length):
    padded = padme(length)
    exponent = padded.bit_length() - 1
    assert padded % (1 << (exponent - exponent.bit_length())) == 0


def test_documents_of_nearly_the_same_size_look_the_same(key, slot):
    sealed = [seal_bytes(slot, bytes(size), key.recipient) for size in range(100_400, 102_200, 100)]
    assert len({chunks_of(data) for data in sealed}) == 1  # the header's length varies at random


def test_a_slot_comes_back_from_the_json_the_platform_gives(slot):
    line = {"company": "c1", "draft": "d1", "envelope": "single", "lot": "1", "object": "o1", "tender": "t1", "v": 1}
    assert Slot.from_json(line) == slot
    assert slot.line() == (
        b'{"company":"c1","draft":"d1","envelope":"single","lot":"1","object":"o1","tender":"t1","v":1}\n'
    )
    for bad in ({}, {**line, "v": 2}, {**line, "extra": "x"}, {**line, "lot": 1}, {**line, "lot": ""}):
        with pytest.raises(SealingError, match="slot"):
            Slot.from_json(bad)
    with pytest.raises(SealingError, match="slot"):
        replace(slot, lot="e\u0301").line()
