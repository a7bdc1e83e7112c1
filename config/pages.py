from django.urls import URLPattern, URLResolver, include, path

from config import feedback, health, page_views, status_views, trail_views
from config.practice.urls import tours

urlpatterns: list[URLPattern | URLResolver] = [
    path("help/", page_views.help_page, name="help"),
    path("help/sign-in/", page_views.sign_in_trouble, name="sign_in_trouble"),
    path("security/", page_views.security, name="security"),
    path("accessibility/", page_views.accessibility, name="accessibility"),
    path("accessibility/report/", feedback.report, name="report_barrier"),
    path("accessibility/report/thanks/", feedback.reported, name="barrier_reported"),
    path("easy-language/", page_views.easy_language_page, name="easy_language"),
    path("imprint/", page_views.imprint, name="imprint"),
    path("privacy/", page_views.privacy, name="privacy"),
    path(".well-known/zuschlag-keys", page_views.public_keys, name="public_keys"),
    path("checkpoints/", trail_views.checkpoint_list, name="checkpoints"),
    path("checkpoints.atom", trail_views.checkpoint_feed, name="checkpoint_feed"),
    path("checkpoints/<slug:tick>.note", trail_views.checkpoint, name="checkpoint"),
    path("checkpoints/<slug:tick>.tsr", trail_views.checkpoint_stamp, name="checkpoint_stamp"),
    path("status/", status_views.status, name="status"),
    path("status.json", status_views.status_json, name="status_json"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("demo/", include("config.demo.urls")),
    path("practice/", include("config.practice.urls")),
    path("tour/", include(tours)),
]
