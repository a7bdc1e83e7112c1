"""Parts of a tender: lots, positions, criteria, rule, required papers, documents, questions."""

import base64
import binascii
from itertools import groupby
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import scanning
from accounts.api.parsing import LargeJSONParser
from accounts.downloads import confined, kind_of
from tendering import actions
from tendering.api import shapes
from tendering.api.access import TenderView, body, organization, person, visible
from tendering.api.serializers import (
    AnswerRequest,
    CriterionShape,
    DocumentRequest,
    DocumentShape,
    ItemOfLot,
    LotShape,
    QuestionRequest,
    QuestionShape,
    RequiredDocumentShape,
    TenderDetail,
)
from tendering.api.views import described
from tendering.models import Document, Question
from tendering.questions import questions_for


class LotsView(TenderView):
    parser_classes = (LargeJSONParser,)

    @extend_schema(responses=LotShape(many=True), operation_id="tenders_lots")
    def get(self, request: Request, tender_id: int) -> Response:
        """Lots with their positions."""
        tender, _now = visible(request, tender_id)
        return Response(LotShape(shapes.lots(tender), many=True).data)

    @extend_schema(request=LotShape(many=True), responses=TenderDetail, operation_id="tenders_lots_replace")
    def put(self, request: Request, tender_id: int) -> Response:
        """Replace all lots of a draft."""
        lots = body(LotShape, request, many=True)
        actions.replace_lots(actor=person(request), tender_id=tender_id, lots=lots)
        return described(request, tender_id)


class ItemsView(TenderView):
    parser_classes = (LargeJSONParser,)

    @extend_schema(responses=ItemOfLot(many=True), operation_id="tenders_items")
    def get(self, request: Request, tender_id: int) -> Response:
        """All positions of the price sheets."""
        tender, _now = visible(request, tender_id)
        return Response(ItemOfLot(shapes.items(tender), many=True).data)

    @extend_schema(request=ItemOfLot(many=True), responses=TenderDetail, operation_id="tenders_items_replace")
    def put(self, request: Request, tender_id: int) -> Response:
        """Replace the positions of the lots named; lots not named keep theirs."""
        rows = sorted(body(ItemOfLot, request, many=True), key=lambda item: str(item["lot"]))
        groups = {code: list(group) for code, group in groupby(rows, key=lambda item: str(item["lot"]))}
        for items in groups.values():
            for item in items:
                item.pop("lot")
        actions.replace_items(actor=person(request), tender_id=tender_id, items=groups)
        return described(request, tender_id)


class CriteriaView(TenderView):
    @extend_schema(responses=CriterionShape(many=True), operation_id="tenders_criteria")
    def get(self, request: Request, tender_id: int) -> Response:
        """Requirements and award criteria."""
        tender, _now = visible(request, tender_id)
        return Response(CriterionShape(shapes.criteria(tender), many=True).data)

    @extend_schema(request=CriterionShape(many=True), responses=TenderDetail, operation_id="tenders_criteria_replace")
    def put(self, request: Request, tender_id: int) -> Response:
        """Replace all criteria of a draft."""
        criteria = body(CriterionShape, request, many=True)
        actions.replace_criteria(actor=person(request), tender_id=tender_id, criteria=criteria)
        return described(request, tender_id)


class EvaluationView(TenderView):
    @extend_schema(responses=OpenApiTypes.OBJECT, operation_id="tenders_evaluation")
    def get(self, request: Request, tender_id: int) -> Response:
        """The rule bids are judged by."""
        tender, _now = visible(request, tender_id)
        return Response(tender.evaluation)

    @extend_schema(request=OpenApiTypes.OBJECT, responses=TenderDetail, operation_id="tenders_evaluation_set")
    def put(self, request: Request, tender_id: int) -> Response:
        """Set the rule of a draft; numbers are text with a decimal point."""
        spec = request.data if isinstance(request.data, dict) else {}
        actions.set_evaluation(actor=person(request), tender_id=tender_id, spec=spec)
        return described(request, tender_id)


