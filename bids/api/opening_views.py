"""The opening over the API, and documents after it."""

from typing import Any
from uuid import UUID

from django.http import Http404, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import audit, clock, scanning
from accounts.decision import refuse
from accounts.downloads import UNKNOWN, confined
from accounts.holders import groups_of
from bids import actions, opening
from bids.actions import once
from bids.actions.opening_access import require_opener
from bids.api import answers
from bids.api import serializers as shapes
from bids.api.views import KEY, SignedInView, _key, _valid
from bids.models import Bid, OpenedDocument, OpeningSession
from tendering.models import Tender


class OpenView(SignedInView):
    """The opening of one tender: its state, and one's own step."""

    @extend_schema(operation_id="tenders_opening", responses=shapes.OpeningAnswer)
    def get(self, request: Request, tender_id: int) -> Response:
        """How far the opening is, for the opening group; after it the record."""
        tender = self._tender(tender_id)
        session = OpeningSession.objects.filter(tender=tender).order_by("started_at").last()
        return Response(shapes.OpeningAnswer(answers.opening_answer(tender, session)).data)

    @extend_schema(
        operation_id="tenders_open",
        request=shapes.OpenRequest,
        parameters=[KEY],
        responses={200: shapes.OpeningAnswer, 409: OpenApiResponse(description="Not now, or the session has expired")},
    )
    def post(self, request: Request, tender_id: int) -> Response:
        """Release one's own part. The first person starts the opening, the last one opens the bids."""
        wanted = _valid(shapes.OpenRequest, request)
        key, tender = _key(request), self._tender(tender_id)
        session = self._done_before(key, tender)
        if session is None:
            session = self._released(tender, wanted)
            self._remember(key, tender, session)
        return Response(shapes.OpeningAnswer(answers.opening_answer(tender, session)).data)

    def _released(self, tender: Tender, wanted: dict[str, Any]) -> OpeningSession:
        if "pieces" in wanted:
            if not OpeningSession.objects.filter(pk=wanted["session"], tender=tender).exists():
                raise Http404
            pieces = [dict(piece) for piece in wanted["pieces"]]
            return actions.hand_over_pieces(actor=self.actor, session_id=wanted["session"], pieces=pieces)
        session = self._started(tender, wanted)
        return actions.release_pieces(actor=self.actor, session_id=session.pk, pass_sentence=wanted["pass_sentence"])

    def _started(self, tender: Tender, wanted: dict[str, Any]) -> OpeningSession:
        """The opening that runs, or a new one: of a late or restored bid that is named, else of what is due."""
        if "bid" not in wanted:
            return actions.start_opening(actor=self.actor, tender_id=tender.pk)
        bid = Bid.objects.filter(pk=wanted["bid"], tender=tender).first()
        if bid is None:
            raise Http404
        start = actions.start_again if bid.damaged_at else actions.start_late_opening
        return start(actor=self.actor, bid_id=bid.pk)

    def _tender(self, tender_id: int) -> Tender:
        tender = Tender.objects.visible_to(self.actor, clock.now()).filter(pk=tender_id).first()
        if tender is None:
            tender = Tender.objects.filter(pk=tender_id, buyer__opening_group__in=groups_of(self.actor)).first()
        if tender is None:
            raise Http404
        require_opener(self.actor, tender)
        return tender

    def _done_before(self, key: str, tender: Tender) -> OpeningSession | None:
        """The session of an earlier identical request. The sentence is no part of its digest."""
        with audit.in_transaction():
            row = once.begin(actor=self.actor, key=key, act="open", request={"tender": tender.pk}, at=clock.now())
        return OpeningSession.objects.get(pk=row.answer["session"]) if row.answer else None

    def _remember(self, key: str, tender: Tender, session: OpeningSession) -> None:
        with audit.in_transaction():
            row = once.begin(actor=self.actor, key=key, act="open", request={"tender": tender.pk}, at=clock.now())
            once.finish(row, {"session": str(session.pk)})


class OpenPartView(OpenView):
    """The own part in an opening, for an opener's own program."""

    http_method_names = ("post", "options")
    acts_with = ("bid",)

    @extend_schema(
        operation_id="tenders_open_part",
        request=None,
        parameters=[shapes.OpenPartRequest],
        responses={200: shapes.OpenerPartAnswer, 409: OpenApiResponse(description="Not now")},
    )
    def post(self, request: Request, tender_id: int) -> Response:
        """Join the opening that runs, or start one. Unlock the key on your own computer, then send the pieces."""
        tender, asked = self._tender(tender_id), shapes.OpenPartRequest(data=request.query_params)
        asked.is_valid(raise_exception=True)
        session = self._started(tender, asked.validated_data)
        task = actions.release_task(actor=self.actor, session_id=session.pk)
        return Response(shapes.OpenerPartAnswer(task).data, headers={"Cache-Control": "no-store"})


class OpenedDocumentView(SignedInView):
    """A document of an opened bid."""

    @extend_schema(
        operation_id="bids_opened_document", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}
    )
    def get(self, request: Request, document_id: UUID) -> HttpResponseBase:
        """For the bidder's company and the buyer's working roles, after opening. Always a download."""
        visible = Bid.objects.visible_to(self.actor, clock.now()).filter(opened_at__isnull=False)
        document = OpenedDocument.objects.filter(pk=document_id, bid__in=visible).first()
        if document is None:
            raise Http404
        return document_response(document)


def document_response(document: OpenedDocument) -> StreamingHttpResponse:
    """The decrypted bytes as a download that no browser renders; refused when the scanner finds malware in it."""
    verdict = scanning.scan(opening.read_document(document))
    if verdict == scanning.Verdict.FOUND:
        refuse("infected", gettext_lazy("The scanner found malware in this file. It stays closed; ask the operator."))
    answer = StreamingHttpResponse(opening.read_document(document), content_type=UNKNOWN)
    answer["Content-Length"] = str(document.size)
    answer["Cache-Control"] = "private, no-store"
    answer["X-Malware-Scan"] = verdict.value
    return confined(answer, document.name)
