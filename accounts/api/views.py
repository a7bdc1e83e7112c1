"""Sign-in for programs, and who am I."""

from typing import Any, cast
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import authenticate
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions import issue_token, revoke_token
from accounts.api.asking import ApiView
from accounts.api.serializers import Me, TokenAnswer, TokenRequest
from accounts.api.throttling import PerAccount, PerAddress
from accounts.decision import refuse
from accounts.models import ApiToken, Organization, User


class TokenView(ApiView):
    """Tokens: get one by e-mail and password, end the one in use."""

    throttle_classes = (PerAddress, PerAccount)

    def get_authenticators(self) -> list[Any]:
        """Getting a token needs none; ending it does."""
        return [] if self.request is not None and self.request.method == "POST" else super().get_authenticators()

    def get_authenticate_header(self, request: Request) -> str:
        """A refused sign-in is 401, as a refused token is."""
        return 'Bearer realm="zuschlag"'

    @extend_schema(request=TokenRequest, responses={201: TokenAnswer}, auth=[], operation_id="token_create")
    def post(self, request: Request) -> Response:
        """E-mail and password give a token; it is shown once. A wrong pair is 401, too many attempts 429."""
        wanted = TokenRequest(data=request.data)
        wanted.is_valid(raise_exception=True)
        data = wanted.validated_data
        user = authenticate(request._request, email=data["email"].lower(), password=data["password"])
        if not isinstance(user, User):
            raise AuthenticationFailed(_("E-mail and password do not fit together."), code="sign_in_failed")
        if settings.ACCOUNT_EMAIL_VERIFICATION == "mandatory" and not _confirmed(user):
            refuse("email_unconfirmed", _("Confirm your e-mail address first: sign in on the pages once."), 403)
        row, token = issue_token(actor=user, scope=data["scope"], label=data["label"])
        answer = {"id": row.pk, "token": token, "scope": row.scope, "created_at": row.created_at}
        return Response(TokenAnswer(answer).data, status=201, headers={"Cache-Control": "no-store"})

    @extend_schema(responses={204: OpenApiResponse(description="The token is revoked.")}, operation_id="token_revoke")
    def delete(self, request: Request) -> Response:
        """Revoke the token this request carries."""
        if not isinstance(request.auth, ApiToken):
            raise AuthenticationFailed(_("Send the token you want to revoke."), code="token_missing")
        revoke_token(actor=cast(User, request.user), token_id=request.auth.pk)
        return Response(status=204)


class TokenDetailView(ApiView):
    """One of one's own tokens."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        responses={204: OpenApiResponse(description="The token is revoked.")}, operation_id="token_revoke_other"
    )
    def delete(self, request: Request, token_id: UUID) -> Response:
        """Revoke one of your tokens by its id; somebody else's is 404."""
        revoke_token(actor=cast(User, request.user), token_id=token_id)
        return Response(status=204)


class MeView(ApiView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(responses=Me, operation_id="me")
    def get(self, request: Request) -> Response:
        """The signed-in person, its organisations and the roles held there."""
        user = cast(User, request.user)
        organizations = Organization.objects.filter(pk__in=user.role_table).order_by("reference")
        rows = [
            {"id": o.pk, "reference": o.reference, "name": o.name, "kind": o.kind, "roles": sorted(user.roles_in(o.pk))}
            for o in organizations
        ]
        fields = {"id": user.pk, "email": user.email, "function": user.function, "language": user.language}
        return Response(Me({**fields, "organizations": rows}).data)


def _confirmed(user: User) -> bool:
    return EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists()
