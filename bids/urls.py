"""Addresses of the pages about bids and their opening. No file name, no number of bids stands in an address."""

from django.urls import URLPattern, path

from bids.views import documents, drafts, editing, late, opener_keys, opening, prices, submission

AUTOSAVE = {"autosave": True}

urlpatterns: list[URLPattern] = [
    path("bids/", drafts.bid_list, name="bid_list"),
    path("bids/start/<int:tender_id>/", drafts.start, name="bid_start"),
    path("bids/<uuid:draft_id>/", drafts.task_list, name="bid_draft"),
    path("bids/<uuid:draft_id>/discard/", drafts.discard, name="bid_discard"),
    path("bids/<uuid:draft_id>/lots/", editing.lots, name="bid_lots"),
    path("bids/<uuid:draft_id>/lots/autosave/", editing.lots, AUTOSAVE, name="bid_lots_autosave"),
    path("bids/<uuid:draft_id>/prices/<str:code>/", editing.prices, name="bid_prices"),
    path("bids/<uuid:draft_id>/prices/<str:code>/autosave/", editing.prices, AUTOSAVE, name="bid_prices_autosave"),
    path("bids/<uuid:draft_id>/prices/<str:code>/total/", editing.total, name="bid_prices_total"),
    path("bids/<uuid:draft_id>/sheet.xlsx", prices.sheet, name="bid_sheet"),
    path("bids/<uuid:draft_id>/sheet/", prices.upload, name="bid_sheet_upload"),
    path("bids/<uuid:draft_id>/sheet/reading/", prices.reading, name="bid_sheet_reading"),
    path("bids/<uuid:draft_id>/answers/", editing.answers, name="bid_answers"),
    path("bids/<uuid:draft_id>/answers/autosave/", editing.answers, AUTOSAVE, name="bid_answers_autosave"),
    path("bids/<uuid:draft_id>/documents/", documents.documents, name="bid_documents"),
    path("bids/<uuid:draft_id>/documents/<uuid:object_id>/remove/", documents.remove, name="bid_document_remove"),
    path("bids/<uuid:draft_id>/copy.json", submission.copy, name="bid_copy"),
    path("bids/<uuid:draft_id>/submit/", submission.submit, name="bid_submit"),
    path("bids/receipts/<uuid:receipt_id>/", submission.receipt, name="bid_receipt"),
    path("bids/receipts/<uuid:receipt_id>/note.txt", submission.note, name="bid_receipt_note"),
    path("bids/receipts/<uuid:receipt_id>/withdraw/", submission.withdraw, name="bid_withdraw"),
    path("bids/receipts/<uuid:receipt_id>/replace/", submission.replace, name="bid_replace"),
    path("tenders/<int:tender_id>/opening/", opening.opening, name="bid_opening"),
    path("tenders/<int:tender_id>/opening/declaration/", opening.declare, name="bid_opening_declare"),
    path("tenders/<int:tender_id>/opening/record/", opening.record, name="bid_opening_record"),
    path("tenders/<int:tender_id>/opening/late/<uuid:bid_id>/", late.late, name="bid_late"),
    path("account/openers/", opener_keys.page, name="opener_keys"),
]
