"""The store's key: opens what it encrypted, in the same place, whole or not at all."""

import io
import os
import stat

import pytest

from accounts.evidence import KeyFileError, write_new_file
from bids.sealing import IntegrityError, PlatformKey, SealingError, StoreKey

CHUNK = 1 << 18


@pytest.fixture(scope="module")
def key():
    return StoreKey(os.urandom(32))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_stored_bytes_come_back(key, size):
    data = os.urandom(size)
    stored = key.encrypt(data, "draft:d1")
    assert key.decrypt(stored, "draft:d1") == data
    assert size < 16 or data[:1000] not in stored


def test_the_same_bytes_never_look_the_same(key):
    assert key.encrypt(b"x", "draft:d1") != key.encrypt(b"x", "draft:d1")


def test_a_stored_file_moved_to_another_place_does_not_open(key):
    with pytest.raises(IntegrityError, match="of another place"):
        key.decrypt(key.encrypt(b"x", "draft:d1"), "draft:d2")


def test_another_key_does_not_open(key):
    with pytest.raises(IntegrityError):
        StoreKey(os.urandom(32)).decrypt(key.encrypt(b"x", "draft:d1"), "draft:d1")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda d: d[:-1], id="cut off"),
        pytest.param(lambda d: d[: -(CHUNK // 2 + 16)], id="last chunk dropped"),
        pytest.param(lambda d: d[:50] + d[50 + CHUNK + 16 :], id="first chunk dropped"),
        pytest.param(lambda d: d + b"x", id="trailing byte"),
        pytest.param(lambda d: d[:100] + bytes([d[100] ^ 1]) + d[101:], id="bit flip"),
        pytest.param(lambda d: b"y" + d[1:], id="other magic"),
        pytest.param(lambda d: d[:20], id="head only"),
        pytest.param(lambda d: d[:50], id="no chunk at all"),
        pytest.param(lambda d: b"", id="empty"),
    ],
)
def test_a_changed_stored_file_does_not_open(key, change):
    stored = key.encrypt(bytes(2 * CHUNK + CHUNK // 2), "opened:o1")
    with pytest.raises(IntegrityError) as failure:
        key.decrypt(change(stored), "opened:o1")
    assert failure.value.code == "damaged"


def test_a_stream_is_stored_chunk_by_chunk_and_read_the_same_way(key):
    out = io.BytesIO()
    writer = key.writer(out, "opened:o1")
    for _ in range(50):
        writer.write(b"0123456789" * 2000)
    assert out.tell() > 3 * CHUNK
    writer.close()
    writer.close()
    out.seek(0)
    chunks = list(key.read(out, "opened:o1"))
    assert max(map(len, chunks)) == CHUNK
    assert b"".join(chunks) == b"0123456789" * 100_000
    with pytest.raises(SealingError, match="closed"):
        writer.write(b"x")


def test_a_stored_file_that_was_never_closed_does_not_open(key):
    out = io.BytesIO()
    key.writer(out, "opened:o1").write(bytes(3 * CHUNK))
    with pytest.raises(IntegrityError):
        key.decrypt(out.getvalue(), "opened:o1")


@pytest.mark.parametrize("kind", [StoreKey, PlatformKey])
def test_the_servers_keys_stay_the_same_and_are_not_printed(tmp_path, kind):
    path = tmp_path / "keys" / "key"
    first = kind.load_or_create(path)
    assert kind.load_or_create(path) == kind.load(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert repr(first.secret) not in repr(first)


@pytest.mark.parametrize("kind", [StoreKey, PlatformKey])
def test_a_lost_or_foreign_key_file_is_an_error_not_a_new_key(tmp_path, kind):
    with pytest.raises(KeyFileError, match="cannot read"):
        kind.load(tmp_path / "lost")
    for number, content in enumerate((b"", b"nonsense", b"zuschlag-store-key-v1:AAAA\n", b"zuschlag-store-key-v1:*\n")):
        write_new_file(tmp_path / str(number), content)
        with pytest.raises(KeyFileError, match="holds no"):
            kind.load_or_create(tmp_path / str(number))
