"""Addresses of the auditor's room."""

from django.urls import URLPattern, path

from reports.audit import views

urlpatterns: list[URLPattern] = [
    path("audit/", views.room, name="audit_room"),
    path("audit/files.xlsx", views.room_sheet, {"ending": "xlsx"}, name="audit_files_xlsx"),
    path("audit/files.csv", views.room_sheet, {"ending": "csv"}, name="audit_files_csv"),
    path("audit/deviations/", views.all_deviations, name="audit_deviations"),
    path("audit/deviations.xlsx", views.deviations_sheet, {"ending": "xlsx"}, name="audit_deviations_xlsx"),
    path("audit/deviations.csv", views.deviations_sheet, {"ending": "csv"}, name="audit_deviations_csv"),
    path("audit/tenders/<int:tender_id>/", views.tender, name="audit_tender"),
    path("audit/tenders/<int:tender_id>/export.zip", views.export, name="audit_export"),
    path("audit/pilots/<int:pilot_id>/", views.pilot, name="audit_pilot"),
    path("audit/pilots/<int:pilot_id>/export.zip", views.pilot_export, name="audit_pilot_export"),
]
