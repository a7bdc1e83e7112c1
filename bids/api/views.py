"""The bidder's side of the API: own drafts and bids only, and the opening by two."""

from typing import Any, cast
from urllib.parse import unquote
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.parsers import BaseParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import clock
from accounts.api.pagination import KeysetPagination
from accounts.decision import refuse
from accounts.lifecycle import PROVIDER_ROLES
from accounts.models import Organization, User
from bids import actions, storage
from bids.api import answers
from bids.api import serializers as shapes
from bids.models import Bid, BidQuerySet, Draft, Receipt, SealedObject
from bids.upload import seal_stream

KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, required=True, description="Your own random text for this request"
)


class BidPages(KeysetPagination):
    """Newest first."""

    ordering = ("-received_at", "-id")  # type: ignore[assignment]  # Django REST framework takes both


class RawParser(BaseParser):
    """Takes any body and leaves it unread: documents are sealed while they arrive."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        return stream


class SignedInView(APIView):
    """Only for signed-in people; whose bids they see is decided by `visible_to`."""

    permission_classes = (IsAuthenticated,)

    @property
    def actor(self) -> User:
        return cast(User, self.request.user)

    def own_bids(self) -> BidQuerySet:
        """Bids of the person's own companies, also after the opening of others'."""
        companies = self.actor.organizations_with(*PROVIDER_ROLES)
        own = Bid.objects.visible_to(self.actor, clock.now()).filter(company__in=companies)
        return own.select_related("tender__buyer").prefetch_related("objects_sealed")

    def own_bid(self, bid_id: UUID) -> Bid:
        """By its own id, or the newest one of a draft's id; Http404 otherwise."""
        bid = (
            self.own_bids().filter(pk=bid_id).first()
            or self.own_bids().filter(draft_id=bid_id).order_by("-version").first()
        )
        if bid is None:
            raise Http404
        return bid


