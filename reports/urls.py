"""Addresses of the files people take away."""

from django.urls import URLPattern, path

from reports import views

urlpatterns: list[URLPattern] = [
    path("tenders/<int:tender_id>/workbook.xlsx", views.tender_workbook, name="tender_workbook"),
    path("tenders/<int:tender_id>/workbook/template/", views.template, name="tender_template"),
    path("tenders/<int:tender_id>/workbook/names.csv", views.template_names, name="tender_template_names"),
    path("tenders/<int:tender_id>/opening-record.pdf", views.opening_record, name="opening_record_pdf"),
    path("bids/receipts/<uuid:receipt_id>.pdf", views.receipt, name="receipt_pdf"),
    path("pilots/<int:pilot_id>/workbook.xlsx", views.pilot_file, name="pilot_workbook"),
]
