from django.urls import URLPattern, path

from config.demo import views

urlpatterns: list[URLPattern] = [
    path("people/", views.people, name="demo_people"),
    path("switch/", views.switch, name="demo_switch"),
    path("mail/", views.mail_list, name="demo_mail"),
    path("mail/<str:name>/", views.mail, name="demo_mail_text"),
]
