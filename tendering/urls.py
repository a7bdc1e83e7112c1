"""Addresses of the pages about tenders."""

from django.urls import URLPattern, path

from tendering.views import detail, feeds, listing

urlpatterns: list[URLPattern] = [
    path("tenders/", listing.tender_list, name="tender_list"),
    path("tenders.atom", feeds.TenderFeed(), name="tender_feed"),
    path("tenders.ics", feeds.deadlines, name="tender_deadlines"),
    path("tenders/<int:tender_id>/", detail.tender_detail, name="tender_detail"),
    path("tenders/<int:tender_id>.ics", feeds.deadline, name="tender_deadline"),
    path("tenders/<int:tender_id>/documents/<uuid:document_id>/", detail.document, name="tender_document"),
    path("tenders/<int:tender_id>/documents.zip", detail.documents_zip, name="tender_documents"),
    path("tenders/<int:tender_id>/ask/", detail.ask, name="tender_ask"),
    path("tenders/<int:tender_id>/asked/", detail.asked, name="tender_asked"),
]
