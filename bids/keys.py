"""The server's keys from their files, and the opener's key pair. Nothing of these keys lies in database or storage."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import audit, clock, practice
from accounts.decision import refuse
from accounts.evidence import load_or_create_signing_key, verifier_key
from accounts.keys import RECEIPT_ORIGIN
from accounts.models import OpenerKey, Organization, User
from bids.sealing import (
    OpenerSecret,
    PlatformKey,
    StoreKey,
    WeakPassSentence,
    check_pass_sentence,
    lock_opener_key,
    new_opener_key,
    unlock_opener_key,
)

PLATFORM_CHAIN: Final = "platform"
PRACTICE_WORK_FACTOR: Final = 10


@cache
def _platform(path: Path) -> PlatformKey:
    return PlatformKey.load_or_create(path)


@cache
def _signing(path: Path) -> Ed25519PrivateKey:
    return load_or_create_signing_key(path)


@cache
def _store(path: Path) -> StoreKey:
    return StoreKey.load_or_create(path)


def platform_key() -> PlatformKey:
    """The key that clock shares and opening sessions are wrapped to; made at first use."""
    return _platform(settings.PLATFORM_KEY_FILE)


def signing_key() -> Ed25519PrivateKey:
    """The key that signs receipts; made at first use."""
    return _signing(settings.SIGNING_KEY_FILE)


def store_key() -> StoreKey:
    """The key of drafts and opened documents; made at first use."""
    return _store(settings.STORE_KEY_FILE)


def escrow_public() -> str | None:
    """Base64 public key of the offline escrow key, if the operator named a file with it."""
    path = settings.PLATFORM_ESCROW_FILE
    return path.read_text("utf-8").strip() if path else None


def printed_verifier_key() -> str:
    """The public key as notices and receipts print it."""
    return verifier_key(signing_key(), RECEIPT_ORIGIN)


def create_opener_key(*, user: User, pass_sentence: str, at: datetime | None = None) -> OpenerKey:
    """Makes the opener's key pair, locked under the sentence. Refused while a key is in use: running tenders need it.

    Raises ValidationError for a sentence that could be guessed.
    """
    try:
        sentence = check_pass_sentence(pass_sentence)
    except WeakPassSentence:
        text = _("A pass sentence has at least six different words and 24 letters.")
        raise ValidationError({"pass_sentence": [text]}) from None
    public, secret = new_opener_key(str(user.pk))
    locked = lock_opener_key(secret, sentence, work_factor())
    with audit.in_transaction():
        User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
        if OpenerKey.objects.own().filter(user=user).exists():
            refuse("key_exists", _("This person has an opening key already. Running tenders still need it."))
        now = at or clock.now()
        key = OpenerKey(user=user, public=public, locked=locked, created_at=now)
        key.full_clean()
        key.save()
        audit.record(PLATFORM_CHAIN, "opener_key.created", actor=user, at=now, subject=f"user:{user.pk}",
                     data={"public": public, "made_at": "server"})  # fmt: skip
    return key


def assisted_allowed(organization: Organization | None) -> bool:
    """Whether a pass sentence may be typed to the server: in demo and practice, or where the buyer has allowed it."""
    if settings.ASSISTED_OPENING or practice.current_run_id() is not None:
        return True
    return organization is not None and bool(organization.details.get("assisted_opening", False))


def work_factor() -> int:
    """scrypt's 2^n; the sentence of a practice stands on its page, so slow guessing would protect nothing there."""
    usual: int = settings.OPENER_KEY_WORK_FACTOR
    return usual if practice.current_run_id() is None else min(usual, PRACTICE_WORK_FACTOR)


def unlock(key: OpenerKey, pass_sentence: str) -> OpenerSecret:
    """The opener's secret; bids.sealing.WrongPassSentence when the sentence does not fit."""
    return unlock_opener_key(bytes(key.locked), pass_sentence)
