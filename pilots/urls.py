from django.urls import URLPattern, path, re_path

from pilots.papers import day_path  # noqa: F401 - registers <day:…>
from pilots.views import feeds, paper_office, papers, public, staff

ONE = "pilots/<int:pilot_id>/"
PAPER = "papers/<uuid:paper_id>/"
urlpatterns: list[URLPattern] = [
    path("pilots/", public.pilot_list, name="pilot_list"),
    path("pilots.atom", feeds.atom, name="pilot_feed"),
    path("pilots.json", feeds.json, name="pilot_json"),
    path("pilots.ics", feeds.dates, name="pilot_dates"),
    re_path(r"^pilots\.(?P<kind>xlsx|csv)$", public.pilot_table, name="pilot_table"),
    path("pilots/new/", staff.pilot_new, name="pilot_new"),
    path(ONE, public.pilot_detail, name="pilot_detail"),
    path(f"{ONE}registration.json", public.pilot_seal, name="pilot_seal"),
    path(f"{ONE}edit/", staff.pilot_edit, name="pilot_edit"),
    path(f"{ONE}register/", staff.pilot_register, name="pilot_register"),
    path(f"{ONE}co-sign/", staff.pilot_cosign, name="pilot_cosign"),
    path(f"{ONE}start/", staff.pilot_start, name="pilot_start"),
    path(f"{ONE}measurements/", staff.pilot_measurements, name="pilot_measurements"),
    path(f"{ONE}measurements/template.csv", staff.pilot_template, name="pilot_template"),
    path(f"{ONE}freeze/", staff.pilot_freeze, name="pilot_freeze"),
    path(f"{ONE}analyse/", staff.pilot_analyse, name="pilot_analyse"),
    path(f"{ONE}confirm/", staff.pilot_confirm, name="pilot_confirm"),
    path(f"{ONE}decide/", staff.pilot_decide, name="pilot_decide"),
    path(f"{ONE}paper/", paper_office.pilot_paper, name="pilot_paper"),
    path("tenders/<int:tender_id>/paper/", paper_office.tender_paper, name="tender_paper"),
    path("papers/", papers.papers, name="papers"),
    path("papers/session/<day:day>/<str:reference>/", papers.paper_session, name="paper_session"),
    path(PAPER, papers.paper, name="paper"),
    path(f"{PAPER}vote/", paper_office.paper_vote, name="paper_vote"),
    path(f"{PAPER}withdraw/", paper_office.paper_withdraw, name="paper_withdraw"),
    path(f"{PAPER}comments/", papers.paper_comment, name="paper_comment"),
    path(f"{PAPER}comments/<int:comment_id>/answer/", paper_office.paper_answer, name="paper_answer"),
    path(f"{PAPER}note/", papers.paper_note, name="paper_note"),
]
