from django.urls import URLPattern, URLResolver, include, path

from accounts import calendar_views, mailbox_views, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/", views.desk, name="desk"),
    path("desk/calendar/", calendar_views.key, name="desk_calendar_key"),
    path("desk/calendar/<str:token>.ics", calendar_views.subscription, name="desk_calendar"),
    path("language/", views.language, name="set_language"),
    path("theme/", views.theme, name="set_theme"),
    path("", include("accounts.people_urls")),
    path("mailbox/", mailbox_views.mailbox_list, name="mailbox"),
    path("mailbox/<uuid:message_id>/", mailbox_views.message, name="message"),
    path("mailbox/undelivered/", mailbox_views.undelivered_list, name="undelivered"),
    path("mailbox/undelivered/<int:mail_id>/", mailbox_views.undelivered_act, name="undelivered_act"),
    path("account/notifications/", mailbox_views.notifications, name="notifications"),
    path("unsubscribe/<str:token>/", mailbox_views.unsubscribe, name="unsubscribe"),
]
