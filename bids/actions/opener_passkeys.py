"""A passkey as a second lock of the own opening key: added with the pass sentence, never in its place.

Made and used in the owner's browser. The server keeps one more locked file and learns nothing that opens it.
"""

import base64
import binascii
from typing import Final

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, clock
from accounts.decision import refuse
from accounts.models import OpenerPasskey, User
from bids import keys
from bids.actions.opener_keys import LARGEST_FILE, check_proof, own_key

LONGEST_ID: Final = 1_023  # bytes of a credential id, WebAuthn level 2
_AGE: Final = b"age-encryption.org/v1\n-> age-encryption.org/fido2prf "


def add_passkey(*, actor: User, proof: str, credential: str, locked: str) -> OpenerPasskey:
    """Keeps the own key locked under a passkey, too. `proof` is the opened challenge: the sentence was known.

    `credential` and `locked` are base64. Http404 without a key; refused beside another passkey or without the proof.
    """
    file, identifier = _file(locked), _credential(credential)
    with audit.in_transaction():
        User.objects.select_for_update(of=("self",), no_key=True).get(pk=actor.pk)
        key = own_key(actor)
        check_proof(key, proof)
        if OpenerPasskey.objects.filter(key=key).exists():
            refuse("passkey_exists", gettext_lazy("Your key has a passkey already. Remove that one first."))
        now = clock.now()
        passkey = OpenerPasskey(key=key, credential=identifier, locked=file, added_at=now)
        passkey.full_clean()
        passkey.save()
        audit.record(keys.PLATFORM_CHAIN, "opener_key.passkey_added", actor=actor, at=now, subject=f"user:{actor.pk}",
                     data={"public": key.public})  # fmt: skip
    return passkey


def remove_passkey(*, actor: User) -> None:
    """Forgets the file under the passkey; the key and its file under the pass sentence stay. Http404 without one."""
    with audit.in_transaction():
        key = own_key(actor)
        passkey = OpenerPasskey.objects.select_for_update(of=("self",)).filter(key=key).first()
        if passkey is None:
            raise Http404
        passkey.delete()
        audit.record(keys.PLATFORM_CHAIN, "opener_key.passkey_removed", actor=actor, at=clock.now(),
                     subject=f"user:{actor.pk}", data={"public": key.public})  # fmt: skip


def _file(text: str) -> bytes:
    file = _decoded(text)
    if not file.startswith(_AGE) or len(file) > LARGEST_FILE:
        raise ValidationError({"locked": [_("This is no key locked under a passkey. Please add the passkey again.")]})
    return file


def _credential(text: str) -> str:
    if not 1 <= len(_decoded(text)) <= LONGEST_ID:
        raise ValidationError({"credential": [_("This is no passkey. Please add the passkey again.")]})
    return text


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
