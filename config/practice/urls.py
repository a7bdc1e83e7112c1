from django.urls import URLPattern, path

from config.practice import tour_views, views

urlpatterns: list[URLPattern] = [
    path("", views.page, name="practice"),
    path("start/", views.start, name="practice_start"),
    path("continue/", views.resume, name="practice_continue"),
    path("leave/", views.leave, name="practice_leave"),
    path("reset/", views.reset, name="practice_reset"),
    path("clock/", views.move_clock, name="practice_clock"),
    path("colleague/", views.let_colleague, name="practice_colleague"),
    path("mail/", views.mail_list, name="practice_mail"),
]
tours: list[URLPattern] = [
    path("", tour_views.tour, name="tour"),
    path("<slug:role>/", tour_views.tour_role, name="tour_role"),
]
