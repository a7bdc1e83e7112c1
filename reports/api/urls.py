"""The reports' part of the API."""

from django.urls import URLPattern, path

from reports.api import audit, views

urlpatterns: list[URLPattern] = [
    path("reports/tenders/<int:tender_id>/workbook/", views.TenderWorkbookView.as_view(), name="api_tender_workbook"),
    path("reports/tenders/<int:tender_id>/template/", views.TemplateView.as_view(), name="api_tender_template"),
    path(
        "reports/tenders/<int:tender_id>/opening-record/",
        views.OpeningRecordView.as_view(),
        name="api_opening_record",
    ),
    path("reports/receipts/<uuid:receipt_id>/", views.ReceiptPdfView.as_view(), name="api_receipt_pdf"),
    path("reports/pilots/<int:pilot_id>/workbook/", views.PilotWorkbookView.as_view(), name="api_pilot_workbook"),
    path("reports/audit/tenders/<int:tender_id>/events/", audit.AuditEventsView.as_view(), name="api_audit_events"),
    path("reports/audit/tenders/<int:tender_id>/export/", audit.AuditExportView.as_view(), name="api_audit_export"),
]
