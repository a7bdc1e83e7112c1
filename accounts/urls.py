from django.urls import URLPattern, path

from accounts import views

urlpatterns: list[URLPattern] = [
    path("desk/", views.desk, name="desk"),
    path("language/", views.language, name="set_language"),
    path("theme/", views.theme, name="set_theme"),
]
