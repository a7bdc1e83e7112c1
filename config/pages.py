from django.urls import URLPattern, URLResolver, include, path

from config import health, page_views

urlpatterns: list[URLPattern | URLResolver] = [
    path("help/", page_views.help_page, name="help"),
    path("help/sign-in/", page_views.sign_in_trouble, name="sign_in_trouble"),
    path("security/", page_views.security, name="security"),
    path("accessibility/", page_views.accessibility, name="accessibility"),
    path("accessibility/report/", page_views.report_barrier, name="report_barrier"),
    path("easy-language/", page_views.easy_language, name="easy_language"),
    path("imprint/", page_views.imprint, name="imprint"),
    path("privacy/", page_views.privacy, name="privacy"),
    path(".well-known/zuschlag-keys", page_views.public_keys, name="public_keys"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("demo/", include("config.demo.urls")),
]
