"""The bidder's side of the API: own drafts and bids only, and the opening by two."""

from typing import Any, cast
from urllib.parse import unquote
from uuid import UUID

from django.contrib import messages
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

from accounts import clock
from accounts.api.asking import PAGING, ApiView, choice, number, page_address, page_size
from accounts.api.parsing import LargeJSONParser
from accounts.api.problems import problem
from accounts.decision import refuse
from accounts.keyset import page
from accounts.lifecycle import PROVIDER_ROLES
from accounts.models import Organization, User
from bids import actions, storage
from bids.actions import sealed_outside
from bids.actions.submission import TOO_LARGE
from bids.api import answers
from bids.api import serializers as shapes
from bids.content import file_name
from bids.envelopes import PRICE, SINGLE, TECHNICAL, envelope_of
from bids.first_look import warnings
from bids.lots_told import lots_handed_in
from bids.models import Bid, BidQuerySet, Draft, Receipt, SealedObject
from bids.places import Standing
from bids.sealing import LARGEST_MANIFEST
from bids.upload import seal_stream

KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, required=True, description="Your own random text for this request"
)


class RawParser(BaseParser):
    """Takes any body and leaves it unread: documents are sealed while they arrive."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        return stream


class SignedInView(ApiView):
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

    asked_with = ("tender", *PAGING)

    @extend_schema(
        operation_id="bids_list",
        parameters=[
            OpenApiParameter("cursor", str), OpenApiParameter("page_size", int), OpenApiParameter("tender", int),
        ],
        responses=shapes.BidPage,
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Bids handed in by one's own companies, newest first; drafts are under `drafts/`."""
        bids, tender = self.own_bids(), number(request, "tender")
        if tender is not None:
            bids = bids.filter(tender=tender)
        found = page(
            bids,
            cursor=request.query_params.get("cursor", ""),
            size=page_size(request),
            order=("received_at", "id"),
        )
        answer = {
            "next": page_address(request, found.next),
            "previous": page_address(request, found.previous),
            "results": [answers.bid_answer(bid) for bid in found.rows],
        }
        return Response(shapes.BidPage(answer).data)

    @extend_schema(operation_id="bids_create", request=shapes.DraftRequest, responses={201: shapes.DraftAnswer})
    def post(self, request: Request) -> Response:
        """Start a draft, or get the one your company has for this tender; of a variant, by its number."""
        wanted = _valid(shapes.DraftRequest, request)
        company = self._company(wanted.get("company"))
        draft = actions.start_draft(
            actor=self.actor, company=company, tender_id=wanted["tender"], variant=wanted["variant"]
        )
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
            {
                "id": d.pk,
                "status": "draft",
                "tender": d.tender_id,
                "company": d.company_id,
                "variant": d.variant,
                "version": d.version,
            }
            for d in drafts
        ]
        return Response(shapes.BidOrDraftAnswer(rows, many=True).data)


class BidView(SignedInView):
    """One own draft or bid; the id of a draft still finds the bid after submission."""

    parser_classes = (LargeJSONParser,)

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
        responses={201: shapes.DocumentAnswer},
    )  # fmt: skip
    def put(self, request: Request, bid_id: UUID, object_id: UUID) -> Response:
        """Send the bytes. They are sealed while they arrive: on our server, not on your computer."""
        draft = actions.own_draft(self.actor, bid_id)
        name, role = _header(request, "X-File-Name"), _header(request, "X-File-Role")
        if not name:
            raise ValidationError({"X-File-Name": [_("The file needs a name.")]})
        if SealedObject.objects.filter(pk=object_id).exists():
            refuse("id_used", _("This id is in use already. Choose a new random one."))
        seal = actions.current_seal(draft.tender, envelope_of(draft.tender, role))
        source, length = request._request, _length(request)
        stored = seal_stream(source, length, draft, seal.recipient, str(object_id), seal.envelope)
        item = actions.attach_document(actor=self.actor, draft_id=draft.pk, stored=stored, name=name, role=role)
        answer = {**shapes.ObjectAnswer(item).data, "warnings": warnings(stored.seen.doubts(file_name(name)))}
        return Response(shapes.DocumentAnswer(answer).data, status=201)

    @extend_schema(operation_id="bids_document_remove", responses={204: None})
    def delete(self, request: Request, bid_id: UUID, object_id: UUID) -> Response:
        """Take the document out of the draft."""
        actions.own_draft(self.actor, bid_id)
        actions.remove_document(actor=self.actor, object_id=object_id)
        return Response(status=204)


class ManifestView(SignedInView):
    """What is to be sealed on the bidder's side."""

    @extend_schema(operation_id="bids_manifest", request=shapes.ManifestRequest, responses={200: shapes.ManifestAnswer})
    def post(self, request: Request, bid_id: UUID) -> Response:
        """The manifest of the own draft as it would be handed in now. Nothing is stored and nothing is handed in."""
        wanted = _valid(shapes.ManifestRequest, request)
        prepare = actions.prepare_rehearsal if wanted["rehearsal"] else actions.prepare_manifest
        found = prepare(actor=self.actor, draft_id=bid_id, declarant=wanted["declarant"])
        body = shapes.ManifestAnswer(sealed_outside.as_json(found)).data
        return Response(body, headers={"Cache-Control": "no-store"})


