"""Two of four openers and the clock together open; nobody else does, and a wrong piece names its sender."""

import itertools
import json
from dataclasses import replace

import pytest

from bids.sealing import (
    OpenedPiece,
    Piece,
    ReleasedPiece,
    SealingError,
    WrongPiece,
    accept_release,
    check_pieces,
    new_keypair,
    new_opener_key,
    new_tender_secret,
    open_piece,
    recover_secret,
    release_pieces,
    rewrap_clock_share,
    split_secret,
    unwrap_clock_share,
    whole_subset,
)

NAMES = ("anna", "bernd", "clara", "recovery")


def clock_share(tender):
    return unwrap_clock_share(tender.split.clock_platform, tender.platform_secret, tender="t1", generation=1)


def opened(tender, name, subset):
    piece = next(p for p in tender.split.pieces if p.opener == name and p.subset == subset)
    return open_piece(piece, tender.openers[name].secret)


@pytest.mark.parametrize("pair", list(itertools.combinations(NAMES, 2)))
def test_each_pair_of_openers_opens_with_the_clock_share(tender, pair):
    pieces = [opened(tender, name, pair) for name in pair]
    assert recover_secret(pieces, clock_share(tender), tender.split.recipient) == tender.secret


def test_the_escrow_key_also_gives_the_clock_share(tender):
    share = unwrap_clock_share(tender.split.clock_escrow, tender.escrow_secret, tender="t1", generation=1)
    assert share == clock_share(tender)


@pytest.mark.parametrize(
    "hand_over",
    [
        pytest.param(lambda t: ([], clock_share(t)), id="server alone"),
        pytest.param(lambda t: ([opened(t, "anna", ("anna", "bernd"))], clock_share(t)), id="one opener and server"),
        pytest.param(
            lambda t: ([opened(t, n, ("anna", "bernd")) for n in ("anna", "bernd")], bytes(74)),
            id="two openers before the deadline",
        ),
        pytest.param(
            lambda t: ([opened(t, "anna", ("anna", "bernd")), opened(t, "clara", ("bernd", "clara"))], clock_share(t)),
            id="two pieces of different groups",
        ),
        pytest.param(
            lambda t: ([opened(t, "anna", ("anna", "bernd"))] * 2, clock_share(t)), id="one opener twice"
        ),
        pytest.param(
            lambda t: ([opened(t, n, ("anna", "bernd")) for n in ("anna", "bernd")], b"short"), id="cut clock share"
        ),
    ],
)  # fmt: skip
def test_a_forbidden_combination_does_not_open(tender, hand_over):
    pieces, share = hand_over(tender)
    with pytest.raises(SealingError):
        recover_secret(pieces, share, tender.split.recipient)


def test_what_is_stored_holds_no_secret(tender):
    dump = json.dumps([piece.to_json() for piece in tender.split.pieces]).encode()
    dump += tender.split.clock_platform + tender.split.clock_escrow + repr(tender.secret).encode()
    assert tender.secret.secret not in dump
    assert b"AGE-SECRET-KEY" not in dump
    assert len(tender.split.pieces) == 12


def test_a_false_piece_names_its_opener(tender):
    pair = ("anna", "bernd")
    good, own = opened(tender, "anna", pair), opened(tender, "bernd", pair)
    false = OpenedPiece(own.piece, bytes(74))
    with pytest.raises(WrongPiece) as wrong:
        recover_secret([good, false], clock_share(tender), tender.split.recipient)
    assert wrong.value.opener_id == "bernd"


def test_another_tender_key_is_not_taken_for_the_published_one(tender):
    pair = ("anna", "bernd")
    pieces = [opened(tender, name, pair) for name in pair]
    with pytest.raises(SealingError, match="published"):
        recover_secret(pieces, clock_share(tender), new_tender_secret().recipient)


def test_an_opener_cannot_open_the_piece_of_another(tender):
    piece = next(p for p in tender.split.pieces if p.opener == "anna")
    with pytest.raises(SealingError):
        open_piece(piece, tender.openers["bernd"].secret)


@pytest.mark.parametrize(
    "change",
    [{"tender": "t2"}, {"generation": 2}, {"opener": "bernd"}, {"subset": ("anna", "clara")}, {"ct": "AAAA"},
     {"enc": "AAAA"}, {"enc": "*"}],
)  # fmt: skip
def test_a_piece_opens_only_in_its_own_place(tender, change):
    piece = next(p for p in tender.split.pieces if p.opener == "anna" and p.subset == ("anna", "bernd"))
    with pytest.raises(SealingError):
        open_piece(replace(piece, **change), tender.openers["anna"].secret)


def test_a_changed_commitment_is_noticed(tender):
    piece = next(p for p in tender.split.pieces if p.opener == "anna")
    with pytest.raises(WrongPiece, match="anna"):
        open_piece(replace(piece, commit="0" * 64), tender.openers["anna"].secret)


def test_the_clock_share_of_another_tender_or_generation_does_not_unwrap(tender):
    for place in ({"tender": "t2", "generation": 1}, {"tender": "t1", "generation": 2}):
        with pytest.raises(SealingError):
            unwrap_clock_share(tender.split.clock_platform, tender.platform_secret, **place)


