from django.urls import URLPattern, path

from accounts.api import views

urlpatterns: list[URLPattern] = [
    path("auth/token/", views.TokenView.as_view(), name="api_token"),
    path("auth/token/<uuid:token_id>/", views.TokenDetailView.as_view(), name="api_token_detail"),
    path("me/", views.MeView.as_view(), name="api_me"),
]
