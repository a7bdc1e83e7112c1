"""Opener keys: an X25519 pair used for pieces only; the secret rests in an age file under a pass sentence."""

import unicodedata
from dataclasses import dataclass
from typing import Final

from accounts.evidence import CanonicalError, canonical_bytes, parse_canonical
from bids.sealing.age import decrypt_with_passphrase
from bids.sealing.errors import SealingError
from bids.sealing.passphrase_file import encrypt_with_passphrase
from bids.sealing.wrapping import decode, encode, new_keypair, public_of

_TYPE: Final = "zuschlag.opener-secret"


@dataclass(frozen=True)
class OpenerSecret:
    """An opener's id and raw 32-byte secret key."""

    id: str
    secret: bytes

    def __repr__(self) -> str:
        return f"OpenerSecret(id={self.id!r})"  # a traceback must not print the secret

    @property
    def public(self) -> str:
        """Base64 public key."""
        return public_of(self.secret)

    def to_json(self) -> bytes:
        """Canonical JSON, the content of a locked key file."""
        body = {"id": self.id, "kem": "x25519", "secret": encode(self.secret), "type": _TYPE, "v": 1}
        return canonical_bytes(body)

    @classmethod
    def from_json(cls, data: bytes) -> "OpenerSecret":
        """The secret of its canonical JSON, else SealingError."""
        try:
            body = parse_canonical(data)
        except CanonicalError as error:
            raise SealingError("not an opener key") from error
        if not isinstance(body, dict) or (body.get("type"), body.get("kem"), body.get("v")) != (_TYPE, "x25519", 1):
            raise SealingError("not an opener key")
        identifier, secret = body.get("id"), body.get("secret")
        if not isinstance(identifier, str) or not isinstance(secret, str):
            raise SealingError("not an opener key")
        public_of(raw := decode(secret, "opener key"))
        return cls(identifier, raw)


def new_opener_key(opener_id: str) -> tuple[str, OpenerSecret]:
    """(base64 public key, secret) of a fresh key."""
    public, secret = new_keypair()
    return public, OpenerSecret(opener_id, secret)


def lock_opener_key(secret: OpenerSecret, pass_sentence: str, work_factor: int = 18) -> bytes:
    """The age passphrase file of the secret. Below 18 the sentence is guessed too fast: for demo and tests only."""
    return encrypt_with_passphrase(secret.to_json(), normalized_sentence(pass_sentence), work_factor)


def unlock_opener_key(locked: bytes, pass_sentence: str) -> OpenerSecret:
    """The secret of a locked key file; WrongPassSentence when the sentence does not fit."""
    return OpenerSecret.from_json(decrypt_with_passphrase(locked, normalized_sentence(pass_sentence)))


def normalized_sentence(sentence: str) -> str:
    """Unicode normal form C, single spaces: what a hand types must not depend on keyboard or line end."""
    return " ".join(unicodedata.normalize("NFC", sentence).split())
