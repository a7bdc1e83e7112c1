"""Every page of the access table in front of a browser: axe, console, width, weight, theme, language.

Each page is seen by daylight at a desk in German and in the dark at 320 pixels in English (which is a desk of 1280 at
400 per cent). Those with a layout of their own are seen once more in one of THIRD, so that over the pages each pair of
theme, language and width occurs; not so a form in a common frame, and what is a page's second picture.
"""

from collections.abc import Callable, Iterable
from itertools import combinations, cycle, product

import pytest
from django.test import Client

from accounts.lifecycle import Role
from accounts.models import User
from tests.browser.visitor import Visitor
from tests.config.access_table import BIDDER, TABLE
from tests.config.test_access import World
from tests.config.test_page_weight import too_heavy
from tests.screens import full, samples
from tests.screens.samples import Shot

pytestmark = pytest.mark.browser

Look = tuple[str, str, int]  # theme, language, width
FIRST: Look = ("light", "de", 1280)
SECOND: Look = ("dark", "en", 320)
THIRD: tuple[Look, ...] = (("dark", "de", 390), ("light", "en", 390), ("dark", "en", 1280), ("light", "de", 320))

_MAIL = "is reached by a link in a mail that this database does not send; tested with accounts"
# They give a file, or only take what is sent: nothing to look at.
NO_PAGE = [
    "desk_procedures_table", "practice_clock", "practice_colleague", "demo_switch", "contact_close",
    "person_invitation_withdraw", "stand_in_end", "undelivered_act", "tender_feed", "tender_json",
    "subscription_change", "result_feed", "result_json", "pilot_feed", "pilot_json", "pilot_dates",
    "tender_deadlines", "tender_deadline", "tender_document", "tender_document_remove", "tender_documents",
    "directory_table", "library_table", "pilot_table", "bid_table", "bid_confirm", "bid_corrections_seen",
    "directory_vcards", "library_content", "library_use", "centre_duty", "bid_sheet", "bid_lot_leave_out",
    "proof_file", "bid_document_remove", "bid_copy", "bid_receipt_note", "bid_envelope", "bid_replace",
    "pilot_seal", "pilot_start", "pilot_template", "pilot_freeze", "pilot_analyse", "paper_pdf", "session_pdf",
    "paper_comment", "paper_note", "results_file", "evaluation_award_decide", "check_received",
    "scoring_document", "tender_workbook", "tender_template_names", "opening_record_pdf", "receipt_pdf",
    "pilot_workbook", "audit_files_xlsx", "audit_files_csv", "audit_deviations_xlsx", "audit_deviations_csv",
    "audit_export", "audit_pilot_export", "theme_css", "theme_logo", "desk_calendar", "practice_reset",
    "join_answer", "checkpoint", "checkpoint_stamp", "checkpoint_feed", "bid_receipt_json", "bid_rehearsal_note",
    "rehearsal_pdf", "letter_pdf", "candidate_letter_pdf", "award_record_pdf",
    "line_test_bytes", "contract_confirm", "contract_next",
    "benchmark_intervals", "contracts_file", "benchmark_example", "tender_proposal_evidence",
    "evaluation_simulation_file", "tender_statistics_file", "supplement_document", "bid_request_documents",
]  # fmt: skip
# One form in a frame that other pages share: two looks are enough.
FORMS = {
    "account_email", "account_change_password", "account_reauthenticate", "account_reset_password",
    "account_reset_password_done", "account_reset_password_from_key", "account_reset_password_from_key_done",
    "account_email_verification_sent", "account_inactive", "account_logout", "award_register", "award_notice",
    "award_complaint", "award_reasons", "contract_sign", "contract_change", "contract_option", "contract_period",
    "contract_reply", "check_supplement", "check_handed_in", "check_exclude", "check_ask_price", "scoring_submit",
    "centre_duty_end", "centre_leave", "proof_remove", "library_withdraw", "library_discard", "person_leave",
    "bid_discard", "bid_withdraw", "paper_withdraw", "tender_hand_over",
}  # fmt: skip
NOT_VISITED = {
    **dict.fromkeys(NO_PAGE, "gives a file or only takes what is sent"),
    "invitation_accept": "is reached by a link in a mail whose secret is stored nowhere; tested with accounts",
    "demo_mail_text": "shows the text of a mail as it was sent, without a page around it",
    "account_confirm_email": _MAIL,
    "tender_proposal": "needs a disturbance of the platform; tested in test_outages",
    "practice_mail": "exists inside a practice only; tested with practice",
    "account_confirm_login_code": "sign-in by code is off",
    "account_set_password": "everybody here has a password and is sent on",
    "company_known": "stands between two steps of one registration; tested with accounts",
}

