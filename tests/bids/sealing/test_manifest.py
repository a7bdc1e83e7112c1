"""The manifest tells what a bid consists of; a malformed one is an integrity failure, not a crash."""

import io
import json
from dataclasses import replace

import pytest

from accounts.evidence import CanonicalError
from bids.sealing import (
    FileEntry,
    IntegrityError,
    Manifest,
    SealingError,
    Slot,
    new_tender_secret,
    open_manifest,
    padme,
    seal_bytes,
    seal_manifest,
)
from bids.sealing.age import encrypt_stream

ENTRY = FileEntry("o1", "Konzept Bürgerbüro.pdf", "concept", 48211, "a" * 64, "b" * 64)
MANIFEST = Manifest(
    declarant="Anna Beispiel",
    files=(ENTRY,),
    content={"lots": [{"lot": "1", "unit_prices": [{"ref": "1.1", "net": "1250.00"}]}]},
    statements={"text_form": True, "conflict_of_interest": "none"},
    tender_documents_version=3,
)


@pytest.fixture(scope="module")
def key():
    return new_tender_secret()


def test_a_manifest_comes_back_from_its_sealed_object(key, slot):
    assert open_manifest(key.secret, seal_manifest(MANIFEST, slot, key.recipient)) == (slot, MANIFEST)


def test_a_manifest_of_one_version_says_so_in_its_line_and_inside(key, slot):
    place, manifest = replace(slot, version="2", edition="3"), replace(MANIFEST, bid_version=2)
    assert b'"v":2,"version":"2"}' in place.line()
    assert open_manifest(key.secret, seal_manifest(manifest, place, key.recipient)) == (place, manifest)


def test_a_manifest_sealed_before_versions_were_named_is_read_as_it_is(key, slot):
    text = MANIFEST.to_bytes().decode()
    assert "bid_version" not in text
    assert b"version" not in slot.line()
    assert open_manifest(key.secret, seal_bytes(slot, text.encode(), key.recipient)) == (slot, MANIFEST)


@pytest.mark.parametrize(
    "line",
    [b"", b"{}", b"[]", b"no json", b'"text"', b'{"v":1}'],
)
def test_a_manifest_whose_line_names_no_place_is_refused(key, line):
    plain = line + b"\n" + MANIFEST.to_bytes()
    out = io.BytesIO()
    encrypt_stream(io.BytesIO(plain + bytes(padme(len(plain)) - len(plain))), out, key.recipient)
    with pytest.raises(IntegrityError) as failure:
        open_manifest(key.secret, out.getvalue())
    assert failure.value.code == "foreign_slot"


@pytest.mark.parametrize(
    "change",
    [{"v": 1}, {"v": 3}, {"version": ""}, {"edition": ""}, {"version": 2}, {"more": "x"}],
)
def test_a_place_with_odd_fields_is_none(slot, change):
    body = replace(slot, version="2", edition="3").to_json()
    with pytest.raises(SealingError):
        Slot.from_json({**body, **change})


def test_names_and_prices_are_not_visible_in_the_sealed_object(key, slot):
    sealed = seal_manifest(MANIFEST, slot, key.recipient)
    assert b"Konzept" not in sealed
    assert b"1250.00" not in sealed


def test_a_manifest_of_another_place_names_that_place(key, slot):
    other = replace(slot, company="c2")
    place, _manifest = open_manifest(key.secret, seal_manifest(MANIFEST, other, key.recipient))
    assert place == other != slot


def test_a_manifest_with_wrong_padding_is_refused(key, slot):
    with pytest.raises(IntegrityError) as failure:
        open_manifest(key.secret, seal_bytes(slot, MANIFEST.to_bytes() + bytes(500), key.recipient))
    assert failure.value.code == "size"


def test_a_manifest_too_large_for_the_submit_request_is_refused(key, slot):
    with pytest.raises(SealingError, match="1 MiB"):
        seal_manifest(replace(MANIFEST, content={"x": "y" * (1 << 20)}), slot, key.recipient)


def test_a_number_in_the_content_that_is_no_integer_is_named_by_its_path():
    with pytest.raises(CanonicalError, match=r"\$\.content\.price"):
        replace(MANIFEST, content={"price": 1.5}).to_bytes()


@pytest.mark.parametrize(
    "change",
    [{"v": 2}, {"v": 2, "bid_version": 0}, {"v": 2, "bid_version": "1"}, {"bid_version": 1}, {"extra": 1},
     {"files": {}}, {"files": [{}]}, {"files": [1]}, {"content": []}, {"declarant": 1},
     {"tender_documents_version": "3"}, {"statements": "none"}],
)  # fmt: skip
def test_a_manifest_with_odd_fields_is_an_integrity_failure(change):
    value = {**json.loads(MANIFEST.to_bytes()), **change}
    with pytest.raises(IntegrityError) as failure:
        Manifest.from_bytes(json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())
    assert failure.value.code == "manifest"


@pytest.mark.parametrize("data", [b"", b"[]", b"not json", b'{"v":1}', b"\xff"])
def test_bytes_that_are_no_manifest_are_an_integrity_failure(data):
    with pytest.raises(IntegrityError):
        Manifest.from_bytes(data)


@pytest.mark.parametrize(
    "change",
    [{"name": ""}, {"object": ""}, {"size": -1}, {"size": True}, {"size": "1"}, {"sha256_plain": "A" * 64},
     {"sha256_cipher": "abc"}],
)  # fmt: skip
def test_a_file_entry_with_an_odd_field_is_refused(change):
    with pytest.raises(SealingError):
        replace(ENTRY, **change)


def test_two_entries_for_one_object_are_refused():
    with pytest.raises(SealingError, match="same object"):
        replace(MANIFEST, files=(ENTRY, ENTRY))
