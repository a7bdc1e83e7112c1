"""Sign-in for API clients: `Authorization: Bearer zt_…`."""

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from accounts import clock
from accounts.actions import token_digest
from accounts.models import ApiToken, User
from accounts.rows import only

READING = frozenset({"GET", "HEAD", "OPTIONS"})


class TokenAuthentication(BaseAuthentication):
    """Bearer tokens; a read token may not write. A wrong token is 401, never treated as anonymous."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        parts = get_authorization_header(request).decode("latin-1").split()
        if not parts or parts[0].lower() != "bearer":
            return None
        found = only(
            ApiToken.objects.select_related("user")
            .filter(digest=token_digest(parts[1] if len(parts) == 2 else ""), revoked_at=None, user__is_active=True)
            .annotate(read_at=clock.reading())
        )
        if found is None:
            raise AuthenticationFailed(_("The token is not known or has been revoked."), code="token_invalid")
        if found.scope == "read" and request.method not in READING:
            raise PermissionDenied(_("This token may only read."), code="token_read_only")
        if found.last_used_on != (today := vars(found)["read_at"].date()):
            ApiToken.objects.filter(pk=found.pk).update(last_used_on=today)
        return found.user, found

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="zuschlag"'
