"""Who may see which address. A page without a row fails tests/config/test_access.py: write the row with the page.

`Row(who)`: PUBLIC, SIGNED_IN, NOBODY, or roles at the tender's buyer ("bidder": of a company with a draft).
`on` names the tender the address is tried with; `method` how; `try_it=False` where only the row is kept, with `why`.
GET: the named ones get an answer (also 400, 405, 409, 429: not now), all others 401, 403, 404 or are sent elsewhere.
POST: nobody who is not named gets anything done. A server error fails for everybody.
"""

from dataclasses import dataclass, field

from accounts.lifecycle import Role

OFFICER, APPROVER, OPENER, EVALUATOR, CHAIR = (
    Role.OFFICER,
    Role.APPROVER,
    Role.OPENER,
    Role.EVALUATOR,
    Role.PANEL_CHAIR,
)
AUDITOR, COUNCIL, REQUESTER, ADMIN, BIDDER = (
    Role.AUDITOR,
    Role.COUNCIL_MEMBER,
    Role.REQUESTER,
    Role.ORG_ADMIN,
    Role.BIDDER,
)
STRANGER = "stranger"  # signed in, no role anywhere
FOREIGN = "foreign officer"  # officer of another municipality
ANONYMOUS = "anonymous"
OTHER_BIDDER = "other bidder"  # of a company that has no draft and no bid here
STAFF_OF_BUYER = frozenset({OFFICER, APPROVER, OPENER, EVALUATOR, CHAIR, AUDITOR, COUNCIL, REQUESTER, ADMIN})
SIGNED_IN = STAFF_OF_BUYER | {BIDDER, OTHER_BIDDER, STRANGER, FOREIGN}
PUBLIC = SIGNED_IN | {ANONYMOUS}
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Row:
    who: frozenset[str]
    method: str = "GET"
    on: str = "open"
    try_it: bool = True
    why: str = ""
    arguments: dict[str, str] = field(default_factory=dict)


def only(*roles: str) -> frozenset[str]:
    return frozenset(roles)


def _kept(who: frozenset[str], why: str) -> Row:
    return Row(who, try_it=False, why=why)


_LINK = "needs a secret link from a mail"
_OWN = "needs an object of the own company; tested with the app"
_PILOT = "needs a pilot; tested with pilots"
_PART = "needs a part that the sample tender has not; tested with the app"
_CELL = {"lot": "L1", "criterion": "B1"}
_RESULT = only(OFFICER, APPROVER, AUDITOR, COUNCIL, EVALUATOR, CHAIR)

