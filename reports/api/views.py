"""The files of the pages over HTTP, and the names for an own template."""

from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.asking import ApiView
from bids.sheets import why_refused
from reports import access, views
from reports.documents import opening_record_pdf, receipt_pdf
from reports.forms import TemplateForm
from reports.named_values import fill, named_values
from reports.pilot_workbook import pilot_workbook
from tendering.spreadsheets.safe import Refused

AS_XLSX = {(200, views.XLSX): OpenApiTypes.BINARY}
AS_PDF = {(200, views.PDF): OpenApiTypes.BINARY}


class NamedValueShape(serializers.Serializer):
    name = serializers.CharField()
    meaning = serializers.CharField()
    value = serializers.CharField(allow_null=True)


class TemplateShape(serializers.Serializer):
    template = serializers.FileField(help_text="an .xlsx file with named cells")


class SignedIn(ApiView):
    permission_classes = (IsAuthenticated,)


class TenderWorkbookView(SignedIn):
    asked_with = ("lot",)

    @extend_schema(
        responses=AS_XLSX, operation_id="reports_tender_workbook",
        parameters=[OpenApiParameter("lot", str, description="Code of the one lot the workbook is about.")],
    )  # fmt: skip
    def get(self, request: Request, tender_id: int) -> HttpResponse:
        """The evaluation workbook, once an evaluation has been computed; for the buyer's office and audit. With many
        bids over all lots (409, `workbook_too_large`) it is taken lot by lot.
        """
        return views.tender_file(access.run_for(request.user, tender_id), request.query_params.get("lot", ""))


class OpeningRecordView(SignedIn):
    @extend_schema(responses=AS_PDF, operation_id="reports_opening_record")
    def get(self, request: Request, tender_id: int) -> HttpResponse:
        """The record of the opening as PDF."""
        session = access.opening_for(request.user, tender_id)
        return views.download(opening_record_pdf(session), views.PDF, f"{session.tender.reference}.pdf")


class ReceiptPdfView(SignedIn):
    @extend_schema(responses=AS_PDF, operation_id="reports_receipt")
    def get(self, request: Request, receipt_id: UUID) -> HttpResponse:
        """A receipt of the own company as PDF."""
        receipt = access.receipt_for(request.user, receipt_id)
        return views.download(receipt_pdf(receipt, views.language()), views.PDF, f"{receipt.pk}.pdf")


class PilotWorkbookView(ApiView):
    permission_classes = (AllowAny,)

    @extend_schema(responses=AS_XLSX, operation_id="reports_pilot_workbook")
    def get(self, request: Request, pilot_id: int) -> HttpResponse:
        """The workbook of an analysed pilot."""
        pilot = access.pilot_for(request.user, pilot_id)
        return views.download(pilot_workbook(pilot, views.language()), views.XLSX, f"{pilot.reference}.xlsx")


class TemplateView(SignedIn):
    parser_classes = (MultiPartParser,)

    @extend_schema(responses=NamedValueShape(many=True), operation_id="reports_template_names")
    def get(self, request: Request, tender_id: int) -> Response:
        """The names a template may use, with their values."""
        run = access.run_for(request.user, tender_id)
        rows = [
            {"name": item.name, "meaning": item.meaning, "value": None if item.value is None else str(item.value)}
            for item in named_values(run)
        ]
        return Response(NamedValueShape(rows, many=True).data)

    @extend_schema(request=TemplateShape, responses=AS_XLSX, operation_id="reports_template_fill")
    def post(self, request: Request, tender_id: int) -> HttpResponse:
        """Fill an own template: an .xlsx with named cells comes back with the values of this tender."""
        run = access.run_for(request.user, tender_id)
        form = TemplateForm(request.data, request.FILES)
        if not form.is_valid():
            raise ValidationError({name: [str(error) for error in errors] for name, errors in form.errors.items()})
        try:
            content, _report = fill(form.cleaned_data["template"], run)
        except Refused as refused:
            raise ValidationError({"template": [why_refused(refused)]}) from refused
        return views.download(content, views.XLSX, f"{run.tender.reference}.xlsx")