# A dozen pages in four looks: whose page, and which.
CORE: tuple[tuple[str, str], ...] = (
    ("anonymous", "start"), ("anonymous", "tender_list"), ("anonymous", "tender_detail"),
    ("anonymous", "account_login"),
    (Role.OFFICER, "desk"), (Role.OFFICER, "tender_edit_how"), (Role.OFFICER, "evaluation_result"),
    (Role.OFFICER, "checks"), (BIDDER, "bid_lots"), (BIDDER, "bid_receipt"), (Role.AUDITOR, "audit_room"),
    (Role.ORG_ADMIN, "people"),
)  # fmt: skip


def test_every_pair_of_theme_language_and_width_occurs() -> None:
    looks = [FIRST, SECOND, *THIRD]
    for one, other in combinations(range(3), 2):
        wanted = set(product({look[one] for look in looks}, {look[other] for look in looks}))
        assert {(look[one], look[other]) for look in looks} == wanted


@pytest.mark.slow
def test_a_dozen_pages_hold_in_light_and_dark_at_a_desk_and_at_400_per_cent(visit: Callable[..., Visitor]) -> None:
    world = World()
    pages = []
    for who, name in CORE:
        user = world.people[who]
        pages.append(Shot(name, world.address(name, TABLE[name]), user.pk if user else None))
    faults = [fault for look in (FIRST, SECOND) for fault in _walk(_browser(visit, look), pages)]
    assert not faults, "\n\n".join(faults)


@pytest.mark.slow
def test_every_page_of_the_access_table_holds(visit: Callable[..., Visitor]) -> None:
    extra = full.fill()
    found, without = samples.shots(leave_out={*NOT_VISITED, *(shot.name for shot in extra)})
    assert not without, f"give these pages an object in tests/screens/full.py, or a reason here: {', '.join(without)}"
    pages = [*found, *extra]
    assert len(pages) > 130, len(pages)
    faults = [found for page in pages if (found := _weight(page))]
    for look, seen in _plan(pages).items():
        faults += _walk(_browser(visit, look), seen)
    assert not faults, f"{len(faults)} faults\n" + "\n\n".join(faults)


def test_who_is_not_visited_is_an_address_and_has_a_reason() -> None:
    assert set(NOT_VISITED) | FORMS <= set(TABLE)
    assert all(NOT_VISITED.values())


def _plan(pages: list[Shot]) -> dict[Look, list[Shot]]:
    """Which pages are seen in which look: all in the first two, each with its own layout in one of the others."""
    plan: dict[Look, list[Shot]] = {FIRST: pages, SECOND: pages, **{look: [] for look in THIRD}}
    own = {page.name.split()[0]: page for page in pages if page.name.split()[0] not in FORMS}
    for page, look in zip(own.values(), cycle(THIRD), strict=False):
        plan[look].append(page)
    return plan


def _browser(visit: Callable[..., Visitor], look: Look) -> Visitor:
    theme, language, width = look
    return visit("visitor", language=language, width=width, theme=theme)


def _walk(visitor: Visitor, pages: Iterable[Shot]) -> list[str]:
    """What is wrong with these pages; one bad page does not end the walk."""
    faults = []
    people = User.objects.in_bulk()
    for page in pages:
        visitor.faults.clear()
        visitor.become(people[page.user] if page.user else None)
        try:
            visitor.open(page.path)
        except AssertionError as error:
            faults.append(f"{page.name} ({visitor.look}): {error}")
    return faults


def _weight(page: Shot) -> str:
    client = Client()
    if page.user:
        client.force_login(User.objects.get(pk=page.user))
    return too_heavy(client, page.name, page.path)
