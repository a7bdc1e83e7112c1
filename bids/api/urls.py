from django.urls import URLPattern, path

from bids.api import opening_views, views

urlpatterns: list[URLPattern] = [
    path("bids/", views.BidListView.as_view(), name="api_bids"),
    path("bids/drafts/", views.DraftListView.as_view(), name="api_bid_drafts"),
    path("bids/opened/<uuid:document_id>/", opening_views.OpenedDocumentView.as_view(), name="api_opened_document"),
    path("bids/<uuid:bid_id>/", views.BidView.as_view(), name="api_bid"),
    path("bids/<uuid:bid_id>/documents/<uuid:object_id>/", views.DocumentView.as_view(), name="api_bid_document"),
    path("bids/<uuid:bid_id>/submit/", views.SubmitView.as_view(), name="api_bid_submit"),
    path("bids/<uuid:bid_id>/withdraw/", views.WithdrawView.as_view(), name="api_bid_withdraw"),
    path("bids/<uuid:bid_id>/receipt/", views.ReceiptView.as_view(), name="api_bid_receipt"),
    path("bids/<uuid:bid_id>/objects/<uuid:object_id>/", views.SealedObjectView.as_view(), name="api_bid_object"),
    path("tenders/<int:tender_id>/open/", opening_views.OpenView.as_view(), name="api_tender_open"),
]
