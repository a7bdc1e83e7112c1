"""The platform's keys: where they lie, whether they can be read, and the public part anyone may check receipts with."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings

from accounts.evidence import load_or_create_signing_key, verifier_key

RECEIPT_ORIGIN: Final = "zuschlag"
CHECKPOINT_ORIGIN: Final = "zuschlag-audit"


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A key file: what it is for, where it lies, whether it exists yet."""

    name: str
    purpose: str
    path: Path

    @property
    def exists(self) -> bool:
        return self.path.exists()


def key_files() -> list[KeyFile]:
    """The files an operator must keep safe, apart from database and storage."""
    return [
        KeyFile("SIGNING_KEY_FILE", "signs receipts and checkpoints", settings.SIGNING_KEY_FILE),
        KeyFile("PLATFORM_KEY_FILE", "holds back the platform's share of every seal", settings.PLATFORM_KEY_FILE),
        KeyFile("STORE_KEY_FILE", "encrypts drafts and opened files", settings.STORE_KEY_FILE),
    ]


def verifier_keys() -> list[str]:
    """Our public keys in the form signed notes are checked with, for receipts and for checkpoints."""
    key = load_or_create_signing_key(settings.SIGNING_KEY_FILE)
    return [verifier_key(key, name) for name in (RECEIPT_ORIGIN, CHECKPOINT_ORIGIN)]
