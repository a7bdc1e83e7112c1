"""What the security page claims, and the tests each claim is held by.

A claim without a test does not go onto the page: tests/config/test_claims.py checks that every named test exists, and
that the page says nothing of its own. A test is named as pytest names it, "tests/bids/test_opening.py::test_…".
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence, or for a list of who may read what a label and a sentence."""

    text: Promise
    tests: tuple[str, ...]
    label: Promise | str = ""

    @property
    def proofs(self) -> list[tuple[str, str]]:
        """(what the test says, in English; the file it stands in) per test."""
        found = []
        for node in self.tests:
            file, _colons, name = node.partition("::")
            found.append((name.removeprefix("test_").replace("_", " "), file))
        return found


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the page with its claims; `facts` lays them out as label and sentence."""

    anchor: str
    title: Promise
    claims: tuple[Claim, ...]
    facts: bool = False


_SECRECY = "tests/bids/test_secrecy.py::"
_SUBMISSION = "tests/bids/test_submission.py::"
_OPENING = "tests/bids/test_opening.py::"
_OPENER_KEYS = "tests/bids/test_opener_keys.py::"
_CEREMONY = "tests/browser/test_ceremony.py::"
_MOMENT = "tests/bids/test_at_the_same_moment.py::"
_DOCUMENTS = "tests/bids/test_documents.py::"
_AUDIT = "tests/bids/test_audit_checks.py::"
_KEYS = "tests/bids/sealing/test_tender_secret.py::"
_OBJECTS = "tests/bids/sealing/test_sealed_objects.py::"
_COMMANDS = "tests/bids/sealing/test_command_line.py::"
_BIDDING = "tests/bids/pages/test_bidding.py::"
_TRAIL = "tests/accounts/test_trail.py::"
_SIGNING_IN = "tests/accounts/test_signing_in.py::"
_ACCESS = "tests/config/test_access.py::"
_PANEL = "tests/evaluation/pages/test_scoring_pages.py::"
_RESULTS = "tests/evaluation/pages/test_result_pages.py::"

SECTIONS: tuple[Section, ...] = (
    Section(
        "sealed",
        _("Sealed until the deadline"),
        (
            Claim(
                _("A bid is encrypted when it arrives, documents from their first byte on, before anything is stored."),
                (
                    _DOCUMENTS + "test_a_document_is_sealed_from_the_first_byte_and_read_after_opening",
                    _DOCUMENTS + "test_a_form_upload_is_sealed_and_never_spooled_to_the_temp_folder",
                    _SECRECY + "test_no_row_file_temp_file_log_or_mail_holds_anything_of_a_bid",
                ),
            ),
            Claim(
                _("Database, storage, log files and mails hold nothing of its content; nor does an error message."),
                (
                    _SECRECY + "test_no_row_file_temp_file_log_or_mail_holds_anything_of_a_bid",
                    _SECRECY + "test_the_database_file_with_its_journal_was_really_searched",
                    _SECRECY + "test_an_error_while_submitting_logs_nothing_of_the_bid",
                ),
            ),
            Claim(
                _(
                    "The key that opens it does not exist in one piece. One part is divided among the openers, each "
                    "locked by a pass sentence only that person knows; the platform holds back the other part."
                ),
                (
                    _KEYS + "test_each_pair_of_openers_opens_with_the_clock_share",
                    _KEYS + "test_a_forbidden_combination_does_not_open",
                    _KEYS + "test_what_is_stored_holds_no_secret",
                ),
            ),
            Claim(
                _("What is sealed shows neither a file name nor its exact size."),
                (
                    _DOCUMENTS + "test_paths_and_columns_name_neither_bidder_nor_file",
                    _OBJECTS + "test_documents_of_nearly_the_same_size_look_the_same",
                ),
            ),
        ),
    ),
    Section(
        "readers",
        _("Who can see what"),
        (
            Claim(
                _("Draft and bid, at any time."),
                (
                    _SECRECY + "test_the_own_company_reads_its_draft",
                    _SUBMISSION + "test_nobody_else_withdraws_or_reads_a_companys_bid_or_draft",
                ),
                _("Your company"),
            ),
            Claim(
                _("Nothing, not even that you have bid."),
                (
                    _SECRECY + "test_no_answer_to_anybody_else_holds_anything_of_a_bid_or_tells_that_there_is_one",
                    _SUBMISSION + "test_no_number_in_the_receipt_counts_the_bids_of_others",
                    _BIDDING + "test_a_competitor_finds_nothing",
                ),
                _("Other bidders"),
            ),
            Claim(
                _("Nothing of the content and no number of bids."),
                (
                    "tests/bids/pages/test_opening_pages.py::test_before_the_deadline_nobody_sees_number_or_names",
                    _SUBMISSION + "test_the_trail_of_the_tender_does_not_move_when_a_bid_arrives",
                ),
                _("The municipality before the opening"),
            ),
            Claim(
                _("The bid, for the people who work on the procedure."),
                (_SECRECY + "test_after_the_opening_the_entitled_read_and_nobody_else",),
                _("The municipality after the opening"),
            ),
            Claim(
                _("No prices before everybody has scored."),
                (
                    _PANEL + "test_no_page_of_the_panel_shows_a_price",
                    _PANEL + "test_papers_marked_as_priced_are_held_back_whatever_they_are_called",
                ),
                _("The panel that scores"),
            ),
            Claim(
                _("The result, from the moment the award is decided; nothing of it while it is only proposed."),
                (
                    _RESULTS + "test_an_award_is_proposed_by_one_and_decided_by_another_and_then_public",
                    _RESULTS + "test_an_award_is_not_public_while_it_is_only_proposed",
                ),
                _("The public"),
            ),
            Claim(
                _("No page of a procedure by being operator, and no row of a bid before its opening."),
                (
                    _ACCESS + "test_being_an_operator_opens_no_page_of_a_procedure",
                    "tests/bids/test_admin.py::test_the_operator_sees_no_row_of_a_bid_before_its_opening",
                ),
                _("The operator of the platform"),
            ),
        ),
        facts=True,
    ),
    Section(
        "opening",
        _("Opening takes two"),
        (
            Claim(
                _(
                    "Nobody opens alone: at least two people release, each signed in with an own account and pass "
                    "sentence."
                ),
                (
                    _OPENING + "test_nothing_is_opened_by_one_person_alone",
                    _OPENING + "test_only_members_of_the_opening_group_open",
                ),
            ),
            Claim(
                _(
                    "The pass sentence stays in the opener's own browser; it sends only that person's parts, wrapped "
                    "for this one opening."
                ),
                (
                    _CEREMONY + "test_two_people_open_in_two_browsers_and_no_sentence_leaves_them",
                    "tests/bids/sealing/test_page_and_server.py::"
                    "test_nothing_the_page_sends_holds_the_sentence_or_a_plain_piece",
                    _OPENER_KEYS + "test_a_sentence_goes_to_the_server_only_where_the_buyer_allows_it",
                ),
            ),
            Claim(
                _(
                    "Whoever steals the database and the platform's key, and has one opener's key and sentence, opens "
                    "nothing."
                ),
                (_OPENER_KEYS + "test_a_stolen_database_with_platform_key_and_one_opener_opens_nothing",),
            ),
            Claim(
                _("Before the deadline nothing is opened, however many of them want to."),
                (
                    _OPENER_KEYS + "test_all_openers_together_are_refused_before_the_deadline_over_the_api",
                    _OPENING + "test_before_the_deadline_the_opening_is_refused",
                    _OPENING + "test_the_opening_waits_for_the_guard",
                ),
            ),
            Claim(
                _("Who declares a conflict of interest does not open."),
                (_OPENING + "test_without_a_declaration_or_with_a_conflict_nobody_releases",),
            ),
            Claim(
                _(
                    "Withdrawn, replaced and late bids stay sealed; a late one is opened only when two people decide "
                    "that the delay was not the bidder's fault."
                ),
                (
                    _OPENING + "test_replaced_withdrawn_and_late_bids_stay_sealed",
                    _OPENING + "test_a_late_bid_is_opened_after_two_people_admitted_it",
                    _OPENING + "test_an_excluded_late_bid_can_never_be_opened_again",
                ),
            ),
        ),
    ),
    Section(
        "time",
        _("In time or late"),
        (
            Claim(
                _("The server's clock decides, to the microsecond; what your computer claims is ignored."),
                (
                    _SUBMISSION + "test_a_bid_one_microsecond_before_the_deadline_is_in_time",
                    _SUBMISSION + "test_a_bid_at_the_very_second_of_the_deadline_or_later_is_late",
                    _SUBMISSION + "test_a_received_time_in_the_future_is_ignored",
                ),
            ),
            Claim(
                _("Whoever holds a receipt in time is opened, however close the deadline was."),
                (
                    _MOMENT + "test_who_gets_a_receipt_in_time_is_opened_however_close_the_deadline",
                    _MOMENT + "test_eight_bidders_hand_in_at_the_same_moment_and_all_succeed",
                ),
            ),
        ),
    ),
    Section(
        "verify",
        _("How to verify"),
        (
            Claim(
                _("For handing in, replacing and withdrawing you get a signed receipt with the exact time."),
                (
                    _SUBMISSION + "test_the_receipt_says_it_in_words_and_proves_it_by_signature",
                    _SUBMISSION + "test_withdrawing_before_the_deadline_gives_a_receipt_of_its_own",
                ),
            ),
            Claim(
                _(
                    "Anyone can check it with the public key below, without this platform; a changed receipt or "
                    "another file is noticed."
                ),
                (
                    _COMMANDS + "test_a_receipt_is_checked_without_the_server",
                    _COMMANDS + "test_another_file_a_changed_receipt_or_a_foreign_key_is_not_verified",
                ),
            ),
            Claim(
                _("The sealed form is a public one: the free program “age” opens it with the same key."),
                ("tests/bids/sealing/test_age_tool.py::test_the_age_tool_opens_a_sealed_object",),
            ),
            Claim(
                _(
                    "One changed byte in a sealed file, a missing file or a deleted bid is found by the check and "
                    "named."
                ),
                (
                    _AUDIT + "test_a_changed_byte_in_a_sealed_file_is_found",
                    _AUDIT + "test_a_deleted_sealed_file_is_found",
                    _AUDIT + "test_a_deleted_row_of_a_sealed_bid_is_found",
                ),
            ),
        ),
    ),
    Section(
        "trail",
        _("What is written down"),
        (
            Claim(
                _(
                    "Every act of a procedure becomes a link of a chain: who, what, when. The act and its link are "
                    "stored together or not at all."
                ),
                (
                    _TRAIL + "test_an_act_that_fails_leaves_no_event",
                    _TRAIL + "test_an_event_outside_the_transaction_of_its_act_is_refused",
                ),
            ),
            Claim(
                _(
                    "The database refuses to change or delete a link. Whoever got around that would break the chain, "
                    "and the check shows where; a chain rewritten as a whole is found by a checkpoint kept elsewhere."
                ),
                (
                    _TRAIL + "test_the_database_refuses_to_change_or_delete_an_event",
                    _TRAIL + "test_a_manipulation_is_found_at_its_place",
                    _TRAIL + "test_a_chain_rewritten_as_a_whole_is_found_by_a_checkpoint_kept_elsewhere",
                ),
            ),
        ),
    ),
    Section(
        "how-long",
        _("How long something is kept"),
        (
            Claim(
                _("A draft is stored encrypted. It is deleted when the bid is handed in, unless you ask to keep it."),
                (
                    _SUBMISSION + "test_drafts_are_shared_in_the_company_versioned_and_encrypted",
                    _BIDDING + "test_a_bidder_goes_from_the_tender_to_the_receipt",
                    _BIDDING + "test_a_newer_version_replaces_the_bid_and_the_receipt_says_so",
                ),
            ),
            Claim(
                _(
                    "A draft that nobody handed in is deleted 30 days after the deadline. Bids are kept with the file "
                    "of the procedure."
                ),
                ("tests/bids/test_api.py::test_old_parts_and_drafts_are_cleared_and_bids_are_kept",),
            ),
            Claim(
                _("The keys of an opening are gone after it."),
                (_OPENING + "test_after_the_opening_session_key_and_pieces_are_gone",),
            ),
        ),
    ),
    Section(
        "pages",
        _("Your browser and your account"),
        (
            Claim(
                _("Each address has a list of who may open it, and everybody else is turned away."),
                (_ACCESS + "test_every_address_has_a_row", _ACCESS + "test_only_those_in_the_table_get_through"),
            ),
            Claim(
                _("Nothing is loaded from other servers, and no page holds a script of its own."),
                (_ACCESS + "test_no_page_holds_an_inline_script_or_style",),
            ),
            Claim(
                _(
                    "Pages of a signed-in person are stored in no cache; signing in and asking for a new password tell "
                    "nobody whether an account exists."
                ),
                (
                    _SIGNING_IN + "test_pages_of_a_signed_in_person_are_stored_nowhere",
                    _SIGNING_IN + "test_a_wrong_password_and_an_unknown_address_read_the_same",
                    _SIGNING_IN + "test_asking_for_a_reset_tells_nobody_whether_there_is_an_account",
                ),
            ),
        ),
    ),
)
