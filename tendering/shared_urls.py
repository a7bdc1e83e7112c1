"""Addresses of what towns share: the library of templates and the service centre."""

from django.urls import URLPattern, path, re_path

from tendering.views import centre, copying, library, library_edit

ONE = "library/<slug:code>/"
urlpatterns: list[URLPattern] = [
    path("library/", library.library, name="library"),
    re_path(r"^library\.(?P<kind>xlsx|csv)$", library.as_table, name="library_table"),
    path("library/new/", library_edit.new, name="library_new"),
    path(ONE, library.template, name="library_template"),
    path(f"{ONE}use/", library.use, name="library_use"),
    path(f"{ONE}content.json", library.content, name="library_content"),
    path(f"{ONE}adoptions/", library.adoptions, name="library_adoptions"),
    path(f"{ONE}edit/", library_edit.edit, name="library_edit"),
    path(f"{ONE}publish/", library_edit.publish, name="library_publish"),
    path(f"{ONE}withdraw/", library_edit.withdraw, name="library_withdraw"),
    path(f"{ONE}discard/", library_edit.discard, name="library_discard"),
    path("tenders/<int:tender_id>/copy/", copying.copy, name="tender_copy"),
    path("centre/", centre.centre, name="centre"),
    path("centre/duty/", centre.assign, name="centre_duty"),
    path("centre/duty/<int:membership_id>/end/", centre.end, name="centre_duty_end"),
    path("centre/help/", centre.help_page, name="centre_help"),
    path("centre/join/", centre.join, name="centre_join"),
    path("centre/<int:centre_id>/leave/", centre.leave, name="centre_leave"),
]
