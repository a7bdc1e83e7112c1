"""Addresses of the files people take away."""

from django.urls import URLPattern, URLResolver, include, path

from pilots.papers import day_path  # noqa: F401 - registers <day:…>
from reports import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("reports.audit.urls")),
    path("tenders/<int:tender_id>/workbook.xlsx", views.tender_workbook, name="tender_workbook"),
    path("tenders/<int:tender_id>/workbook/template/", views.template, name="tender_template"),
    path("tenders/<int:tender_id>/workbook/names.csv", views.template_names, name="tender_template_names"),
    path("tenders/<int:tender_id>/opening-record.pdf", views.opening_record, name="opening_record_pdf"),
    path("tenders/<int:tender_id>/award-record.pdf", views.award_record, name="award_record_pdf"),
    path("bids/receipts/<uuid:receipt_id>.pdf", views.receipt, name="receipt_pdf"),
    path("bids/rehearsals/<uuid:rehearsal_id>.pdf", views.rehearsal, name="rehearsal_pdf"),
    path("letters/<uuid:letter_id>.pdf", views.letter, name="letter_pdf"),
    path("candidacy/<uuid:letter_id>.pdf", views.candidate_letter, name="candidate_letter_pdf"),
    path("papers/<uuid:paper_id>.pdf", views.paper_file, name="paper_pdf"),
    path("papers/session/<day:day>/<str:reference>.pdf", views.session_file, name="session_pdf"),
    path("pilots/<int:pilot_id>/workbook.xlsx", views.pilot_file, name="pilot_workbook"),
]
