"""How every view begins: who asks, and which tender may this person see."""

from datetime import datetime
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request

from accounts import clock
from accounts.api.asking import ApiView
from accounts.models import Organization, User
from tendering.models import Tender

Shape = TypeVar("Shape", bound=serializers.Serializer)


class TenderView(ApiView):
    """Anybody reads what is public; changing needs a sign-in, the act decides about the rest."""

    permission_classes = (IsAuthenticatedOrReadOnly,)


def person(request: Request) -> User:
    """The signed-in person of a writing request."""
    assert isinstance(request.user, User)
    return request.user


def visible(request: Request, tender_id: int) -> tuple[Tender, datetime]:
    """The tender, if the person may know of it, and the request's one moment; else Http404."""
    now = clock.now()
    found = Tender.objects.visible_to(request.user, now).filter(pk=tender_id)
    tender = found.select_related("buyer", "contact_unit").first()
    if tender is None:
        raise Http404
    return tender, now


def is_staff_of(request: Request, tender: Tender) -> bool:
    """Whether the person works for the buyer."""
    return isinstance(request.user, User) and bool(request.user.roles_in(tender.buyer_id))


def body(shape: type[Shape], request: Request, *, many: bool = False) -> Any:
    """The checked body; 400 by field. Unknown entries are refused, not ignored: a typing mistake must not pass."""
    _refuse_unknown(shape, request.data, many)
    checked = shape(data=request.data, many=many)
    checked.is_valid(raise_exception=True)
    return checked.validated_data


def _refuse_unknown(shape: type[Shape], data: Any, many: bool) -> None:
    known = set(shape().fields)
    rows = data if many and isinstance(data, list) else [data]
    unknown = {key for row in rows if isinstance(row, dict) for key in row if key not in known}
    if unknown:
        raise serializers.ValidationError({key: [_("This entry is not known.")] for key in sorted(unknown)})


def organization(reference: str, field: str) -> Organization:
    """The organisation with this reference; ValidationError by field."""
    found = Organization.objects.filter(reference=reference).first()
    if found is None:
        raise ValidationError({field: _("There is no organisation with this reference.")})
    return found
