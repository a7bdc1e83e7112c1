"""The audit chain: every change, gap or swap is found at its place."""

import json

import pytest

from accounts.evidence import (
    GENESIS,
    Broken,
    CanonicalError,
    canonical_bytes,
    chain_event,
    event_hash,
    head_leaf,
    verify_chain,
)


@pytest.fixture
def chain():
    events, prev = [], GENESIS
    for seq in range(1, 7):
        body, prev = chain_event(prev, seq, {"verb": "bid.received", "actor": f"u:{seq}"})
        events.append((seq, body, prev))
    return events


def test_a_whole_chain_is_whole(chain):
    assert verify_chain(chain) is None
    assert verify_chain([]) is None


def test_a_chain_can_be_checked_from_a_known_good_head_on(chain):
    assert verify_chain(chain[3:], first_seq=4, first_prev=chain[2][2]) is None
    assert verify_chain(chain[3:], first_seq=4, first_prev=chain[1][2]) == Broken(4, "prev")


def test_a_changed_event_is_found_at_its_position(chain):
    seq, body, stored = chain[2]
    chain[2] = (seq, body.replace("u:3", "u:9"), stored)
    assert verify_chain(chain) == Broken(3, "hash")


def test_a_changed_event_with_a_new_hash_breaks_the_next_link(chain):
    body = chain[2][1].replace("u:3", "u:9")
    chain[2] = (3, body, event_hash(body))
    assert verify_chain(chain) == Broken(4, "prev")


def test_a_removed_event_is_a_gap(chain):
    del chain[2]
    assert verify_chain(chain) == Broken(3, "gap")


def test_renumbered_rows_after_a_removal_are_still_a_gap(chain):
    shorter = [(seq, body, stored) for seq, (_, body, stored) in enumerate(chain[:2] + chain[3:], 1)]
    assert verify_chain(shorter) == Broken(3, "gap")


def test_an_event_in_another_spelling_is_not_canonical(chain):
    loose = json.dumps(json.loads(chain[1][1]))
    chain[1] = (2, loose, event_hash(loose))
    assert verify_chain(chain) == Broken(2, "canonical")


def test_two_events_in_exchanged_places_are_found(chain):
    chain[1], chain[2] = chain[2], chain[1]
    assert verify_chain(chain) == Broken(2, "gap")


def test_a_body_that_is_no_event_is_not_canonical():
    body = canonical_bytes(["seq", 1]).decode()
    assert verify_chain([(1, body, event_hash(body))]) == Broken(1, "canonical")


def test_the_caller_cannot_set_the_fields_of_the_chain():
    with pytest.raises(ValueError, match="seq"):
        chain_event(GENESIS, 1, {"seq": 7})
    with pytest.raises(ValueError, match="starts at 1"):
        chain_event(GENESIS, 0, {})
    with pytest.raises(CanonicalError, match=r"\$\.data"):
        chain_event(GENESIS, 1, {"data": None})


def test_head_leaves_of_a_quiet_and_a_busy_chain_look_alike(chain):
    quiet = head_leaf("t1", "2026-11-22T10:10:00.000000Z", b"n" * 32, 0, GENESIS)
    busy = head_leaf("t1", "2026-11-22T10:10:00.000000Z", b"m" * 32, 6, chain[-1][2])
    assert len(quiet) == len(busy)
    assert json.loads(quiet)["commit"] != json.loads(busy)["commit"]
    assert head_leaf("t1", "t", b"n" * 32, 5, GENESIS) != head_leaf("t1", "t", b"n" * 32, 6, GENESIS)
    with pytest.raises(ValueError, match="32 bytes"):
        head_leaf("t1", "t", b"short", 0, GENESIS)
