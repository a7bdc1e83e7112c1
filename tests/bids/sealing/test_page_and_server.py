"""What an opener's page makes, the server reads, and the other way round: key files, pieces, releases."""

import base64

import pytest

from bids.sealing import (
    OpenerSecret,
    Piece,
    ReleasedPiece,
    accept_release,
    lock_opener_key,
    new_keypair,
    new_opener_key,
    open_piece,
    recover_secret,
    unlock_opener_key,
    unwrap_clock_share,
    whole_subset,
    wrap,
)
from tests.bids.sealing import worker
from tests.bids.sealing.worker import WorkerFault

SENTENCE = "Apfelturm brotkorb  regenhut mondstühle waldkanne flusslampe"
FAST = 4


@pytest.fixture(scope="module")
def page():
    with worker.running() as running:
        yield running


def locked(secret: OpenerSecret, sentence: str = SENTENCE) -> str:
    return base64.b64encode(lock_opener_key(secret, sentence, FAST)).decode()


def test_the_server_opens_a_key_the_page_made(page):
    made = page.ask("createKey", opener="41", sentence=SENTENCE, workFactor=FAST)
    secret = unlock_opener_key(base64.b64decode(made["locked"]), SENTENCE)
    assert (secret.id, secret.public) == ("41", made["public"])


def test_the_page_opens_a_key_the_server_made_and_proves_it(page):
    public, raw = new_keypair()
    info = {"opener": "41", "what": "trial"}
    challenge = base64.b64encode(wrap(b"a challenge", public, info)).decode()
    args = {"locked": locked(OpenerSecret("41", raw)), "opener": "41", "challenge": challenge, "info": info}
    typed = " ".join(SENTENCE.split()) + "\n"
    assert base64.b64decode(page.ask("prove", sentence=typed, **args)) == b"a challenge"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"sentence": "another sentence of six whole words"}, "sentence"),
        ({"locked": "bm8ga2V5IGZpbGU="}, "file"),
        ({"locked": "%%%"}, "file"),
        ({"opener": "42"}, "owner"),
    ],
)
def test_the_page_says_what_does_not_fit(page, tender, change, code):
    args = {"locked": locked(tender.openers["anna"]), "sentence": SENTENCE, "opener": "anna", "pieces": []}
    with pytest.raises(WorkerFault) as caught:
        page.ask("check", **{**args, **change})
    assert caught.value.code == code


def released(page, tender, name, session, public):
    pieces = [piece.to_json() for piece in tender.split.pieces]
    handed = page.ask(
        "release", locked=locked(tender.openers[name]), sentence=SENTENCE, opener=name, pieces=pieces,
        session=session, session_public=public,
    )  # fmt: skip
    return [ReleasedPiece.from_json(item) for item in handed]


def test_in_a_rehearsal_a_page_hands_over_nothing_of_a_tender(page, tender):
    public, _secret = new_keypair()
    args = {
        "locked": locked(tender.openers["anna"]), "sentence": SENTENCE, "opener": "anna", "session": "s",
        "session_public": public,
    }  # fmt: skip
    pieces = [piece.to_json() for piece in tender.split.pieces]
    with pytest.raises(WorkerFault) as caught:
        page.ask("rehearse", pieces=pieces, **args)
    assert caught.value.code == "piece"


def test_two_pages_release_and_the_server_opens_after_the_deadline(page, tender):
    public, secret = new_keypair()
    opened = []
    for name in ("clara", "anna"):
        handed = released(page, tender, name, "s1", public)
        opened += accept_release(handed, tender.split.pieces, name, session="s1", session_secret=secret)
    share = unwrap_clock_share(tender.split.clock_platform, tender.platform_secret, tender="t1", generation=1)
    assert recover_secret(whole_subset(opened), share, tender.split.recipient) == tender.secret


def test_the_page_counts_good_pieces_and_refuses_a_changed_one(page, tender):
    pieces = [piece.to_json() for piece in tender.split.pieces]
    args = {"locked": locked(tender.openers["bernd"]), "sentence": SENTENCE, "opener": "bernd"}
    assert page.ask("check", pieces=pieces, **args) == 3
    for change in ({"commit": "0" * 64}, {"generation": 2}):
        with pytest.raises(WorkerFault) as caught:
            page.ask("check", pieces=[{**piece, **change} for piece in pieces], **args)
        assert caught.value.code == "piece"


def test_nothing_the_page_sends_holds_the_sentence_or_a_plain_piece(page, tender):
    public, _secret = new_keypair()
    handed = str([item.to_json() for item in released(page, tender, "anna", "s1", public)])
    made = str(page.ask("createKey", opener="41", sentence=SENTENCE, workFactor=FAST))
    assert "Apfelturm" not in handed + made
    assert all(Piece.from_json(piece.to_json()).ct not in handed for piece in tender.split.pieces)


def test_the_page_makes_pieces_for_a_new_opener_and_the_server_opens_with_them(page, tender):
    """As bids.sealing.handover does; nothing comes out when a helper's piece is not the committed one."""
    session, (public, secret) = "handover:1", new_opener_key("dora")
    stored = [piece.to_json() for piece in tender.split.pieces]
    handed = page.ask(
        "release", locked=locked(tender.openers["bernd"]), sentence=SENTENCE, opener="bernd", pieces=stored,
        session=session, session_public=tender.openers["anna"].public,
    )  # fmt: skip
    commits = {(piece["opener"], str(piece["subset"])): piece["commit"] for piece in stored}
    with_commits = [{**one, "commit": commits[one["opener"], str(one["subset"])]} for one in handed]
    seal = {
        "tender": "t1", "generation": 1, "needed": 2, "handed": with_commits,
        "pieces": [piece for piece in stored if piece["opener"] == "anna"],
        "openers": {name: one.public for name, one in tender.openers.items()} | {"dora": public},
    }  # fmt: skip
    args = {"locked": locked(tender.openers["anna"]), "sentence": SENTENCE, "opener": "anna", "session": session}
    made = [Piece.from_json(one) for one in page.ask("handover", newcomer="dora", seals=[seal], **args)]
    assert sorted(piece.subset for piece in made if piece.opener == "dora") == [
        ("anna", "dora"), ("bernd", "dora"), ("clara", "dora"), ("dora", "recovery"),
    ]  # fmt: skip
    pair = [piece for piece in made if piece.subset == ("clara", "dora")]
    keys = {"clara": tender.openers["clara"].secret, "dora": secret.secret}
    opened = [open_piece(piece, keys[piece.opener]) for piece in pair]
    share = unwrap_clock_share(tender.split.clock_platform, tender.platform_secret, tender="t1", generation=1)
    assert recover_secret(opened, share, tender.split.recipient) == tender.secret
    spoiled = {**seal, "handed": [{**one, "commit": "0" * 64} for one in with_commits]}
    with pytest.raises(WorkerFault) as caught:
        page.ask("handover", newcomer="dora", seals=[spoiled], **args)
    assert caught.value.code == "piece"