def test_rotation_moves_the_clock_share_to_the_new_platform_key(tender):
    public, secret = new_keypair()
    place = {"tender": "t1", "generation": 1}
    moved = rewrap_clock_share(tender.split.clock_platform, tender.platform_secret, public, **place)
    assert unwrap_clock_share(moved, secret, **place) == clock_share(tender)
    with pytest.raises(SealingError):
        unwrap_clock_share(moved, tender.platform_secret, **place)


def test_openers_hand_their_pieces_to_the_session_and_the_tender_opens(tender):
    public, secret = new_keypair()
    stored = [Piece.from_json(json.loads(json.dumps(piece.to_json()))) for piece in tender.split.pieces]
    handed = []
    for name in ("recovery", "bernd"):
        key = tender.openers[name].secret
        sent = [p.to_json() for p in release_pieces(stored, name, key, session="s1", session_public=public)]
        received = [ReleasedPiece.from_json(item) for item in sent]
        assert len(received) == 3
        assert whole_subset(handed) is None
        handed += accept_release(received, stored, name, session="s1", session_secret=secret)
    share = clock_share(tender)
    assert recover_secret(whole_subset(handed), share, tender.split.recipient) == tender.secret


def test_pieces_of_another_session_or_opener_are_not_accepted(tender):
    public, secret = new_keypair()
    pieces = tender.split.pieces
    sent = release_pieces(pieces, "anna", tender.openers["anna"].secret, session="s1", session_public=public)
    with pytest.raises(SealingError):
        accept_release(sent, pieces, "anna", session="s2", session_secret=secret)
    with pytest.raises(SealingError, match="not theirs"):
        accept_release(sent, pieces, "bernd", session="s1", session_secret=secret)
    with pytest.raises(SealingError, match="no piece"):
        release_pieces(pieces, "nobody", secret, session="s1", session_public=public)


def test_checking_the_seal_counts_the_own_pieces(tender):
    assert check_pieces(tender.split.pieces, "anna", tender.openers["anna"].secret) == 3
    with pytest.raises(SealingError):
        check_pieces(tender.split.pieces, "anna", tender.openers["bernd"].secret)


@pytest.mark.parametrize(("n", "k"), [(2, 1), (1, 2), (3, 4), (9, 2)])
def test_a_group_that_one_person_could_open_for_or_that_is_too_large_is_refused(n, k):
    openers = {f"o{number}": new_opener_key("x")[0] for number in range(n)}
    with pytest.raises(SealingError, match="at least two"):
        split_secret(
            new_tender_secret(), tender="t", generation=1, openers=openers, k=k, platform_public=new_keypair()[0]
        )


@pytest.mark.parametrize(("n", "k", "count"), [(3, 2, 6), (5, 3, 30), (2, 2, 2)])
def test_other_group_sizes_open_too(n, k, count):
    keys = {f"o{number}": new_opener_key(f"o{number}") for number in range(n)}
    public, platform_secret = new_keypair()
    secret = new_tender_secret()
    split = split_secret(
        secret,
        tender="t",
        generation=1,
        openers={name: key[0] for name, key in keys.items()},
        k=k,
        platform_public=public,
    )
    assert len(split.pieces) == count
    assert split.clock_escrow is None
    pieces = [open_piece(p, keys[p.opener][1].secret) for p in split.pieces]
    share = unwrap_clock_share(split.clock_platform, platform_secret, tender="t", generation=1)
    assert recover_secret(whole_subset(pieces), share, split.recipient) == secret


def test_two_openers_may_not_share_a_key():
    public, _ = new_opener_key("anna")
    with pytest.raises(SealingError, match="share one key"):
        split_secret(
            new_tender_secret(),
            tender="t",
            generation=1,
            openers={"anna": public, "bernd": public},
            k=2,
            platform_public=public,
        )


@pytest.mark.parametrize("bad", ["", "AAAA", "not base64!", "A" * 43 + "="])
def test_an_opener_without_a_usable_key_is_refused(bad):
    with pytest.raises(SealingError):
        split_secret(
            new_tender_secret(),
            tender="t",
            generation=1,
            openers={"anna": new_opener_key("anna")[0], "bernd": bad},
            k=2,
            platform_public=new_keypair()[0],
        )


@pytest.mark.parametrize("field", ["tender", "generation", "subset", "opener", "enc", "ct", "commit", "v"])
def test_a_stored_piece_with_a_missing_or_odd_field_is_refused(tender, field):
    stored = tender.split.pieces[0].to_json()
    for bad in ({k: v for k, v in stored.items() if k != field}, {**stored, field: None}):
        with pytest.raises(SealingError):
            Piece.from_json(bad)


def test_a_released_piece_with_an_odd_field_is_refused():
    for bad in ({}, {"opener": 1, "subset": [], "wrapped": ""}, {"opener": "a", "subset": None, "wrapped": ""}):
        with pytest.raises(SealingError):
            ReleasedPiece.from_json(bad)
