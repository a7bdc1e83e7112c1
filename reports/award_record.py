"""The award record: the twelve contents of § 8 (2) VgV, written by the acts of the procedure and read back here.

Each heading is filled, does not apply (and says why), or is a gap. Nothing is typed for the record itself: every
sentence stands in the field that docs/award-record.md names.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from django.utils import translation
from django.utils.translation import gettext as _

from bids.models import Bid
from bids.partners import in_opened
from evaluation.award_rules import profile_of
from evaluation.figures import money
from evaluation.grounds import ground_sentences
from evaluation.inputs import bid_name
from evaluation.lifecycle import ExclusionCode
from evaluation.models import (
    AbnormallyLowCheck,
    BidderDeclaration,
    CandidateLetter,
    Exclusion,
    FormalCheck,
    LotCancellation,
    PanelMember,
)
from evaluation.results import ResultView, RowView, latest, view_of
from reports.audit.access import Sight
from tendering.models import INVITED_ONLY, Approval, LotOutcome, ProcedureType, Tender
from tendering.weights import RATIO_METHODS, UNWEIGHTED

State = Literal["filled", "not_applicable", "gap"]
NEGOTIATED: Final = frozenset({
    ProcedureType.NEGOTIATED_WITH_CALL, ProcedureType.NATIONAL_NEGOTIATED_WITH_CALL,
})  # fmt: skip
SOURCES: Final = {"VgV": "§ 8 VgV", "UVgO": "§ 6 UVgO"}


@dataclass(frozen=True, slots=True)
class Heading:
    """One of the twelve contents: `lines` fill it or say why it does not apply; of a gap they say what is missing."""

    number: int
    title: str
    state: State
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Facts:
    tender: Tender
    bids: list[Bid]
    view: ResultView | None
    outcomes: list[LotOutcome]

    @property
    def has_ended(self) -> bool:
        return bool(self.outcomes) or self.tender.cancelled_at is not None

    def undecided(self) -> list[str]:
        """Codes of lots without any outcome; none once the procedure was cancelled."""
        ended = {row.lot_id for row in self.outcomes}
        lots = self.tender.lots.exclude(pk__in=ended).order_by("position", "id")
        return [] if self.tender.cancelled_at else list(lots.values_list("code", flat=True))

    def rows(self) -> Iterator[tuple[str, RowView]]:
        """Every bid of every lot with the words that go before it where there are several lots."""
        for lot in self.view.lots if self.view else ():
            before = f"{lot.lot_id}, " if self.view and len(self.view.lots) > 1 else ""
            yield from ((before, row) for row in lot.rows)


def source_of(tender: Tender) -> str:
    """The rule that asks for the record; "" under profiles without statutes."""
    rules = profile_of(tender)
    return SOURCES.get(rules.regime, SOURCES["UVgO"]) if rules is not None and rules.statutes else ""


def headings(sight: Sight) -> list[Heading]:
    """The record as it stands, in the language of the tender. Before the opening it names no bid."""
    tender = sight.tender
    with translation.override(tender.language):
        run = latest(tender) if sight.sees_bids and sight.sees_scores else None
        facts = _Facts(
            tender=tender,
            bids=_bids(tender) if sight.sees_bids else [],
            view=view_of(run) if run is not None else None,
            outcomes=list(LotOutcome.objects.filter(lot__tender=tender).select_related("lot", "winner")),
        )
        return [
            _subject(facts), _considered(facts), _not_considered(facts), _too_low(facts), _winner(facts),
            _negotiated(facts), _without_call(facts), _not_awarded(facts),
            Heading(9, _("Reasons for submission by other than electronic means"), "not_applicable",
                    (_("All bids are handed in electronically here."),)),
            _conflicts(facts), _lots(facts), _weights(facts),
        ]  # fmt: skip


def _bids(tender: Tender) -> list[Bid]:
    rows = Bid.objects.live().filter(tender=tender, round=tender.round)
    return list(rows.select_related("company").order_by("position", "received_at", "pk"))


def _heading(number: int, title: str, lines: list[str], otherwise: str, *, gap: bool) -> Heading:
    """Filled where there are lines; else `otherwise`, as a gap or as why it does not apply."""
    if lines:
        return Heading(number, title, "filled", tuple(lines))
    return Heading(number, title, "gap" if gap else "not_applicable", (otherwise,))


def _subject(facts: _Facts) -> Heading:
    tender, title = facts.tender, _("Buyer, subject and value")
    lines = [
        f"{tender.buyer.name} ({tender.buyer.reference})",
        " · ".join(part for part in (str(tender.contact_unit or ""), _contact(tender)) if part),
        f"{tender.reference}: {tender.title}",
        tender.summary,
    ]
    if tender.value is None:
        return Heading(1, title, "gap", (*filter(None, lines), _("The estimated value is missing.")))
    value = money(tender.value, tender.currency)
    lines.append(_("Estimated value, net: %(value)s.") % {"value": value} + f" {tender.value_method}".rstrip())
    return Heading(1, title, "filled", tuple(filter(None, lines)))


def _contact(tender: Tender) -> str:
    return tender.contact_unit.email if tender.contact_unit else tender.buyer.email


def _considered(facts: _Facts) -> Heading:
    title = _("Bids that were considered, and why")
    rows = FormalCheck.objects.filter(bid__in=facts.bids).select_related("checked_by", "confirmed_by")
    checks = {check.bid_id: check for check in rows}
    lines = []
    names = {bid_name(bid): bid for bid in facts.bids}
    for before, row in facts.rows():
        bid = names.get(row.bid_id)
        check = checks.get(bid.pk) if bid else None
        if row.status != "valid" or check is None or check.confirmed_at is None:
            continue
        text = _("%(bidder)s: formally complete and suitable, checked by %(first)s, confirmed by %(second)s.")
        words = {
            "bidder": f"{before}{row.bid_id} {row.bidder}",
            "first": check.checked_by,
            "second": check.confirmed_by,
        }
        place = _("Place %(rank)s by the published rule.") % {"rank": row.rank} if row.rank is not None else ""
        lines.append(f"{text % words} {place}".strip())
    lines += _candidates(facts.tender, chosen=True)
    if facts.bids and facts.view is None:
        return _heading(2, title, lines, _("The check and the evaluation of the bids are not finished."), gap=True)
    return _heading(2, title, lines, _("No bid could be considered, or none has been opened."), gap=False)


def _candidates(tender: Tender, *, chosen: bool) -> list[str]:
    """What the call for candidates before this tender decided."""
    letters = CandidateLetter.objects.filter(bid__tender__bid_stage=tender).select_related("bid__company")
    text = _("Candidate %(company)s: selected.") if chosen else _("Candidate %(company)s: not selected.")
    rows = letters.order_by("bid__position", "pk")
    return [text % {"company": one.bid.company} for one in rows if one.content.get("selected") is chosen]


def _not_considered(facts: _Facts) -> Heading:
    lines = []
    for before, row in facts.rows():
        name = f"{before}{row.bid_id} {row.bidder}"
        if row.status != "valid":
            lines.append(f"{name}: {' '.join(row.reasons) or _('not in time')}")
        elif not row.is_awarded and facts.has_ended and row.rank is not None:
            lines.append(_("%(bidder)s: place %(rank)s by the published rule.") % {"bidder": name, "rank": row.rank})
    if facts.view is None:
        outs = Exclusion.objects.filter(bid__in=facts.bids, confirmed_at__isnull=False).select_related("bid__company")
        lines += [
            f"{bid_name(row.bid)} {row.bid.bidder}: {ExclusionCode(row.code).label}. "
            + " ".join([row.reason, *ground_sentences(row.ground)])
            for row in outs
        ]
    lines += _candidates(facts.tender, chosen=False)
    return _heading(3, _("Bids that were not considered, and why"), lines, _("There is none."), gap=False)


def _too_low(facts: _Facts) -> Heading:
    title, rejected, open_rows = _("Why abnormally low bids were rejected"), [], False
    for row in AbnormallyLowCheck.objects.filter(bid__in=facts.bids).select_related("bid__company", "lot"):
        if row.outcome == "not_explained":
            rejected.append(f"{bid_name(row.bid)} {row.bid.bidder}, {row.lot.code}: {row.reason}")
        open_rows = open_rows or not row.outcome
    if open_rows:
        return Heading(4, title, "gap", (*rejected, _("A question about a price has not been decided.")))
    return _heading(4, title, rejected, _("No bid was rejected for its price."), gap=False)


def _winner(facts: _Facts) -> Heading:
    title = _("The winner, why, and its subcontractors")
    awards = [row for row in facts.outcomes if row.kind == "awarded" and row.winner]
    reasons = {
        code: str(row.data.get("reason", ""))
        for row in Approval.objects.filter(tender=facts.tender, kind="award", approved_at__isnull=False).order_by("pk")
        for code in row.data.get("lots", {})
    }
    lines = []
    for row in awards:
        text = _("Lot %(lot)s: %(winner)s, %(value)s net.")
        words = {"lot": row.lot.code, "winner": row.winner, "value": money(row.value, facts.tender.currency)}
        lines.append(f"{text % words} {reasons.get(row.lot.code, '')}".strip())
        lines += _subcontractors(facts, row)
    if awards and not all(reasons.get(row.lot.code) for row in awards):
        return Heading(5, title, "gap", (*lines, _("The reason of the award is missing.")))
    if undecided := facts.undecided() if awards else []:
        missing = [_("Lot %(lot)s has not been decided yet.") % {"lot": code} for code in undecided]
        return Heading(5, title, "gap", (*lines, *missing))
    if facts.has_ended:
        return _heading(5, title, lines, _("Nothing was awarded."), gap=False)
    return _heading(5, title, lines, _("The award has not been decided."), gap=True)


def _subcontractors(facts: _Facts, award: LotOutcome) -> Iterator[str]:
    own = [bid for bid in facts.bids if bid.company_id == award.winner_id]
    won = {row.bid_id for row in facts.view.lot(award.lot.code).rows if row.is_awarded} if facts.view else set()
    for bid in [bid for bid in own if bid_name(bid) in won] or own:
        found = in_opened(bid.opened or {}).subcontractors
        if not found:
            yield _("%(bidder)s names no subcontractors.") % {"bidder": bid.company}
        for one in found:
            share = f"{one.share_pct} %" if one.share_pct is not None else ""
            parts = ", ".join(part for part in (one.name, one.part, share) if part)
            yield _("Subcontractor: %(name)s") % {"name": parts}


def _answers(tender: Tender, rule: str) -> list[str]:
    """What the officer answered to this rule before the release."""
    found = (one for one in tender.rule_findings if str(one.get("check_id", "")).partition(".")[0] == rule)
    return [str(one["override"]["reason"]) for one in found if one.get("override", {}).get("reason")]


def _choice(facts: _Facts, number: int, title: str, otherwise: str, *, applies: bool) -> Heading:
    """A choice of procedure that needs a reason."""
    if not applies:
        return Heading(number, title, "not_applicable", (otherwise,))
    kind, basis = facts.tender.get_procedure_type_display(), facts.tender.legal_basis
    said = [*([basis] if basis else []), *_answers(facts.tender, "R11"), *_answers(facts.tender, "R10")]
    if not said:
        return Heading(number, title, "gap", (f"{kind}: {_('the ground is missing.')}",))
    return Heading(number, title, "filled", (f"{kind}: {' '.join(said)}",))


def _negotiated(facts: _Facts) -> Heading:
    title = _("Circumstances that allow negotiations or a dialogue")
    otherwise = _("%(kind)s: no negotiated procedure with a call and no dialogue.") % {
        "kind": facts.tender.get_procedure_type_display()
    }
    return _choice(facts, 6, title, otherwise, applies=facts.tender.procedure_type in NEGOTIATED)


def _without_call(facts: _Facts) -> Heading:
    title = _("Circumstances that allow a procedure without a call")
    otherwise = _("%(kind)s: the procedure was open to all, or had a call.") % {
        "kind": facts.tender.get_procedure_type_display()
    }
    return _choice(facts, 7, title, otherwise, applies=facts.tender.procedure_type in INVITED_ONLY)


def _not_awarded(facts: _Facts) -> Heading:
    lines = [
        f"{', '.join(lot.code for lot in row.lots.all())}: {row.reason}"
        for row in LotCancellation.objects.filter(tender=facts.tender, confirmed_at__isnull=False)
        .prefetch_related("lots")
    ]  # fmt: skip
    if not lines and facts.tender.cancelled_at is not None:
        lines = [f"{facts.tender.get_cancellation_ground_display()}. {facts.tender.cancellation_reason}"]
    lines += [
        _("Lot %(lot)s: no admissible bid.") % {"lot": row.lot.code}
        for row in facts.outcomes
        if row.kind == "unsuccessful"
    ]
    is_over = facts.has_ended and not facts.undecided()
    otherwise = _("All lots were awarded.") if is_over else _("Nothing has ended without an award.")
    return _heading(8, _("Why nothing was awarded"), lines, otherwise, gap=False)


def _conflicts(facts: _Facts) -> Heading:
    tender, lines = facts.tender, []
    for row in tender.conflict_declarations.select_related("user").order_by("declared_at", "pk"):
        said = _("declares a conflict and does not take part") if row.conflict else _("declares no conflict")
        lines.append(f"{row.user}: {said}. {row.note}".strip())
    for one in BidderDeclaration.objects.filter(tender=tender, conflict=True).select_related("user", "company"):
        text = _("%(person)s declares a conflict with %(company)s and does not take part.")
        lines.append(text % {"person": one.user, "company": one.company})
    declared = set(tender.conflict_declarations.values_list("user", flat=True))
    missing = [seat.user for seat in PanelMember.objects.filter(tender=tender).select_related("user")
               if seat.user_id not in declared]  # fmt: skip
    title = _("Conflicts of interest, and what was done")
    if missing and facts.bids:
        names = ", ".join(map(str, missing))
        return Heading(10, title, "gap", (*lines, _("No declaration yet: %(people)s.") % {"people": names}))
    return _heading(10, title, lines, _("Nobody has worked on bids yet."), gap=bool(facts.bids))


def _lots(facts: _Facts) -> Heading:
    title, count = _("Why lots were awarded together"), facts.tender.lots.count()
    if count > 1:
        text = _("The service is divided into %(number)s lots.") % {"number": count}
        return Heading(11, title, "not_applicable", (text,))
    lines = [facts.tender.lot_waiver_reason] if facts.tender.lot_waiver_reason else _answers(facts.tender, "R26")
    otherwise = _("The reason why the service is not divided into lots is missing.")
    if not source_of(facts.tender):
        return _heading(11, title, lines, _("The rules of the buyer ask for no lots."), gap=False)
    return _heading(11, title, lines, otherwise, gap=True)


def _weights(facts: _Facts) -> Heading:
    title = _("Why no weighting was stated")
    if str(facts.tender.evaluation.get("method", "")) in UNWEIGHTED | RATIO_METHODS:
        text = _("The weighting follows from the published formula and the points of the criteria.")
    else:
        text = _("The weighting was published.")
    return Heading(12, title, "not_applicable", (text,))
