"""All addresses of the product (CONTRACT: HTTP). Each app brings its pages and its part of the API."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView

from config import views

api: list[URLPattern | URLResolver] = [
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", views.api_docs, name="api-docs"),
    path("", include("accounts.api.urls")),
    path("", include("tendering.api.urls")),
    path("", include("bids.api.urls")),
    path("", include("evaluation.api.urls")),
    path("", include("pilots.api.urls")),
    path("", include("reports.api.urls")),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include(api)),  # first: asked most often in the minutes before a deadline
    path("", views.start, name="start"),
    path("", include("accounts.urls")),
    path("", include("tendering.urls")),
    path("", include("bids.urls")),
    path("", include("evaluation.urls")),
    path("", include("pilots.urls")),
    path("", include("reports.urls")),
    path("", include("config.pages")),
    path("account/", include("allauth.urls")),
    path("operator/", admin.site.urls),
]
handler400, handler403, handler404, handler500 = (
    "config.views.bad_request",
    "config.views.forbidden",
    "config.views.not_found",
    "config.views.server_error",
)
