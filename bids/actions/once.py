"""Acts a client may repeat: same key and request, same answer; the same key for another request is refused."""

import re
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.decision import refuse
from accounts.evidence import canonical_bytes, digest
from accounts.models import IdempotencyKey, User

_KEY: Final = re.compile(r"[!-~]{1,80}", re.ASCII)


def begin(*, actor: User, key: str, act: str, request: dict[str, Any], at: datetime) -> IdempotencyKey:
    """The row of this key, inside the act's transaction. Its `answer` is empty unless the act was done before.

    A second request with the same key waits here until the first has ended.
    """
    if not _KEY.fullmatch(key):
        raise ValidationError({"idempotency_key": [_("Send a key of 1 to 80 visible ASCII characters.")]})
    fingerprint = digest("request", canonical_bytes(request))
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(
                user=actor, key=key, act=act, request_digest=fingerprint, created_at=at
            )
    except IntegrityError:
        return _earlier(actor, key, act, fingerprint)


def finish(row: IdempotencyKey, answer: dict[str, Any]) -> None:
    """Stores the answer of the act."""
    row.answer = answer
    row.save(update_fields=["answer"])


def reused() -> None:
    """Refuses a key that was used for another request."""
    refuse("idempotency_key_reused", gettext_lazy("This Idempotency-Key was used for another request already."))


def _earlier(actor: User, key: str, act: str, fingerprint: str) -> IdempotencyKey:
    row = IdempotencyKey.objects.get(user=actor, key=key, act=act)
    if row.request_digest != fingerprint:
        reused()
    return row
