"""Addresses of the pages about tenders."""

from django.urls import URLPattern, path

from tendering.views import attachments, changes, creation, detail, feeds, invitations, judging, listing, release

urlpatterns: list[URLPattern] = [
    path("tenders/", listing.tender_list, name="tender_list"),
    path("tenders.atom", feeds.TenderFeed(), name="tender_feed"),
    path("tenders.ics", feeds.deadlines, name="tender_deadlines"),
    path("tenders/new/", creation.new, name="tender_new"),
    path("tenders/cpv/", creation.cpv_search, name="tender_cpv"),
    path("tenders/<int:tender_id>/", detail.tender_detail, name="tender_detail"),
    path("tenders/<int:tender_id>.ics", feeds.deadline, name="tender_deadline"),
    path("tenders/<int:tender_id>/documents/<uuid:document_id>/", detail.document, name="tender_document"),
    path("tenders/<int:tender_id>/documents.zip", detail.documents_zip, name="tender_documents"),
    path("tenders/<int:tender_id>/ask/", detail.ask, name="tender_ask"),
    path("tenders/<int:tender_id>/asked/", detail.asked, name="tender_asked"),
    path("tenders/<int:tender_id>/edit/what/", creation.what, name="tender_edit_what"),
    path("tenders/<int:tender_id>/edit/how/", judging.how, name="tender_edit_how"),
    path("tenders/<int:tender_id>/edit/how/preview/", judging.preview, name="tender_preview"),
    path("tenders/<int:tender_id>/edit/when/", creation.when, name="tender_edit_when"),
    path("tenders/<int:tender_id>/edit/publish/", release.publish, name="tender_edit_publish"),
    path("tenders/<int:tender_id>/edit/documents/", attachments.documents, name="tender_edit_documents"),
    path(
        "tenders/<int:tender_id>/edit/documents/<uuid:document_id>/remove/",
        attachments.remove,
        name="tender_document_remove",
    ),
    path("tenders/<int:tender_id>/invite/", invitations.invitations, name="tender_invite"),
    path("tenders/<int:tender_id>/release/", release.release, name="tender_release"),
    path("tenders/<int:tender_id>/questions/", changes.questions, name="tender_questions"),
    path("tenders/<int:tender_id>/questions/<int:question_id>/", changes.answer, name="tender_answer"),
    path("tenders/<int:tender_id>/deadline/", changes.extend, name="tender_extend"),
    path("tenders/<int:tender_id>/deadline/<int:amendment_id>/", changes.extension, name="tender_extension"),
    path("tenders/<int:tender_id>/cancel/", changes.cancel, name="tender_cancel"),
]
