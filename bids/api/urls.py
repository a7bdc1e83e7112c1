from django.urls import URLPattern, path

from bids.api import (
    declaration_views,
    eligibility_views,
    group_rehearsal_views,
    hash_list_views,
    opening_views,
    recovery_views,
    uploads,
    views,
)

urlpatterns: list[URLPattern] = [
    path("bids/", views.BidListView.as_view(), name="api_bids"),
    path("bids/drafts/", views.DraftListView.as_view(), name="api_bid_drafts"),
    path("bids/opened/<uuid:document_id>/", opening_views.OpenedDocumentView.as_view(), name="api_opened_document"),
    path("bids/<uuid:bid_id>/", views.BidView.as_view(), name="api_bid"),
    path("bids/<uuid:bid_id>/documents/<uuid:object_id>/", views.DocumentView.as_view(), name="api_bid_document"),
    path(
        "bids/<uuid:bid_id>/documents/<uuid:object_id>/arrived/",
        uploads.ArrivedView.as_view(),
        name="api_bid_document_arrived",
    ),
    path("uploads/", uploads.UploadListView.as_view(), name="api_uploads"),
    path("uploads/<uuid:upload_id>/", uploads.UploadView.as_view(), name="api_upload"),
    path("company/declaration/", declaration_views.CompanyView.as_view(), name="api_company_declaration"),
    path("bids/<uuid:bid_id>/declaration/", declaration_views.BidView.as_view(), name="api_bid_declaration"),
    path("bids/<uuid:bid_id>/manifest/", views.ManifestView.as_view(), name="api_bid_manifest"),
    path(
        "bids/<uuid:bid_id>/manifest/<uuid:object_id>/",
        views.ManifestObjectView.as_view(),
        name="api_bid_manifest_object",
    ),
    path("bids/<uuid:bid_id>/submit/", views.SubmitView.as_view(), name="api_bid_submit"),
    path("bids/<uuid:bid_id>/rehearsal/", views.RehearsalView.as_view(), name="api_bid_rehearsal"),
    path("bids/<uuid:bid_id>/confirm/", views.ConfirmView.as_view(), name="api_bid_confirm"),
    path("bids/<uuid:bid_id>/withdraw/", views.WithdrawView.as_view(), name="api_bid_withdraw"),
    path("bids/<uuid:bid_id>/receipt/", views.ReceiptView.as_view(), name="api_bid_receipt"),
    path("bids/<uuid:bid_id>/objects/<uuid:object_id>/", views.SealedObjectView.as_view(), name="api_bid_object"),
    path("tenders/<int:tender_id>/hash-list/", hash_list_views.HashListView.as_view(), name="api_hash_list"),
    path("tenders/<int:tender_id>/eligibility/", eligibility_views.EligibilityView.as_view(), name="api_eligibility"),
    path(
        "opening-groups/<int:organization_id>/rehearsal/",
        group_rehearsal_views.RehearseView.as_view(),
        name="api_group_rehearsal",
    ),
    path(
        "opening-groups/<int:organization_id>/rehearsal/part/",
        group_rehearsal_views.PartView.as_view(),
        name="api_group_rehearsal_part",
    ),
    path("tenders/<int:tender_id>/open/", opening_views.OpenView.as_view(), name="api_tender_open"),
    path("tenders/<int:tender_id>/open/part/", opening_views.OpenPartView.as_view(), name="api_tender_open_part"),
    path("tenders/<int:tender_id>/open/recovery/", recovery_views.RecoveryUseView.as_view(), name="api_recovery"),
    path(
        "tenders/<int:tender_id>/open/recovery/confirm/",
        recovery_views.RecoveryConfirmView.as_view(),
        name="api_recovery_confirm",
    ),
    path(
        "tenders/<int:tender_id>/open/recovery/part/",
        recovery_views.RecoveryPartView.as_view(),
        name="api_recovery_part",
    ),
    path(
        "tenders/<int:tender_id>/open/recovery/release/",
        recovery_views.RecoveryReleaseView.as_view(),
        name="api_recovery_release",
    ),
]