class RequiredDocumentsView(TenderView):
    @extend_schema(responses=RequiredDocumentShape(many=True), operation_id="tenders_required_documents")
    def get(self, request: Request, tender_id: int) -> Response:
        """The papers every bid must contain."""
        tender, _now = visible(request, tender_id)
        return Response(RequiredDocumentShape(tender.required_documents.all(), many=True).data)

    @extend_schema(
        request=RequiredDocumentShape(many=True),
        responses=TenderDetail,
        operation_id="tenders_required_documents_replace",
    )
    def put(self, request: Request, tender_id: int) -> Response:
        """Replace the list of papers of a draft."""
        documents = body(RequiredDocumentShape, request, many=True)
        actions.replace_required_documents(actor=person(request), tender_id=tender_id, documents=documents)
        return described(request, tender_id)


class DocumentsView(TenderView):
    parser_classes = (LargeJSONParser,)

    @extend_schema(responses=DocumentShape(many=True), operation_id="tenders_documents")
    def get(self, request: Request, tender_id: int) -> Response:
        """The procurement documents."""
        tender, _now = visible(request, tender_id)
        return Response(DocumentShape(tender.documents.in_force().defer("content"), many=True).data)

    @extend_schema(request=DocumentRequest, responses={201: DocumentShape}, operation_id="tenders_documents_add")
    def post(self, request: Request, tender_id: int) -> Response:
        """Attach a document to a draft."""
        fields = body(DocumentRequest, request)
        content = decoded(fields.pop("content"))
        scanning.refuse_infected(content, "content")
        document = actions.add_document(actor=person(request), tender_id=tender_id, content=content, **fields)
        return Response(DocumentShape(document).data, status=201)


class DocumentView(TenderView):
    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}, operation_id="tenders_document")
    def get(self, request: Request, tender_id: int, document_id: UUID) -> HttpResponse:
        """The document's bytes, always as a download."""
        tender, _now = visible(request, tender_id)
        document = tender.documents.published().filter(pk=document_id).first()
        if document is None:
            raise Http404
        content = bytes(document.content)
        return confined(HttpResponse(content, content_type=kind_of(content)), document.name)

    @extend_schema(responses={204: None}, operation_id="tenders_document_remove")
    def delete(self, request: Request, tender_id: int, document_id: UUID) -> Response:
        """Take a document out of a draft."""
        if not Document.objects.filter(pk=document_id, tender=tender_id).exists():
            raise Http404
        actions.remove_document(actor=person(request), document_id=document_id)
        return Response(status=204)


class QuestionsView(TenderView):
    @extend_schema(responses=QuestionShape(many=True), operation_id="tenders_questions")
    def get(self, request: Request, tender_id: int) -> Response:
        """Questions and answers, without the asker."""
        tender, _now = visible(request, tender_id)
        return Response(QuestionShape(questions_for(request.user, tender), many=True).data)

    @extend_schema(request=QuestionRequest, responses={201: QuestionShape}, operation_id="tenders_questions_ask")
    def post(self, request: Request, tender_id: int) -> Response:
        """Ask for your company."""
        fields = body(QuestionRequest, request)
        company = organization(fields["company"], "company")
        question = actions.ask_question(
            actor=person(request), company=company, tender_id=tender_id, text=fields["text"]
        )
        return Response(QuestionShape(question).data, status=201)


class AnswerView(TenderView):
    @extend_schema(request=AnswerRequest, responses=QuestionShape, operation_id="tenders_questions_answer")
    def post(self, request: Request, tender_id: int, question_id: int) -> Response:
        """Answer a question, to everybody."""
        if not Question.objects.filter(pk=question_id, tender=tender_id).exists():
            raise Http404
        question = actions.answer_question(
            actor=person(request), question_id=question_id, **body(AnswerRequest, request)
        )
        return Response(QuestionShape(question).data)


def decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise serializers.ValidationError({"content": [_("Send the file in base64.")]}) from None
