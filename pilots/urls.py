from django.urls import URLPattern, path

from pilots.views import public, staff

ONE = "pilots/<int:pilot_id>/"
urlpatterns: list[URLPattern] = [
    path("pilots/", public.pilot_list, name="pilot_list"),
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
]
