"""A sealed tender with four openers of whom two open, and a slot in it."""

from dataclasses import dataclass

import pytest

from bids.sealing import (
    OpenerSecret,
    Slot,
    SplitSecret,
    TenderSecret,
    new_keypair,
    new_opener_key,
    new_tender_secret,
    split_secret,
)


@dataclass
class SealedTender:
    secret: TenderSecret
    split: SplitSecret
    openers: dict[str, OpenerSecret]
    platform_secret: bytes
    escrow_secret: bytes


@pytest.fixture(scope="session")
def tender() -> SealedTender:
    keys = {name: new_opener_key(name) for name in ("anna", "bernd", "clara", "recovery")}
    platform_public, platform_secret = new_keypair()
    escrow_public, escrow_secret = new_keypair()
    secret = new_tender_secret()
    split = split_secret(
        secret,
        tender="t1",
        generation=1,
        openers={name: public for name, (public, _) in keys.items()},
        k=2,
        platform_public=platform_public,
        escrow_public=escrow_public,
    )
    return SealedTender(secret, split, {n: s for n, (_, s) in keys.items()}, platform_secret, escrow_secret)


@pytest.fixture(scope="session")
def slot() -> Slot:
    return Slot(tender="t1", lot="1", envelope="single", company="c1", draft="d1", object="o1")
