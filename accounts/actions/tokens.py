"""Keys for the API: shown once, stored as a hash, revocable at any time."""

import hashlib
from uuid import UUID

from django.http import Http404

from accounts import audit, clock
from accounts.models import ApiToken, User, new_token


def token_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def issue_token(*, actor: User, scope: str = "write", label: str = "") -> tuple[ApiToken, str]:
    """(row, token): the token itself is known only now. `scope` is "read" or "write". Raises ValidationError."""
    token = new_token()
    with audit.in_transaction():
        now = clock.now()
        row = ApiToken(user=actor, digest=token_digest(token), scope=scope, label=label, created_at=now)
        row.full_clean()
        row.save()
        audit.record("platform", "token.issued", actor=actor, at=now, subject=f"token:{row.pk}", data={"scope": scope})
    return row, token


def revoke_token(*, actor: User, token_id: UUID) -> None:
    """From now on the token is unknown; revoking twice is the same. Http404 for somebody else's."""
    with audit.in_transaction():
        row = ApiToken.objects.select_for_update().filter(pk=token_id, user=actor).first()
        if row is None:
            raise Http404
        if row.revoked_at is not None:
            return
        now = clock.now()
        ApiToken.objects.filter(pk=row.pk).update(revoked_at=now)
        audit.record("platform", "token.revoked", actor=actor, at=now, subject=f"token:{row.pk}")
