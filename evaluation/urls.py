"""Addresses of the pages about checks, scores, results and awards. No file name stands in an address."""

from django.urls import URLPattern, path

from evaluation.views import award, checks, moderation, public, requests, result, scoring

TENDER = "tenders/<int:tender_id>/"
CELL = "<uuid:bid_id>/<str:lot>/<str:criterion>/"

urlpatterns: list[URLPattern] = [
    path("results/", public.results, name="results"),
    path(f"{TENDER}evaluation/", award.evaluation, name="evaluation"),
    path(f"{TENDER}evaluation/panel/", award.panel, name="panel"),
    path(f"{TENDER}evaluation/draw/<str:lot>/", award.draw, name="evaluation_draw"),
    path(f"{TENDER}result/", result.result, name="evaluation_result"),
    path(f"{TENDER}result/<uuid:bid_id>/", result.bid, name="evaluation_bid"),
    path(f"{TENDER}award/", award.award, name="evaluation_award"),
    path(f"{TENDER}award/<int:approval_id>/", award.decide_award, name="evaluation_award_decide"),
    path(f"{TENDER}scoring/", scoring.sheet, name="scoring"),
    path(f"{TENDER}scoring/declaration/", scoring.declare, name="scoring_declare"),
    path(f"{TENDER}scoring/submit/", scoring.submit, name="scoring_submit"),
    path(f"{TENDER}scoring/documents/<uuid:document_id>/", scoring.document, name="scoring_document"),
    path(f"{TENDER}scoring/{CELL}", scoring.cell, name="scoring_cell"),
    path(f"{TENDER}moderation/", moderation.moderation, name="moderation"),
    path(f"{TENDER}moderation/close/", moderation.close, name="moderation_close"),
    path(f"{TENDER}moderation/{CELL}", moderation.cell, name="moderation_cell"),
    path(f"{TENDER}checks/", checks.matrix, name="checks"),
    path(f"{TENDER}checks/confirm/", checks.confirm, name="checks_confirm"),
    path(f"{TENDER}checks/received/<int:request_id>/", checks.received, name="check_received"),
    path(f"{TENDER}checks/price/<int:check_id>/", checks.price, name="check_price"),
    path(f"{TENDER}checks/<uuid:bid_id>/", checks.bid, name="check_bid"),
    path(f"{TENDER}checks/<uuid:bid_id>/documents/", checks.supplement, name="check_supplement"),
    path(f"{TENDER}checks/<uuid:bid_id>/exclude/", checks.exclude, name="check_exclude"),
    path(f"{TENDER}checks/<uuid:bid_id>/price/<str:lot>/", checks.ask_price, name="check_ask_price"),
    path(f"{TENDER}requests/", requests.requests, name="bid_requests"),
]