class BidListView(SignedInView):
    """Own bids; and a new draft."""

    @extend_schema(
        operation_id="bids_list",
        parameters=[
            OpenApiParameter("cursor", str), OpenApiParameter("page_size", int), OpenApiParameter("tender", int),
        ],
        responses=shapes.BidAnswer(many=True),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Bids handed in by one's own companies, newest first; drafts are under `drafts/`."""
        unknown = set(request.query_params) - {"cursor", "page_size", "tender"}
        if unknown:
            raise ValidationError({name: [_("Known filters: cursor, page_size, tender.")] for name in unknown})
        bids = self.own_bids()
        if tender := request.query_params.get("tender"):
            bids = bids.filter(tender=_number(tender))
        pages = BidPages()
        rows = pages.paginate_queryset(bids, request, view=self) or []
        return pages.get_paginated_response(shapes.BidAnswer([answers.bid_answer(bid) for bid in rows], many=True).data)

    @extend_schema(operation_id="bids_create", request=shapes.DraftRequest, responses={201: shapes.DraftAnswer})
    def post(self, request: Request) -> Response:
        """Start a draft, or get the one your company has for this tender."""
        wanted = _valid(shapes.DraftRequest, request)
        company = self._company(wanted.get("company"))
        draft = actions.start_draft(actor=self.actor, company=company, tender_id=wanted["tender"])
        return Response(shapes.DraftAnswer(answers.draft_answer(draft)).data, status=201)

    def _company(self, wanted: int | None) -> Organization:
        own = self.actor.organizations_with(*PROVIDER_ROLES)
        if wanted is None and len(own) > 1:
            raise ValidationError({"company": [_("You act for several companies. Please name one.")]})
        company = Organization.objects.filter(pk__in=own, pk=wanted or (own[0] if own else 0)).first()
        if company is None:
            raise Http404
        return company


class DraftListView(SignedInView):
    """Own drafts."""

    @extend_schema(operation_id="bids_drafts", responses=shapes.BidOrDraftAnswer(many=True))
    def get(self, request: Request) -> Response:
        """Bids in preparation of one's own companies; at most 100, newest first."""
        companies = self.actor.organizations_with(*PROVIDER_ROLES)
        drafts = Draft.objects.filter(company__in=companies).order_by("-updated_at")[:100]
        rows = [
            {"id": d.pk, "status": "draft", "tender": d.tender_id, "company": d.company_id, "version": d.version}
            for d in drafts
        ]
        return Response(shapes.BidOrDraftAnswer(rows, many=True).data)


class BidView(SignedInView):
    """One own draft or bid; the id of a draft still finds the bid after submission."""

    @extend_schema(operation_id="bids_read", responses=shapes.BidOrDraftAnswer)
    def get(self, request: Request, bid_id: UUID) -> Response:
        """The draft with its content, or the bid with its sealed objects."""
        companies = self.actor.organizations_with(*PROVIDER_ROLES)
        if Draft.objects.filter(pk=bid_id, company__in=companies).exists():
            return self._draft(actions.own_draft(self.actor, bid_id))
        return Response(shapes.BidAnswer(answers.bid_answer(self.own_bid(bid_id))).data)

    @extend_schema(operation_id="bids_save", request=shapes.DraftContentRequest, responses=shapes.DraftAnswer)
    def put(self, request: Request, bid_id: UUID) -> Response:
        """Replace the content of a draft. Faults are named by their JSON path. Files stay as they are."""
        wanted = _valid(shapes.DraftContentRequest, request)
        draft = actions.save_draft(
            actor=self.actor, draft_id=bid_id, expected_version=wanted["version"], content=wanted["content"]
        )
        return self._draft(draft)

    @extend_schema(operation_id="bids_discard", responses={204: None})
    def delete(self, request: Request, bid_id: UUID) -> Response:
        """Throw a draft away. A submitted bid is withdrawn instead."""
        actions.discard_draft(actor=self.actor, draft_id=bid_id)
        return Response(status=204)

    def _draft(self, draft: Draft) -> Response:
        return Response(shapes.DraftAnswer(answers.draft_answer(draft)).data, headers={"Cache-Control": "no-store"})


class DocumentView(SignedInView):
    """One document of a draft; the address holds a random id of your choice, the name travels in a header."""

    parser_classes = (RawParser,)

    @extend_schema(
        operation_id="bids_document_put",
        request={"application/octet-stream": OpenApiTypes.BINARY},
        parameters=[
            OpenApiParameter("X-File-Name", str, OpenApiParameter.HEADER, required=True,
                             description="Percent-encoded UTF-8, also in the form UTF-8''name of RFC 8187"),
            OpenApiParameter("X-File-Role", str, OpenApiParameter.HEADER, description="Percent-encoded UTF-8"),
        ],
        responses={201: shapes.ObjectAnswer},
    )  # fmt: skip
    def put(self, request: Request, bid_id: UUID, object_id: UUID) -> Response:
        """Send the bytes. They are sealed while they arrive: on our server, not on your computer."""
        draft = actions.own_draft(self.actor, bid_id)
        name, role = _header(request, "X-File-Name"), _header(request, "X-File-Role")
        if not name:
            raise ValidationError({"X-File-Name": [_("The file needs a name.")]})
        if SealedObject.objects.filter(pk=object_id).exists():
            refuse("id_used", _("This id is in use already. Choose a new random one."))
        recipient = actions.current_seal(draft.tender).recipient
        stored = seal_stream(request._request, _length(request), draft, recipient, str(object_id))
        item = actions.attach_document(actor=self.actor, draft_id=draft.pk, stored=stored, name=name, role=role)
        return Response(shapes.ObjectAnswer(item).data, status=201)

    @extend_schema(operation_id="bids_document_remove", responses={204: None})
    def delete(self, request: Request, bid_id: UUID, object_id: UUID) -> Response:
        """Take the document out of the draft."""
        actions.own_draft(self.actor, bid_id)
        actions.remove_document(actor=self.actor, object_id=object_id)
        return Response(status=204)


class SubmitView(SignedInView):
    """Handing in."""

    @extend_schema(
        operation_id="bids_submit",
        request=shapes.SubmitRequest,
        parameters=[KEY],
        responses={201: shapes.ReceiptAnswer, 409: OpenApiResponse(description="Not now, or the key was used before")},
    )
    def post(self, request: Request, bid_id: UUID) -> Response:
        """Seal the draft and hand it in. What counts is the moment at which the last byte of this request was read."""
        wanted = _valid(shapes.SubmitRequest, request)
        received_at = clock.now()
        receipt = actions.submit_bid(
            actor=self.actor,
            draft_id=bid_id,
            declarant=wanted["declarant"],
            idempotency_key=_key(request),
            received_at=received_at,
            keep_copy=wanted["keep_copy"],
        )
        return Response(shapes.ReceiptAnswer(answers.receipt_answer(receipt)).data, status=201)


class WithdrawView(SignedInView):
    """Withdrawing."""

    @extend_schema(operation_id="bids_withdraw", request=None, parameters=[KEY], responses={201: shapes.ReceiptAnswer})
    def post(self, request: Request, bid_id: UUID) -> Response:
        """Withdraw the current bid before the deadline; it will never be opened."""
        bid = self.own_bid(bid_id)
        receipt = actions.withdraw_bid(actor=self.actor, bid_id=bid.pk, idempotency_key=_key(request))
        return Response(shapes.ReceiptAnswer(answers.receipt_answer(receipt)).data, status=201)


class ReceiptView(SignedInView):
    """The receipt of an own bid."""

    @extend_schema(operation_id="bids_receipt", responses=shapes.ReceiptAnswer)
    def get(self, request: Request, bid_id: UUID) -> Response:
        """The latest receipt of this bid."""
        bid = self.own_bid(bid_id)
        receipt = Receipt.objects.select_related("bid__tender__buyer").filter(bid=bid).order_by("at", "act").last()
        if receipt is None:
            raise Http404
        return Response(shapes.ReceiptAnswer(answers.receipt_answer(receipt)).data)


class SealedObjectView(SignedInView):
    """One's own sealed envelope, to keep with the receipt."""

    @extend_schema(
        operation_id="bids_sealed_object", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}
    )
    def get(self, request: Request, bid_id: UUID, object_id: UUID) -> HttpResponseBase:
        """The sealed bytes as receipted; nobody can read them, you cannot either."""
        bid = self.own_bid(bid_id)
        item = SealedObject.objects.filter(pk=object_id, draft_id=bid.draft_id, bid__isnull=False).first()
        if item is None:
            raise Http404
        return FileResponse(
            storage.open_sealed_file(item.path), as_attachment=True, filename=f"{item.pk}.age",
            content_type="application/octet-stream",
        )  # fmt: skip


def _valid(shape: Any, request: Request) -> dict[str, Any]:
    wanted = shape(data=request.data)
    wanted.is_valid(raise_exception=True)
    return cast(dict[str, Any], wanted.validated_data)


def _key(request: Request) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        raise ValidationError({"Idempotency-Key": [_("Send this header, so that a repeated request is recognised.")]})
    return key


def _header(request: Request, name: str) -> str:
    """Percent-encoded UTF-8, with or without the prefix of RFC 8187."""
    value = request.headers.get(name, "")
    if value.upper().startswith("UTF-8'"):
        value = value.split("'", 2)[-1]
    try:
        return unquote(value, errors="strict")
    except UnicodeDecodeError:
        raise ValidationError({name: [_("Send the text as percent-encoded UTF-8.")]}) from None


def _length(request: Request) -> int | None:
    text = str(request.META.get("CONTENT_LENGTH") or "")
    return int(text) if text.isascii() and text.isdigit() else None


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise ValidationError({"tender": [_("Must be a whole number.")]})
    return int(text)
