from django.urls import URLPattern, path

from accounts.api import desk, message_views, views

urlpatterns: list[URLPattern] = [
    path("auth/token/", views.TokenView.as_view(), name="api_token"),
    path("auth/token/<uuid:token_id>/", views.TokenDetailView.as_view(), name="api_token_detail"),
    path("me/", views.MeView.as_view(), name="api_me"),
    path("messages/", message_views.MessageListView.as_view(), name="api_messages"),
    path("messages/<uuid:message_id>/", message_views.MessageView.as_view(), name="api_message"),
    path("desk/", desk.DeskView.as_view(), name="api_desk"),
]
