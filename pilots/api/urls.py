from django.urls import URLPattern, path

from pilots.api import papers, views

ONE = "pilots/<int:pilot_id>/"
urlpatterns: list[URLPattern] = [
    path("pilots/", views.PilotListView.as_view(), name="api_pilots"),
    path(ONE, views.PilotDetailView.as_view(), name="api_pilot"),
    path(f"{ONE}register/", views.RegisterView.as_view(), name="api_pilot_register"),
    path(f"{ONE}co-sign/", views.CoSignView.as_view(), name="api_pilot_co_sign"),
    path(f"{ONE}start/", views.StartView.as_view(), name="api_pilot_start"),
    path(f"{ONE}measurements/", views.MeasurementsView.as_view(), name="api_pilot_measurements"),
    path(f"{ONE}freeze/", views.FreezeView.as_view(), name="api_pilot_freeze"),
    path(f"{ONE}effects/", views.EffectsView.as_view(), name="api_pilot_effects"),
    path(f"{ONE}effects/<int:run_id>/confirm/", views.EffectsConfirmView.as_view(), name="api_pilot_effects_confirm"),
    path(f"{ONE}review/", views.ReviewView.as_view(), name="api_pilot_review"),
    path(f"{ONE}decision/", views.DecisionView.as_view(), name="api_pilot_decision"),
    path("papers/", papers.PaperListView.as_view(), name="api_papers"),
    path("papers/<uuid:paper_id>/", papers.PaperDetailView.as_view(), name="api_paper"),
    path("papers/<uuid:paper_id>/vote/", papers.PaperVoteView.as_view(), name="api_paper_vote"),
    path("papers/<uuid:paper_id>/comments/", papers.PaperCommentsView.as_view(), name="api_paper_comments"),
]