TABLE: dict[str, Row] = {
    # shell
    "start": Row(PUBLIC),
    "desk": Row(SIGNED_IN),
    "set_language": Row(PUBLIC, "POST"),
    "set_theme": Row(PUBLIC, "POST"),
    "help": Row(PUBLIC),
    "sign_in_trouble": Row(PUBLIC),
    "security": Row(PUBLIC),
    "accessibility": Row(PUBLIC),
    "report_barrier": Row(PUBLIC),
    "easy_language": Row(PUBLIC),
    "imprint": Row(PUBLIC),
    "privacy": Row(PUBLIC),
    "public_keys": Row(PUBLIC),
    "healthz": Row(PUBLIC),
    "readyz": _kept(PUBLIC, "answers 503 where the machine is not ready; tested in test_health"),
    "demo_people": Row(PUBLIC),
    "demo_switch": _kept(PUBLIC, "signs the visitor in as somebody else; tested in test_demo"),
    "demo_mail": Row(PUBLIC),
    "demo_mail_text": _kept(PUBLIC, "needs a mail; tested in test_demo"),
    # sign-in
    "account_login": Row(PUBLIC),
    "account_logout": Row(PUBLIC),
    "account_inactive": Row(PUBLIC),
    "account_signup": Row(PUBLIC),
    "account_reset_password": Row(PUBLIC),
    "account_reset_password_done": Row(PUBLIC),
    "account_reset_password_from_key": _kept(PUBLIC, _LINK),
    "account_reset_password_from_key_done": Row(PUBLIC),
    "account_confirm_email": _kept(PUBLIC, _LINK),
    "account_email_verification_sent": Row(PUBLIC),
    "account_confirm_login_code": _kept(PUBLIC, "sign-in by code is off"),
    "account_reauthenticate": Row(SIGNED_IN),
    "account_email": Row(SIGNED_IN),
    "account_change_password": Row(SIGNED_IN),
    "account_set_password": Row(SIGNED_IN),
    # operator
    "admin": Row(NOBODY),
    # tenders
    "tender_list": Row(PUBLIC),
    "tender_feed": Row(PUBLIC),
    "tender_deadlines": Row(PUBLIC),
    "tender_detail": Row(PUBLIC),
    "tender_deadline": Row(PUBLIC),
    "tender_document": _kept(PUBLIC, _PART),
    "tender_documents": Row(PUBLIC),
    "tender_ask": Row(only(BIDDER, OTHER_BIDDER), "POST"),
    "tender_asked": Row(PUBLIC),
    "tender_new": Row(only(OFFICER, FOREIGN)),
    "tender_cpv": Row(PUBLIC),
    "tender_edit_what": Row(only(OFFICER), on="draft"),
    "tender_edit_how": Row(only(OFFICER), on="draft"),
    "tender_preview": Row(only(OFFICER), "POST", on="draft"),
    "tender_edit_when": Row(only(OFFICER), on="draft"),
    "tender_edit_publish": Row(only(OFFICER), on="draft"),
    "tender_edit_documents": Row(only(OFFICER), on="draft"),
    "tender_document_remove": _kept(only(OFFICER), _PART),
    "tender_invite": Row(only(OFFICER), on="draft"),
    "tender_release": Row(only(OFFICER, APPROVER), on="prepared"),
    "tender_questions": Row(STAFF_OF_BUYER),
    "tender_answer": _kept(only(OFFICER), _PART),
    "tender_extend": Row(only(OFFICER)),
    "tender_extension": _kept(only(OFFICER, APPROVER), _PART),
    "tender_cancel": Row(only(OFFICER)),
    # bids: the draft is that of the company of "bidder"
    "bid_list": Row(only(BIDDER, OTHER_BIDDER)),
    "bid_start": Row(only(BIDDER, OTHER_BIDDER), "POST"),
    "bid_draft": Row(only(BIDDER)),
    "bid_discard": Row(only(BIDDER)),
    "bid_lots": Row(only(BIDDER)),
    "bid_lots_autosave": Row(only(BIDDER), "POST"),
    "bid_prices": _kept(only(BIDDER), "needs a lot that was chosen; tested in bids"),
    "bid_prices_autosave": Row(only(BIDDER), "POST", arguments={"code": "L1"}),
    "bid_prices_total": Row(only(BIDDER), "POST", arguments={"code": "L1"}),
    "bid_sheet": Row(only(BIDDER)),
    "bid_sheet_upload": Row(only(BIDDER), "POST"),
    "bid_sheet_reading": _kept(only(BIDDER), "needs a sheet that was read; tested in bids"),
    "bid_answers": Row(only(BIDDER)),
    "bid_answers_autosave": Row(only(BIDDER), "POST"),
    "bid_documents": Row(only(BIDDER)),
    "bid_document_remove": _kept(only(BIDDER), _OWN),
    "bid_copy": Row(only(BIDDER)),
    "bid_submit": Row(only(BIDDER)),
    "bid_receipt": Row(only(BIDDER)),
    "bid_receipt_note": Row(only(BIDDER)),
    "bid_withdraw": Row(only(BIDDER)),
    "bid_replace": _kept(only(BIDDER), _OWN),
    "bid_opening": Row(only(OFFICER, APPROVER, OPENER, AUDITOR), on="closed"),
    "bid_opening_declare": Row(only(OPENER), "POST", on="closed"),
    "bid_opening_record": _kept(only(OFFICER, APPROVER, OPENER, AUDITOR), "needs an opening; tested in bids"),
    "bid_late": _kept(only(OFFICER, APPROVER), "needs a late bid; tested in bids"),
    "opener_keys": Row(only(OPENER, ADMIN)),
    # pilots
    "pilot_list": Row(PUBLIC),
    "pilot_detail": _kept(PUBLIC, _PILOT),
    "pilot_seal": _kept(PUBLIC, _PILOT),
    "pilot_new": Row(only(OFFICER, REQUESTER, FOREIGN)),
    "pilot_edit": _kept(only(OFFICER, REQUESTER), _PILOT),
    "pilot_register": _kept(only(OFFICER, REQUESTER), _PILOT),
    "pilot_cosign": _kept(only(OFFICER, REQUESTER, APPROVER, AUDITOR), _PILOT),
    "pilot_start": _kept(only(OFFICER, REQUESTER), _PILOT),
    "pilot_measurements": _kept(only(OFFICER, REQUESTER), _PILOT),
    "pilot_template": _kept(only(OFFICER, REQUESTER), _PILOT),
    "pilot_freeze": _kept(only(OFFICER, REQUESTER), _PILOT),
    "pilot_analyse": _kept(only(OFFICER), _PILOT),
    "pilot_confirm": _kept(only(OFFICER, REQUESTER, APPROVER, AUDITOR), _PILOT),
    "pilot_decide": _kept(only(OFFICER), _PILOT),
    # API
    "api-schema": Row(PUBLIC),
    "api-docs": Row(PUBLIC),
    "api_token": Row(PUBLIC, "POST"),
    "api_token_detail": _kept(SIGNED_IN, "needs an own token; tested in accounts"),
    "api_me": Row(SIGNED_IN),
    "api_tenders": Row(PUBLIC),
    "api_tender": Row(PUBLIC),
    "api_tender_publish": Row(only(OFFICER, APPROVER), "POST"),
    "api_tender_send_back": Row(only(OFFICER, APPROVER), "POST"),
    "api_tender_amend": Row(only(OFFICER), "POST"),
    "api_tender_extend": Row(only(OFFICER), "POST"),
    "api_tender_amendments": Row(PUBLIC),
    "api_tender_amendment_approve": _kept(only(OFFICER, APPROVER), _PART),
    "api_tender_cancel": Row(only(OFFICER), "POST"),
    "api_tender_rounds": Row(only(OFFICER), "POST"),
    "api_tender_invitations": Row(only(OFFICER), "POST"),
    "api_tender_conflict": Row(only(OFFICER, APPROVER, OPENER, EVALUATOR, CHAIR, REQUESTER), "POST"),
    "api_tender_lots": Row(PUBLIC),
    "api_tender_items": Row(PUBLIC),
    "api_tender_criteria": Row(PUBLIC),
    "api_tender_evaluation": Row(PUBLIC),
    "api_tender_required_documents": Row(PUBLIC),
    "api_tender_documents": Row(PUBLIC),
    "api_tender_document": _kept(PUBLIC, _PART),
    "api_tender_questions": Row(PUBLIC),
    "api_tender_answer": _kept(only(OFFICER), _PART),
    "api_tender_open": Row(only(OPENER), "POST", on="closed"),
    "api_bids": Row(SIGNED_IN),
    "api_bid_drafts": Row(SIGNED_IN),
    "api_bid": _kept(only(BIDDER), _OWN),
    "api_bid_document": _kept(only(BIDDER), _OWN),
    "api_bid_submit": _kept(only(BIDDER), _OWN),
    "api_bid_withdraw": _kept(only(BIDDER), _OWN),
    "api_bid_receipt": _kept(only(BIDDER), _OWN),
    "api_bid_object": _kept(only(BIDDER), _OWN),
    "api_opened_document": _kept(only(OFFICER, APPROVER, OPENER, EVALUATOR, CHAIR, AUDITOR), _OWN),
    "api_evaluation": Row(STAFF_OF_BUYER, on="opened"),  # how far it is; neither price nor score
    "api_panel": Row(only(OFFICER), "POST", on="opened"),
    "api_scores": Row(only(EVALUATOR, CHAIR), "POST", on="opened"),
    "api_scores_submit": Row(only(EVALUATOR), "POST", on="opened"),
    "api_moderation": Row(only(CHAIR), "POST", on="opened"),
    "api_moderation_close": Row(only(CHAIR), "POST", on="opened"),
    "api_checks": Row(only(OFFICER), "POST", on="opened"),
    "api_checks_confirm": Row(only(OFFICER, APPROVER), "POST", on="opened"),
    "api_supplements": Row(only(OFFICER), "POST", on="opened"),
    "api_supplement_received": Row(only(OFFICER), "POST", on="opened"),
    "api_exclusions": Row(only(OFFICER), "POST", on="opened"),
    "api_exclusion_confirm": _kept(only(OFFICER, APPROVER), _PART),
    "api_clarifications": Row(only(OFFICER), "POST", on="opened"),
    "api_clarification_answer": _kept(only(BIDDER), _PART),
    "api_clarification_decide": _kept(only(OFFICER), _PART),
    "api_clarification_confirm": _kept(only(OFFICER, APPROVER), _PART),
    "api_result": Row(only(OFFICER), "POST", on="opened"),
    "api_robustness": Row(_RESULT, on="evaluated"),
    "api_draws": Row(only(OFFICER), "POST", on="opened"),
    "api_award": Row(only(OFFICER), "POST", on="opened"),
    "api_award_decide": _kept(only(OFFICER, APPROVER), _PART),
    # evaluation
    "results": Row(PUBLIC),
    "evaluation": Row(only(OFFICER, APPROVER, AUDITOR, EVALUATOR, CHAIR), on="opened"),
    "panel": Row(only(OFFICER), on="opened"),
    "evaluation_draw": _kept(only(OFFICER), "needs equal bids; tested with evaluation"),
    "evaluation_result": Row(_RESULT, on="evaluated"),
    "evaluation_bid": Row(_RESULT, on="evaluated"),
    "evaluation_award": Row(only(OFFICER, APPROVER, AUDITOR), on="evaluated"),
    "evaluation_award_decide": _kept(only(OFFICER, APPROVER), _PART),
    "scoring": Row(only(EVALUATOR), on="evaluated"),
    "scoring_declare": Row(only(EVALUATOR, CHAIR), on="evaluated"),
    "scoring_submit": Row(only(EVALUATOR), on="evaluated"),
    "scoring_document": _kept(only(EVALUATOR), "needs a bid; tested with evaluation"),
    "scoring_cell": Row(only(EVALUATOR), on="evaluated", arguments=_CELL),
    "moderation": Row(only(CHAIR), on="opened"),  # the office and the audit after the panel is closed
    "moderation_close": Row(only(CHAIR), "POST", on="opened"),
    "moderation_cell": Row(only(CHAIR), on="evaluated", arguments=_CELL),
    "checks": Row(only(OFFICER, APPROVER, AUDITOR), on="opened"),
    "checks_confirm": Row(only(OFFICER, APPROVER, AUDITOR), on="opened"),
    "check_received": _kept(only(OFFICER), "needs a bid; tested with evaluation"),
    "check_price": _kept(only(OFFICER, APPROVER, AUDITOR), "needs a bid; tested with evaluation"),
    "check_bid": Row(only(OFFICER, APPROVER, AUDITOR), on="evaluated"),
    "check_supplement": _kept(only(OFFICER), "needs a bid that lacks something; tested with evaluation"),
    "check_exclude": Row(only(OFFICER), on="evaluated"),
    "check_ask_price": Row(only(OFFICER), on="evaluated", arguments={"lot": "L1"}),
    "bid_requests": _kept(only(BIDDER), "needs a question about an own bid; tested with evaluation"),
    # pilots by API
    "api_pilots": Row(PUBLIC),
    "api_pilot": _kept(PUBLIC, _PILOT),
    "api_pilot_register": _kept(only(OFFICER, REQUESTER), _PILOT),
    "api_pilot_co_sign": _kept(only(OFFICER, REQUESTER, APPROVER, AUDITOR), _PILOT),
    "api_pilot_start": _kept(only(OFFICER, REQUESTER), _PILOT),
    "api_pilot_measurements": _kept(PUBLIC, _PILOT),
    "api_pilot_freeze": _kept(only(OFFICER, REQUESTER), _PILOT),
    "api_pilot_effects": _kept(PUBLIC, _PILOT),
    "api_pilot_effects_confirm": _kept(only(OFFICER, REQUESTER, APPROVER, AUDITOR), _PILOT),
    "api_pilot_review": _kept(PUBLIC, _PILOT),
    "api_pilot_decision": _kept(PUBLIC, _PILOT),
    # reports
    "tender_workbook": Row(only(OFFICER, APPROVER, AUDITOR, CHAIR), on="evaluated"),
    "tender_template": Row(only(OFFICER, APPROVER, AUDITOR, CHAIR), on="evaluated"),
    "tender_template_names": Row(only(OFFICER, APPROVER, AUDITOR, CHAIR), on="evaluated"),
    "opening_record_pdf": _kept(only(OFFICER, APPROVER, OPENER, AUDITOR), "needs an opening; tested in reports"),
    "receipt_pdf": Row(only(BIDDER)),
    "pilot_workbook": _kept(PUBLIC, _PILOT),
    "api_tender_workbook": Row(only(OFFICER, APPROVER, AUDITOR, CHAIR), on="evaluated"),
    "api_tender_template": Row(only(OFFICER, APPROVER, AUDITOR, CHAIR), on="evaluated"),
    "api_opening_record": _kept(only(OFFICER, APPROVER, OPENER, AUDITOR), "needs an opening; tested in reports"),
    "api_receipt_pdf": Row(only(BIDDER)),
    "api_pilot_workbook": _kept(PUBLIC, _PILOT),
}
