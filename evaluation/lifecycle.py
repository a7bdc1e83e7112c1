"""Reason codes and the rules of the panel and of price clarifications. Pure."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.decision import ALLOWED, Decision, Refused
from accounts.lifecycle import Role
from tendering.lifecycle import Rule
from tendering.lifecycle import Status as TenderStatus


class ExclusionCode(models.TextChoices):
    """§ 57 (1) VgV numbers where there is one; one vocabulary for all profiles."""

    LATE = "late", _("Received late")
    FORM = "form", _("Form not kept")
    DOCUMENTS_MISSING = "documents_missing", _("Documents missing")
    UNCLEAR_ENTRIES = "unclear_entries", _("Entries not clear")
    DOCUMENTS_CHANGED = "documents_changed", _("Procurement documents changed")
    PRICE_MISSING = "price_missing", _("Price missing")
    VARIANT_NOT_ADMITTED = "variant_not_admitted", _("Variant not admitted")
    NOT_ELIGIBLE = "not_eligible", _("Not eligible")
    EXCLUSION_GROUND = "exclusion_ground", _("Exclusion ground")
    MANDATORY_REQUIREMENT = "mandatory_requirement", _("Mandatory requirement not met")
    MIN_SCORE = "min_score", _("Below the minimum score")
    MIN_PERFORMANCE = "min_performance", _("Below the minimum performance")
    ABNORMALLY_LOW = "abnormally_low", _("Abnormally low price, not explained")


class DocumentFault(models.TextChoices):
    """What is wrong with a document; the formal check finds it, and it decides what may be asked for."""

    MISSING = "missing", _("missing")
    INCOMPLETE = "incomplete", _("incomplete")
    WRONG = "wrong", _("wrong")


class PriceOutcome(models.TextChoices):
    """What came of a clarified price; the last three exclude the bid."""

    EXPLAINED = "explained", _("explained")
    ACCEPTED = "accepted", _("not fully explained, accepted with reasons")
    NOT_EXPLAINED = "not_explained", _("not explained")
    LAW_BREACHED = "law_breached", _("environmental, social or labour law not kept")
    AID_UNLAWFUL = "aid_unlawful", _("State aid not shown to be lawful")


def decide_score(
    conflict_declared: bool, conflict: bool, submitted: bool, locked: bool, connected_to: str = ""
) -> Decision:
    """An evaluator scores after declaring no conflict, until the own scores are handed in.

    `connected_to` names bidders the person visibly belongs to: then it scores nothing, whatever it declared.
    """
    if not conflict_declared:
        return Refused("declare_first", _("Declare first whether you have a conflict of interest."), 409)
    if conflict:
        return Refused("conflict", _("You declared a conflict of interest and do not score this tender."), 403)
    if connected_to:
        sentence = _(
            "Your account, your e-mail address or a company of yours belongs to a bidder of this tender (%(names)s). "
            "You do not take part in judging it; please tell the procurement office."
        )
        return Refused("connected", sentence % {"names": connected_to}, 403)
    if submitted or locked:
        return Refused("scores_locked", _("Your scores have been handed in and can no longer be changed."), 409)
    return ALLOWED


def decide_moderate(all_submitted: bool, locked: bool) -> Decision:
    """The chair moderates when every evaluator has handed in, until the panel is closed."""
    if not all_submitted:
        return Refused("scores_missing", _("Not every evaluator has handed in yet."), 409)
    if locked:
        return Refused("panel_closed", _("The panel has been closed."), 409)
    return ALLOWED


_OPENED = frozenset({TenderStatus.EVALUATION})
_UNTIL_AWARD = frozenset(TenderStatus) - {TenderStatus.AWARDED, TenderStatus.CANCELLED}
_DECIDED = frozenset({TenderStatus.EVALUATION, TenderStatus.AWARDED})
_ENDED = _DECIDED | {TenderStatus.CANCELLED}
_PUBLISHED = frozenset({
    TenderStatus.OPEN, TenderStatus.CLOSED, TenderStatus.EVALUATION, TenderStatus.SELECTED, TenderStatus.AWARDED,
    TenderStatus.CANCELLED,
})  # fmt: skip
_DRAFTED = frozenset({TenderStatus.DRAFT, TenderStatus.PREPARED})
_OFFICE = frozenset({Role.OFFICER})
_SECOND = frozenset({Role.OFFICER, Role.APPROVER})
ACTIONS: dict[str, Rule] = {
    "appoint": Rule(_UNTIL_AWARD, _OFFICE, _("The panel is appointed before the award.")),
    "check": Rule(_OPENED, _OFFICE, _("Checks are made between the opening and the decision.")),
    "confirm": Rule(_OPENED, _SECOND, _("Checks are made between the opening and the decision.")),
    "compare_provision": Rule(_UNTIL_AWARD, _OFFICE, _("Costs of the own provision are entered before the award.")),
    "note_flag": Rule(_OPENED, _OFFICE, _("Hints are looked at between opening and award.")),
    "evaluate": Rule(_OPENED, _OFFICE, _("Bids can be evaluated once they have been opened.")),
    "propose_award": Rule(_OPENED, _OFFICE, _("An award is proposed between opening and award.")),
    "decide_award": Rule(_OPENED, _SECOND, _("An award is decided between opening and award.")),
    "ask_register": Rule(_OPENED, _OFFICE, _("The register is asked between opening and award.")),
    "cancel_lots": Rule(_OPENED, _OFFICE, _("Lots are cancelled between opening and award.")),
    "confirm_cancellation": Rule(_OPENED, _SECOND, _("Lots are cancelled between opening and award.")),
    "send_letters": Rule(_DECIDED, _OFFICE, _("Letters are sent after the decision on the award.")),
    "publish_notice": Rule(_ENDED, _OFFICE, _("The notice of the award is written after the decision.")),
    "answer_bidders": Rule(_PUBLISHED, _OFFICE, _("There is nothing to answer in this tender yet.")),
    "sign_contract": Rule(_DECIDED, _OFFICE, _("A contract is signed after the award.")),
    "run_contract": Rule(_DECIDED, _OFFICE, _("There is no contract in this tender yet.")),
    "confirm_contract": Rule(_DECIDED, _SECOND, _("There is no contract in this tender yet.")),
    "propose_selection": Rule(_OPENED, _OFFICE, _("Candidates are selected after their requests were opened.")),
    "decide_selection": Rule(_OPENED, _SECOND, _("Candidates are selected after their requests were opened.")),
    "simulate": Rule(_DRAFTED, _OFFICE, _("A rule is tried on invented bids before the tender is published.")),
    "score": Rule(_OPENED, frozenset({Role.EVALUATOR}), _("Bids can be scored once they have been opened.")),
    "moderate": Rule(_OPENED, frozenset({Role.PANEL_CHAIR}), _("The panel works between opening and award.")),
}
RESULT_READERS = frozenset({Role.OFFICER, Role.APPROVER, Role.AUDITOR, Role.COUNCIL_MEMBER})
FILE_READERS = frozenset({Role.OFFICER, Role.APPROVER, Role.AUDITOR})
WORKBOOK_READERS = FILE_READERS | {Role.PANEL_CHAIR}  # it names evaluators, so the council has its own paper
WORKBOOK_BIDS = 3_000  # bids over all lots that one workbook takes within half a minute; more come lot by lot
PANEL = frozenset({Role.EVALUATOR, Role.PANEL_CHAIR})


def decide(action: str, status_now: TenderStatus, roles: frozenset[str]) -> Decision:
    """Whether a person with these roles at the buyer may do this now."""
    rule = ACTIONS[action]
    if roles.isdisjoint(rule.roles):
        return Refused("not_your_role", _("Your role does not include this."), 403)
    if status_now not in rule.statuses:
        return Refused("not_now", rule.why_not, 409)
    return ALLOWED


OF_CALL = frozenset({"check", "confirm", "answer_bidders", "propose_selection", "decide_selection"})
OF_CALL_ONLY = frozenset({"propose_selection", "decide_selection"})


def decide_stage(action: str, is_call: bool) -> Decision:
    """In a call requests are checked and candidates selected; everything else belongs to the bids."""
    if is_call and action not in OF_CALL:
        return Refused("call", _("This is a call for candidates: bids are judged later, in the stage of bids."), 409)
    if not is_call and action in OF_CALL_ONLY:
        return Refused("no_call", _("Only a call for candidates has candidates to select."), 409)
    return ALLOWED


def decide_second(first: int | None, second: int) -> Decision:
    """A confirmation comes from another person than the decision."""
    if first == second:
        return Refused("second_person", _("A second person has to confirm this."), 403)
    return ALLOWED


def decide_result(roles: frozenset[str], on_panel: bool, panel_closed: bool) -> Decision:
    """Results show prices: the office, the audit and the council see them; the panel after it has been closed.

    `on_panel`: the person scores or chairs here, whatever else it is.
    """
    if not on_panel and roles.isdisjoint(RESULT_READERS):
        return Refused("not_your_role", _("Your role does not include this."), 403)
    if on_panel and not panel_closed:
        return Refused("blind_scoring", _("Prices are shown to the panel after it has been closed."), 409)
    return ALLOWED


def decide_moderation(roles: frozenset[str], panel_closed: bool) -> Decision:
    """All single scores: for the chair; for the office and the audit once the panel has been closed."""
    if Role.PANEL_CHAIR in roles or (panel_closed and not roles.isdisjoint(FILE_READERS)):
        return ALLOWED
    return Refused("not_your_role", _("Your role does not include this."), 403)


def decide_file(roles: frozenset[str]) -> Decision:
    """Formal checks, exclusions and price clarifications: for the office and the audit."""
    if roles.isdisjoint(FILE_READERS):
        return Refused("not_your_role", _("Your role does not include this."), 403)
    return ALLOWED
