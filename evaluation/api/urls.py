from django.urls import URLPattern, path

from evaluation.api import views

_EVALUATION = "evaluations/<int:tender_id>/"
_CLARIFICATION = f"{_EVALUATION}clarifications/<int:check_id>/"
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
    path(_EXCLUSIONS, views.ExclusionsView.as_view(), name="api_exclusions"),
    path(
        f"{_EXCLUSIONS}<int:exclusion_id>/confirm/", views.ExclusionConfirmView.as_view(), name="api_exclusion_confirm"
    ),
    path(f"{_EVALUATION}clarifications/", views.ClarificationsView.as_view(), name="api_clarifications"),
    path(f"{_CLARIFICATION}answer/", views.ClarificationAnswerView.as_view(), name="api_clarification_answer"),
    path(f"{_CLARIFICATION}decide/", views.ClarificationDecideView.as_view(), name="api_clarification_decide"),
    path(f"{_CLARIFICATION}confirm/", views.ClarificationConfirmView.as_view(), name="api_clarification_confirm"),
    path(f"{_EVALUATION}result/", views.ResultView.as_view(), name="api_result"),
    path(f"{_EVALUATION}robustness/", views.RobustnessView.as_view(), name="api_robustness"),
    path(f"{_EVALUATION}draws/", views.DrawsView.as_view(), name="api_draws"),
    path("tenders/<int:tender_id>/award/", views.AwardView.as_view(), name="api_award"),
    path(
        "tenders/<int:tender_id>/award/<int:approval_id>/decide/",
        views.AwardDecideView.as_view(),
        name="api_award_decide",
    ),
]