class ManifestObjectView(SignedInView):
    """A sealed manifest on its way to be handed in."""

    parser_classes = (RawParser,)
    acts_with = ("envelope", "sealed_at")

    @extend_schema(
        operation_id="bids_manifest_put",
        request={"application/octet-stream": OpenApiTypes.BINARY},
        parameters=[
            OpenApiParameter("envelope", str, enum=[SINGLE, TECHNICAL, PRICE],
                             description="Two envelopes: which of them; without it the first"),
            OpenApiParameter("sealed_at", str, enum=[*sealed_outside.WHERE], description="Where it was sealed"),
        ],
        responses={201: shapes.ObjectAnswer, 409: OpenApiResponse(description="The id is in use, or not now"),
                   413: None},
    )  # fmt: skip
    def put(self, request: Request, bid_id: UUID, object_id: UUID) -> Response:
        """Send the sealed bytes under the id that `manifest/` gave. Nothing is handed in: that is the next request.

        A newer one takes the place of an earlier one; repeating the request changes nothing.
        """
        actions.own_draft(self.actor, bid_id)
        envelope = choice(request, "envelope", (SINGLE, TECHNICAL, PRICE))
        where = choice(request, "sealed_at", sealed_outside.WHERE) or "client"
        data = request._request.read(LARGEST_MANIFEST + 1)
        if len(data) > LARGEST_MANIFEST:
            return problem(413, "too_large", str(TOO_LARGE))
        row = actions.store_manifest(
            actor=self.actor, draft_id=bid_id, object_id=object_id, data=data, envelope=envelope, where=where
        )
        return Response(shapes.ObjectAnswer(row).data, status=201)


class SubmitView(SignedInView):
    """Handing in."""

    parser_classes = (LargeJSONParser,)

    @extend_schema(
        operation_id="bids_submit",
        request=shapes.SubmitRequest,
        parameters=[KEY],
        responses={201: shapes.ReceiptAnswer, 409: OpenApiResponse(description="Not now, or the key was used before")},
    )
    def post(self, request: Request, bid_id: UUID) -> Response:
        """Hand the draft in. What counts is the moment at which the last byte of this request was read.

        With `manifest` prices and answers were sealed on your side; with `sha256` they were and are here already;
        without either the server seals them.
        """
        wanted = _valid(shapes.SubmitRequest, request)
        common = {
            "actor": self.actor,
            "draft_id": bid_id,
            "declarant": wanted["declarant"],
            "idempotency_key": _key(request),
            "received_at": clock.now(),
            "keep_copy": wanted["keep_copy"],
        }
        lots = lots_handed_in(self.actor, bid_id) if wanted["sealed_at"] == "browser" else ""
        if named := _named(wanted):
            receipt = actions.submit_stored(named=named, **common)
        elif sealed := _sealed(wanted):
            receipt = actions.submit_sealed(sealed=sealed, **common)
        else:
            receipt = actions.submit_bid(**common)
        if lots:  # for the page of the receipt, which the browser opens next
            messages.info(request._request, lots, fail_silently=True)
        return Response(shapes.ReceiptAnswer(answers.receipt_answer(receipt)).data, status=201)


class RehearsalView(SignedInView):
    """Handing in for trial."""

    parser_classes = (LargeJSONParser,)

    @extend_schema(
        operation_id="bids_rehearse",
        request=shapes.SubmitRequest,
        responses={201: shapes.RehearsalAnswer, 409: OpenApiResponse(description="The deadline has passed")},
    )
    def post(self, request: Request, bid_id: UUID) -> Response:
        """All steps of `submit/` without any effect: no bid, no mail, nothing anybody else could see."""
        wanted = _valid(shapes.SubmitRequest, request)
        done = actions.rehearse(
            actor=self.actor, draft_id=bid_id, declarant=wanted["declarant"], sealed=_sealed(wanted),
            received_at=clock.now(),
        )  # fmt: skip
        return Response(shapes.RehearsalAnswer(done).data, status=201)


class ConfirmView(SignedInView):
    """After a correction of the tender's documents."""

    @extend_schema(operation_id="bids_confirm", request=shapes.EditionRequest, responses=shapes.BidOrDraftAnswer)
    def post(self, request: Request, bid_id: UUID) -> Response:
        """Of a draft: what changed was seen. Of a bid: it stands for the edition in force, too."""
        edition = _valid(shapes.EditionRequest, request)["edition"]
        if Draft.objects.filter(pk=bid_id).exists():
            draft = actions.see_corrections(actor=self.actor, draft_id=bid_id, edition=edition)
            return Response(shapes.BidOrDraftAnswer(answers.draft_answer(draft)).data)
        bid = actions.confirm_bid(actor=self.actor, bid_id=self.own_bid(bid_id).pk, edition=edition)
        return Response(shapes.BidOrDraftAnswer(answers.bid_answer(bid)).data)


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


def _named(wanted: dict[str, Any]) -> actions.NamedManifest | None:
    if "sha256" not in wanted:
        return None
    price = None
    if "price_sha256" in wanted:
        price = actions.NamedManifest(wanted["price_object"], wanted["price_sha256"], wanted["version"])
    standing = Standing(wanted["bid_version"], wanted["edition"]) if "bid_version" in wanted else None
    return actions.NamedManifest(wanted["object"], wanted["sha256"], wanted["version"], price, standing)


def _sealed(wanted: dict[str, Any]) -> actions.SealedOutside | None:
    if "manifest" not in wanted:
        return None
    version, where = wanted["version"], wanted["sealed_at"]
    price = None
    if "price_manifest" in wanted:
        price = actions.SealedOutside(wanted["price_object"], wanted["price_manifest"], version, where)
    standing = Standing(wanted["bid_version"], wanted["edition"]) if "bid_version" in wanted else None
    return actions.SealedOutside(wanted["object"], wanted["manifest"], version, where, price, standing)


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
