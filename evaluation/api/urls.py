from django.urls import URLPattern, path

from evaluation.api import after, candidates, checking, comparisons, contracts, draws, notices, supplements, views
from evaluation.api.simulation import SimulateView

_EVALUATION = "evaluations/<int:tender_id>/"
_CLARIFICATION = f"{_EVALUATION}clarifications/<int:check_id>/"
_TENDER = "tenders/<int:tender_id>/"
_CONTRACT = "contracts/<int:contract_id>/"
_SUPPLEMENTS = f"{_EVALUATION}checks/supplements/"
_EXCLUSIONS = f"{_EVALUATION}checks/exclusions/"

urlpatterns: list[URLPattern] = [
    path(_EVALUATION, views.OverviewView.as_view(), name="api_evaluation"),
    path(f"{_EVALUATION}panel/", views.PanelView.as_view(), name="api_panel"),
    path(f"{_EVALUATION}scores/", views.ScoresView.as_view(), name="api_scores"),
    path(f"{_EVALUATION}scores/submit/", views.ScoresSubmitView.as_view(), name="api_scores_submit"),
    path(f"{_EVALUATION}moderation/", views.ModerationView.as_view(), name="api_moderation"),
    path(f"{_EVALUATION}moderation/close/", views.ModerationCloseView.as_view(), name="api_moderation_close"),
    path(f"{_EVALUATION}checks/", views.ChecksView.as_view(), name="api_checks"),
    path(f"{_EVALUATION}checks/confirm/", views.ChecksConfirmView.as_view(), name="api_checks_confirm"),
    path(f"{_EVALUATION}checks/supplements/", views.SupplementsView.as_view(), name="api_supplements"),
    path(
        f"{_EVALUATION}checks/supplements/received/",
        views.SupplementReceivedView.as_view(),
        name="api_supplement_received",
    ),
    path(f"{_SUPPLEMENTS}own/", supplements.OwnSupplementsView.as_view(), name="api_supplements_own"),
    path(f"{_SUPPLEMENTS}<int:request_id>/file/", supplements.SupplementFileView.as_view(), name="api_supplement_file"),
    path(
        f"{_SUPPLEMENTS}<int:request_id>/judge/", supplements.SupplementJudgeView.as_view(), name="api_supplement_judge"
    ),
    path(
        f"{_SUPPLEMENTS}<int:request_id>/confirm/",
        supplements.SupplementConfirmView.as_view(),
        name="api_supplement_confirm",
    ),
    path(
        "bids/supplements/<uuid:document_id>/",
        supplements.SupplementDocumentView.as_view(),
        name="api_supplement_document",
    ),
    path(f"{_EVALUATION}checks/supplements/all/", checking.SupplementsOfAllView.as_view(), name="api_supplements_all"),
    path(f"{_EVALUATION}checks/steps/", checking.StepsView.as_view(), name="api_check_steps"),
    path(f"{_EVALUATION}checks/steps/set/", checking.StepStatesView.as_view(), name="api_check_steps_set"),
    path(
        f"{_EVALUATION}checks/steps/<int:position>/remove/",
        checking.StepRemoveView.as_view(),
        name="api_check_step_remove",
    ),
    path(f"{_EVALUATION}checks/questions/", checking.QuestionsView.as_view(), name="api_bid_questions"),
    path(
        f"{_EVALUATION}checks/questions/<int:question_id>/answer/",
        checking.QuestionAnswerView.as_view(),
        name="api_bid_question_answer",
    ),
    path(_EXCLUSIONS, views.ExclusionsView.as_view(), name="api_exclusions"),
    path(
        f"{_EXCLUSIONS}<int:exclusion_id>/confirm/", views.ExclusionConfirmView.as_view(), name="api_exclusion_confirm"
    ),
    path(f"{_EVALUATION}candidates/", candidates.CandidatesView.as_view(), name="api_candidates"),
    path(f"{_EVALUATION}candidates/scores/", candidates.CandidateScoresView.as_view(), name="api_candidate_scores"),
    path(f"{_EVALUATION}candidates/selection/", candidates.SelectionView.as_view(), name="api_candidate_selection"),
    path(
        f"{_EVALUATION}candidates/selection/decide/",
        candidates.SelectionDecideView.as_view(),
        name="api_candidate_selection_decide",
    ),
    path(
        f"{_EVALUATION}candidates/selection/return/",
        candidates.SelectionReturnView.as_view(),
        name="api_candidate_selection_return",
    ),
    path(f"{_EVALUATION}candidates/own/", candidates.CandidacyView.as_view(), name="api_candidacy"),
    path(f"{_EVALUATION}clarifications/", views.ClarificationsView.as_view(), name="api_clarifications"),
    path(f"{_CLARIFICATION}answer/", views.ClarificationAnswerView.as_view(), name="api_clarification_answer"),
    path(f"{_CLARIFICATION}aid/", views.AidQuestionView.as_view(), name="api_clarification_aid"),
    path(f"{_CLARIFICATION}aid/answer/", views.AidAnswerView.as_view(), name="api_clarification_aid_answer"),
    path(f"{_CLARIFICATION}decide/", views.ClarificationDecideView.as_view(), name="api_clarification_decide"),
    path(f"{_CLARIFICATION}confirm/", views.ClarificationConfirmView.as_view(), name="api_clarification_confirm"),
    path(f"{_EVALUATION}result/", views.ResultView.as_view(), name="api_result"),
    path(f"{_EVALUATION}simulate/", SimulateView.as_view(), name="api_simulate"),
    path(f"{_EVALUATION}robustness/", views.RobustnessView.as_view(), name="api_robustness"),
    path(f"{_EVALUATION}draws/", views.DrawsView.as_view(), name="api_draws"),
    path(f"{_EVALUATION}draws/start/", draws.DrawStartView.as_view(), name="api_draw_start"),
    path(f"{_EVALUATION}draws/finish/", draws.DrawFinishView.as_view(), name="api_draw_finish"),
    path(f"{_EVALUATION}draws/<str:lot>/", draws.DrawRecordView.as_view(), name="api_draw"),
    path(f"{_EVALUATION}provision/", comparisons.ProvisionView.as_view(), name="api_provision"),
    path(f"{_EVALUATION}hints/", comparisons.HintsView.as_view(), name="api_hints"),
    path(f"{_TENDER}award/", after.AwardView.as_view(), name="api_award"),
    path(
        "tenders/<int:tender_id>/award/<int:approval_id>/decide/",
        views.AwardDecideView.as_view(),
        name="api_award_decide",
    ),
    path(f"{_TENDER}award/register/", after.RegisterView.as_view(), name="api_register"),
    path(f"{_TENDER}award/resolutions/", after.ResolutionsView.as_view(), name="api_resolutions"),
    path(f"{_TENDER}award/notice/", after.NoticeView.as_view(), name="api_award_notice"),
    path(f"{_TENDER}award/publication/", notices.PublicationView.as_view(), name="api_award_publication"),
    path(f"{_TENDER}award/notices/", notices.NoticesView.as_view(), name="api_award_notices"),
    path(f"{_TENDER}cancellations/", after.CancellationsView.as_view(), name="api_cancellations"),
    path(
        f"{_TENDER}cancellations/<int:cancellation_id>/confirm/",
        after.CancellationConfirmView.as_view(),
        name="api_cancellation_confirm",
    ),
    path(f"{_TENDER}letters/", after.LettersView.as_view(), name="api_letters"),
    path("letters/<uuid:letter_id>/", after.LetterView.as_view(), name="api_letter"),
    path("bids/<uuid:bid_id>/debrief/", after.DebriefView.as_view(), name="api_debrief"),
    path(f"{_TENDER}complaints/", after.ComplaintsView.as_view(), name="api_complaints"),
    path(
        f"{_TENDER}complaints/<int:complaint_id>/answer/",
        after.ComplaintAnswerView.as_view(),
        name="api_complaint_answer",
    ),
    path(f"{_TENDER}reasons/", after.QuestionsView.as_view(), name="api_reasons"),
    path(f"{_TENDER}reasons/<int:request_id>/answer/", after.QuestionAnswerView.as_view(), name="api_reasons_answer"),
    path("contracts/", contracts.ContractsView.as_view(), name="api_contracts"),
    path(f"{_TENDER}contracts/", contracts.SignView.as_view(), name="api_contract_sign"),
    path(_CONTRACT, contracts.ContractView.as_view(), name="api_contract"),
    path(f"{_CONTRACT}changes/", contracts.ChangesView.as_view(), name="api_contract_changes"),
    path(
        f"{_CONTRACT}changes/<int:change_id>/confirm/",
        contracts.ChangeConfirmView.as_view(),
        name="api_contract_confirm",
    ),
    path(f"{_CONTRACT}options/<int:option_id>/draw/", contracts.OptionDrawView.as_view(), name="api_contract_option"),
    path(f"{_CONTRACT}periods/", contracts.PeriodsView.as_view(), name="api_contract_periods"),
    path(f"{_CONTRACT}periods/<int:period_id>/reply/", contracts.ReplyView.as_view(), name="api_contract_reply"),
    path(f"{_CONTRACT}next/", contracts.NextView.as_view(), name="api_contract_next"),
    path("benchmarks/", comparisons.BenchmarksView.as_view(), name="api_benchmarks"),
    path("benchmarks/<int:set_id>/", comparisons.BenchmarkView.as_view(), name="api_benchmark"),
]
