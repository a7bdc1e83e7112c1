from django.urls import URLPattern, path

from tendering.api import acts, contacts, library, parts, proposals, views

ONE = "tenders/<int:tender_id>/"
urlpatterns: list[URLPattern] = [
    path("contacts/", contacts.ContactsView.as_view(), name="api_contacts"),
    path("tenders/", views.TenderListView.as_view(), name="api_tenders"),
    path(ONE, views.TenderDetailView.as_view(), name="api_tender"),
    path(f"{ONE}publish/", acts.PublishView.as_view(), name="api_tender_publish"),
    path(f"{ONE}send-back/", acts.SendBackView.as_view(), name="api_tender_send_back"),
    path(f"{ONE}amend/", acts.AmendView.as_view(), name="api_tender_amend"),
    path(f"{ONE}extend/", acts.ExtendView.as_view(), name="api_tender_extend"),
    path(f"{ONE}amendments/", acts.AmendmentListView.as_view(), name="api_tender_amendments"),
    path(
        f"{ONE}amendments/<int:amendment_id>/approve/",
        acts.ApproveAmendmentView.as_view(),
        name="api_tender_amendment_approve",
    ),
    path(f"{ONE}proposals/", proposals.ProposalListView.as_view(), name="api_tender_proposals"),
    path(f"{ONE}proposals/<int:proposal_id>/", proposals.ProposalView.as_view(), name="api_tender_proposal"),
    path(
        f"{ONE}proposals/<int:proposal_id>/accept/",
        proposals.AcceptProposalView.as_view(),
        name="api_tender_proposal_accept",
    ),
    path(
        f"{ONE}proposals/<int:proposal_id>/decline/",
        proposals.DeclineProposalView.as_view(),
        name="api_tender_proposal_decline",
    ),
    path(f"{ONE}cancel/", acts.CancelView.as_view(), name="api_tender_cancel"),
    path(f"{ONE}rounds/", acts.RoundView.as_view(), name="api_tender_rounds"),
    path(f"{ONE}call/", acts.CallView.as_view(), name="api_tender_call"),
    path(f"{ONE}invitations/", acts.InvitationView.as_view(), name="api_tender_invitations"),
    path(f"{ONE}conflict/", acts.ConflictView.as_view(), name="api_tender_conflict"),
    path(f"{ONE}lots/", parts.LotsView.as_view(), name="api_tender_lots"),
    path(f"{ONE}items/", parts.ItemsView.as_view(), name="api_tender_items"),
    path(f"{ONE}criteria/", parts.CriteriaView.as_view(), name="api_tender_criteria"),
    path(f"{ONE}evaluation/", parts.EvaluationView.as_view(), name="api_tender_evaluation"),
    path(f"{ONE}required-documents/", parts.RequiredDocumentsView.as_view(), name="api_tender_required_documents"),
    path(f"{ONE}documents/", parts.DocumentsView.as_view(), name="api_tender_documents"),
    path(f"{ONE}documents/<uuid:document_id>/", parts.DocumentView.as_view(), name="api_tender_document"),
    path(f"{ONE}questions/", parts.QuestionsView.as_view(), name="api_tender_questions"),
    path(f"{ONE}questions/<int:question_id>/answer/", parts.AnswerView.as_view(), name="api_tender_answer"),
    path("templates/", library.TemplateListView.as_view(), name="api_templates"),
    path("templates/<slug:slug>/", library.TemplateDetailView.as_view(), name="api_template"),
    path("templates/<slug:slug>/use/", library.TemplateUseView.as_view(), name="api_template_use"),
]
