"""The key schedule of RFC 9180, base mode, written down once more from the text (sections 4 and 5), as a yardstick."""

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

KEY_LENGTH = {1: 16, 2: 32, 3: 32}
NONCE_LENGTH = 12


def _extract(salt: bytes, ikm: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), ikm, hashlib.sha256)


def _expand(prk: bytes, info: bytes, length: int) -> bytes:
    out, block, counter = b"", b"", 1
    while len(out) < length:
        block = hmac.digest(prk, block + info + bytes([counter]), hashlib.sha256)
        out, counter = out + block, counter + 1
    return out[:length]


def _labeled_extract(suite: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
    return _extract(salt, b"HPKE-v1" + suite + label + ikm)


def _labeled_expand(suite: bytes, prk: bytes, label: bytes, info: bytes, length: int) -> bytes:
    return _expand(prk, length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info, length)


def encapsulate(ephemeral: bytes, public: bytes) -> tuple[bytes, bytes]:
    """(shared secret, enc) of DHKEM(X25519, HKDF-SHA256) with this ephemeral secret key."""
    key = X25519PrivateKey.from_private_bytes(ephemeral)
    enc, suite = key.public_key().public_bytes_raw(), b"KEM" + (0x20).to_bytes(2, "big")
    prk = _labeled_extract(suite, b"", b"eae_prk", key.exchange(X25519PublicKey.from_public_bytes(public)))
    return _labeled_expand(suite, prk, b"shared_secret", enc + public, 32), enc


def key_schedule(shared: bytes, info: bytes, aead: int) -> tuple[bytes, bytes]:
    """(key, base nonce) of base mode with HKDF-SHA256 and the AEAD of this number."""
    suite = b"HPKE" + b"".join(number.to_bytes(2, "big") for number in (0x20, 1, aead))
    psk_id = _labeled_extract(suite, b"", b"psk_id_hash", b"")
    context = b"\x00" + psk_id + _labeled_extract(suite, b"", b"info_hash", info)
    secret = _labeled_extract(suite, shared, b"secret", b"")
    return (
        _labeled_expand(suite, secret, b"key", context, KEY_LENGTH[aead]),
        _labeled_expand(suite, secret, b"base_nonce", context, NONCE_LENGTH),
    )
