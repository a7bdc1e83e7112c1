"""Addresses of the pages about people, their organisations, and the doors into them."""

from django.urls import URLPattern, path

from accounts import joining_views as joining
from accounts import people_views as views
from accounts import theme_views

ONE = "organizations/<int:organization_id>/"
urlpatterns: list[URLPattern] = [
    path("organizations/", views.own_organizations, name="organizations"),
    path(f"{ONE}edit/", views.edit, name="organization_edit"),
    path(f"{ONE}theme/", theme_views.edit, name="theme_edit"),
    path("themes/<int:organization_id>.css", theme_views.css, name="theme_css"),
    path("themes/<int:organization_id>/logo", theme_views.logo, name="theme_logo"),
    path(f"{ONE}contacts/", views.contacts, name="contacts_edit"),
    path(f"{ONE}contacts/<int:unit_id>/", views.contacts, name="contact_edit"),
    path(f"{ONE}contacts/<int:unit_id>/close/", views.close_contact, name="contact_close"),
    path(f"{ONE}openers/", views.opening_group, name="opening_group"),
    path(f"{ONE}people/", views.people_page, name="people"),
    path(f"{ONE}people/invite/", views.invite, name="person_invite"),
    path(f"{ONE}people/invitations/<uuid:invitation_id>/withdraw/", views.withdraw, name="person_invitation_withdraw"),
    path(f"{ONE}people/requests/<str:request_id>/", views.answer_request, name="join_answer"),
    path(f"{ONE}people/<int:user_id>/", views.person, name="person"),
    path(f"{ONE}people/<int:user_id>/leave/", views.leave, name="person_leave"),
    path(f"{ONE}people/<int:user_id>/stand-in/", views.stand_in_for, name="person_stand_in"),
    path("account/stand-ins/", views.stand_ins, name="stand_ins"),
    path("account/stand-ins/<int:membership_id>/end/", views.end_stand_in, name="stand_in_end"),
    path("account/signup/", joining.register, name="account_signup"),
    path("account/signup/known/", joining.company_known, name="company_known"),
    path("join/<str:token>/", joining.accept, name="invitation_accept"),
]
