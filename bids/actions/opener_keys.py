"""Keys that openers make, try and report lost. The secret and its sentence stay in the owner's browser.

A reset password, another e-mail or another role changes nothing here: no act of anybody else opens or renews a key.
"""

import base64
import binascii
import hmac
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, clock, outbox
from accounts.decision import refuse
from accounts.holders import groups_of
from accounts.models import OpenerKey, OpenerPasskey, OpeningGroup, User
from bids import keys
from bids.actions.opening_access import ASSISTED_OFF
from bids.models import SealPiece
from bids.sealing import SealingError, WrongPassSentence, wrap
from bids.sealing.wrapping import decode

LARGEST_FILE: Final = 4_096  # bytes of a locked key
_AGE: Final = b"age-encryption.org/v1\n-> scrypt "
_TRIAL: Final = b"the key works"


def store_opener_key(*, actor: User, public: str, locked: str) -> OpenerKey:
    """A key the person has made in the own browser: base64 public key and base64 age file. ValidationError otherwise.

    Refused while a key is in use: running tenders need it.
    """
    file = _locked_file(locked)
    with audit.in_transaction():
        User.objects.select_for_update(of=("self",), no_key=True).get(pk=actor.pk)
        if OpenerKey.objects.own().filter(user=actor).exists():
            refuse("key_exists", gettext_lazy("You have an opening key already. Running tenders still need it."))
        key = _new(actor, public, file)
        audit.record(keys.PLATFORM_CHAIN, "opener_key.created", actor=actor, at=key.created_at,
                     subject=f"user:{actor.pk}", data={"public": key.public, "made_at": "browser"})  # fmt: skip
    return key


def challenge(key: OpenerKey) -> dict[str, Any]:
    """What the owner's browser has to open to prove that the key works: {"challenge", "info"}, fresh on each page."""
    info = {"opener": key.identifier, "what": "trial"}
    return {"challenge": base64.b64encode(wrap(_answer(key), key.public, info)).decode(), "info": info}


def try_opener_key(*, actor: User, proof: str) -> OpenerKey:
    """Notes that the key works: `proof` is the opened challenge. Refused when it is not."""
    with audit.in_transaction():
        key = own_key(actor)
        check_proof(key, proof)
        return _tried(key, actor)


def try_opener_key_assisted(*, actor: User, pass_sentence: str) -> OpenerKey:
    """As `try_opener_key` without JavaScript: the sentence goes to the server for this once, where that is allowed."""
    if not any(keys.assisted_allowed(group.organization) for group in groups_of(actor).select_related("organization")):
        refuse("assisted_off", ASSISTED_OFF)
    key = own_key(actor)
    try:
        keys.unlock(key, pass_sentence)
    except WrongPassSentence:
        text = _("This pass sentence does not fit your opening key.")
        raise ValidationError({"pass_sentence": [text]}) from None
    with audit.in_transaction():
        key = own_key(actor)
        key.assisted_at = clock.now()
        return _tried(key, actor)


def report_key_lost(*, actor: User) -> OpenerKey:
    """The person's key is not used any more; the others of the group are told. A new one can be made afterwards."""
    with audit.in_transaction():
        key = own_key(actor)
        key.retired_at = now = clock.now()
        key.save(update_fields=["retired_at"])
        OpenerPasskey.objects.filter(key=key).delete()
        for group in OpeningGroup.objects.filter(members=actor).select_related("organization"):
            _tell_group(group, actor, key)
        audit.record(keys.PLATFORM_CHAIN, "opener_key.lost", actor=actor, at=now, subject=f"user:{actor.pk}",
                     data={"public": key.public})  # fmt: skip
    return key


def own_key(actor: User) -> OpenerKey:
    """The person's own key in use; Http404 without one."""
    key = OpenerKey.objects.own().filter(user=actor).first()
    if key is None:
        raise Http404
    return key


def check_proof(key: OpenerKey, proof: str) -> None:
    """Refuses unless `proof` is the opened challenge of this key."""
    try:
        given = decode(proof, "proof")
    except SealingError:
        given = b""
    if not hmac.compare_digest(given, _answer(key)):
        refuse("key_not_proven", gettext_lazy("This did not open the test. Your key was not tried."), 403)


def _answer(key: OpenerKey) -> bytes:
    """What the challenge of this key hides until it has been tried: another one after each trial."""
    about = f"{key.pk}:{key.tried_at}".encode() + _TRIAL
    return salted_hmac("opener-key-trial", about, secret=settings.SECRET_KEY, algorithm="sha256").digest()


def _tried(key: OpenerKey, actor: User) -> OpenerKey:
    key.tried_at = now = clock.now()
    key.save(update_fields=["tried_at", "assisted_at"])
    audit.record(keys.PLATFORM_CHAIN, "opener_key.tried", actor=actor, at=now, subject=f"user:{actor.pk}",
                 data={"assisted": key.assisted_at == now})  # fmt: skip
    return key


def _new(actor: User, public: str, locked: bytes) -> OpenerKey:
    now = clock.now()
    check_public(public)
    key = OpenerKey(user=actor, public=public, locked=locked, created_at=now, made_at="browser")
    key.full_clean()
    key.save()
    return key


def check_public(public: str) -> None:
    """ValidationError unless it is a base64 public key that nobody has."""
    try:
        wrap(b"", public, {"what": "trial"})
    except SealingError:
        raise ValidationError({"public": [_("This is no public key. Please make the key again.")]}) from None
    if OpenerKey.objects.filter(public=public).exists():
        raise ValidationError({"public": [_("This key is in use already. Please make a new one.")]})


def _locked_file(text: str) -> bytes:
    try:
        file = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        file = b""
    if not file.startswith(_AGE) or len(file) > LARGEST_FILE:
        raise ValidationError({"locked": [_("This is no locked key. Please make the key again.")]})
    return file


def _tell_group(group: OpeningGroup, actor: User, key: OpenerKey) -> None:
    assert key.retired_at
    running = SealPiece.objects.filter(key=key).exclude(body={}).values("seal").distinct().count()
    for member in group.members.exclude(pk=actor.pk):
        with outbox.in_language_of(member):
            outbox.tell(
                member,
                key=f"opener_key:{key.pk}:lost",
                subject=_("An opening key is lost: %(place)s") % {"place": group.organization.name},
                body=_(
                    "%(person)s cannot use the own opening key any more. Sealed tenders with a part of it: "
                    "%(running)s. Any others of the group open them; please have your own key at hand."
                )
                % {"person": actor, "running": running},
                at=key.retired_at,
                url="/account/openers/",
            )
