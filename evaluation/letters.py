"""Letters about the award, one per bid, from the stored result: what it says, in the recipient's language.

A letter names the winner, the recipient's own points and reasons, its place, what the winner did better, and the first
day of the contract (§ 134 (1) GWB; § 46 UVgO; the same facts without paragraphs under profiles without statutes).
It never names evaluators, single scores or another loser.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.evidence import canonical_bytes, digest
from bids.models import Bid
from bids.naming import variant_name
from evaluation.award_rules import Wait, profile_of
from evaluation.comments import reasons_of
from evaluation.figures import number, shortest
from evaluation.models import EvaluationRun, LetterKind
from evaluation.results import LotView, ResultView, RowView, view_of
from evaluation.scoring.inputs import Criterion
from tendering.models import Lot, Tender

DOMAIN = "award-letter"
Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter as it would be sent now."""

    bid: Bid
    kind: LetterKind
    language: str
    content: Content

    @property
    def sha256(self) -> str:
        return hash_of(self.content)


def hash_of(content: Mapping[str, Any]) -> str:
    """Hex SHA-256 of a letter's canonical content, in the domain "award-letter"."""
    return digest(DOMAIN, canonical_bytes(content))


def compose(tender: Tender, run: EvaluationRun, lots: Sequence[Lot], wait: Wait) -> list[Draft]:
    """One letter for every opened or late bid that stands in one of these lots, by bid number."""
    codes = [lot.code for lot in lots]
    bids = Bid.objects.filter(tender=tender, superseded_at=None, withdrawn_at=None).select_related("company")
    found: list[Draft] = []
    views: dict[str, ResultView] = {}
    for bid in bids.order_by("reference", "received_at"):
        language = _language(bid)
        with translation.override(language):
            view = views.get(language) or view_of(run)
            views[language] = view
            rows = [(lot, row) for lot in view.lots if lot.lot_id in codes for row in lot.rows if _is_of(row, bid)]
            if rows:
                found.append(_draft(tender, bid, language, rows, wait))
    return found


def _language(bid: Bid) -> str:
    return "de" if bid.company.language.startswith("de") else "en"


def _is_of(row: RowView, bid: Bid) -> bool:
    return row.bid_id in {bid.reference, str(bid.pk)} and row.status != "withdrawn"


def _draft(tender: Tender, bid: Bid, language: str, rows: list[tuple[LotView, RowView]], wait: Wait) -> Draft:
    if any(row.is_awarded for _lot, row in rows):
        kind = LetterKind.WINNER
    else:
        kind = LetterKind.REFUSAL if any(row.status == "valid" for _lot, row in rows) else LetterKind.EXCLUDED
    rules = profile_of(tender)
    words = rules.letters if rules else {}
    content = {
        "subject": _subject(tender, kind),
        "heading": _heading(tender, kind, wait),
        "sender": tender.buyer.name,
        "recipient": bid.company.name,
        "reference": tender.reference,
        "bid": bid.reference or "",
        "greeting": words.get(f"greeting_{language}", ""),
        "opening": _opening(tender, bid),
        "lots": [_lot(tender, lot, row) for lot, row in rows],
        "waiting": _waiting(wait),
        "rights": list(_rights(tender, kind)),
        "closing": words.get(f"closing_{language}", ""),
        "signed": str(tender.contact_unit or tender.buyer.name),
    }
    return Draft(bid, kind, language, content)


def _subject(tender: Tender, kind: LetterKind) -> str:
    words = {"title": tender.title}
    if kind == LetterKind.WINNER:
        return _("Your bid wins: %(title)s") % words
    return _("Result of the procedure: %(title)s") % words


def _heading(tender: Tender, kind: LetterKind, wait: Wait) -> str:
    if kind == LetterKind.WINNER:
        return _("Your bid wins")
    if _is_by_statute(tender, wait):
        return _("Information for bidders under § 134 GWB")
    return _("Information about the result")


def _is_by_statute(tender: Tender, wait: Wait) -> bool:
    rules = profile_of(tender)
    return bool(rules and rules.statutes and rules.standstill_days and wait.days)


def _opening(tender: Tender, bid: Bid) -> str:
    if bid.variant:
        text = _(
            "thank you for your bid in the procedure %(reference)s, “%(title)s”. This letter is about %(variant)s."
        )
        return text % {
            "reference": tender.reference,
            "title": tender.title,
            "variant": variant_name(bid.variant),
        }
    return _("thank you for your bid in the procedure %(reference)s, “%(title)s”.") % {
        "reference": tender.reference, "title": tender.title,
    }  # fmt: skip


def _lot(tender: Tender, lot: LotView, row: RowView) -> Content:
    """What happens to this bid in this lot: sentences and a table of points by criterion."""
    winner = next((other for other in lot.rows if other.is_awarded), None)
    return {
        "lot": lot.lot_id,
        "title": lot.title,
        "sentences": list(_sentences(lot, row, winner)),
        "heads": _heads(row, winner),
        "rows": list(_rows(tender, lot, row, winner)) if row.status == "valid" else [],
    }


def _sentences(lot: LotView, row: RowView, winner: RowView | None) -> Iterator[str]:
    if row.is_awarded:
        yield _("We will award the contract for this lot to you. This letter is not the contract yet.")
        return
    if winner is None:
        yield _("Nobody is awarded this lot.")
    elif winner.provider_id == row.provider_id:
        yield _("We intend to award the contract for this lot to another bid of yours: %(winner)s.") % {
            "winner": winner.bidder
        }
    else:
        yield _("We intend to award the contract for this lot to %(winner)s.") % {"winner": winner.bidder}
    if row.status != "valid":
        yield _("Your bid could not be considered. The reason:")
        yield from row.reasons
        return
    valid = len(lot.valid_rows)
    if row.rank is not None:
        yield _("Your bid is in place %(rank)s of %(valid)s by the published rule.") % {
            "rank": row.rank,
            "valid": valid,
        }
    if winner is not None:
        yield from advantages(lot, row, winner)


def advantages(lot: LotView, own: RowView, winner: RowView) -> Iterator[str]:
    """What the winner did better than this bid: criteria with more points, and the price, without its amount."""
    better = [
        f"{criterion.id} {criterion.name}"
        for criterion in lot.criteria
        if criterion.is_scored
        and winner.criterion_scores.get(criterion.id, 0) > own.criterion_scores.get(criterion.id, 0)
    ]
    if better:
        yield _("The winning bid has more points in: %(criteria)s.") % {"criteria": "; ".join(better)}
    if own.price is not None and winner.price is not None and winner.price < own.price:
        yield _("The price of the winning bid is lower than yours.")
    elif own.price is not None and winner.price is not None and winner.price > own.price:
        yield _(
            "Your price is lower than that of the winning bid; its performance outweighs that by the published rule."
        )
    if winner.price == own.price and not better:
        yield _("Both bids are equal; the published rule for equal bids decided.")


def _heads(row: RowView, winner: RowView | None) -> list[str]:
    heads = [_("Criterion"), _("Weight"), _("Your points")]
    if winner is not None and not row.is_awarded:
        heads.append(_("Points of the winner"))
    return [*heads, _("Reason")]


def _rows(tender: Tender, lot: LotView, row: RowView, winner: RowView | None) -> Iterator[list[str]]:
    reasons = reasons_of(tender, lot.lot_id, row.bid_id)
    for criterion in lot.criteria:
        if not criterion.is_scored:
            continue
        cells = [
            f"{criterion.id} {criterion.name}",
            number(shortest(criterion.weight)),
            _score(row, criterion.id),
        ]
        if winner is not None and not row.is_awarded:
            cells.append(_score(winner, criterion.id))
        yield [*cells, reasons.get(criterion.id, "") or _by_curve(criterion, row)]
    yield from _totals(tender, row, winner)


def _by_curve(criterion: Criterion, row: RowView) -> str:
    """Why a promised number or a cost has these points: nobody gave them, the published calculation and curve did."""
    if criterion.kind == "efficiency":
        return _("computed from the promised number by the published curve")
    value = row.promised.get(criterion.id)
    if criterion.kind != "cost" or value is None:
        return ""
    words = {"value": number(shortest(value)), "unit": criterion.unit}
    if (rule := criterion.life_cycle) is None:
        return _("%(value)s %(unit)s by your bid; computed from it by the published curve") % words
    years = {"years": rule.years, "rate": number(shortest(rule.rate_pct))}
    if rule.with_price:
        text = _(
            "%(value)s %(unit)s over %(years)s years at %(rate)s %%, out of your price and the numbers of your bid; "
            "computed from it by the published curve"
        )
    else:
        text = _(
            "%(value)s %(unit)s over %(years)s years at %(rate)s %%, out of the numbers of your bid; "
            "computed from it by the published curve"
        )
    return text % {**words, **years}


def _totals(tender: Tender, row: RowView, winner: RowView | None) -> Iterator[list[str]]:
    """Price points and total where the rule has them; the winner's only while its price is public."""
    shows_winner = winner is not None and not row.is_awarded
    hidden = tender.withholds_award_value
    for label, own, other in (
        (_("Price"), row.price_points, winner.price_points if winner else None),
        (_("Total"), row.total, winner.total if winner else None),
    ):
        if own is None:
            continue
        cells = [label, "", number(own)]
        if shows_winner:
            cells.append(_("not disclosed") if hidden else number(other))
        yield [*cells, ""]


def _score(row: RowView, code: str) -> str:
    score = row.criterion_scores.get(code)
    return number(None if score is None else shortest(score))


def _waiting(wait: Wait) -> str:
    day = date_format(wait.earliest, "DATE_FORMAT")
    if not wait.days:
        return _("The contract may be concluded from %(day)s on.") % {"day": day}
    return _("The contract will be concluded on %(day)s at the earliest.") % {"day": day}


def _rights(tender: Tender, kind: LetterKind) -> Iterator[str]:
    if kind == LetterKind.WINNER:
        yield _("You will hear from us about the signing.")
        return
    yield _("On the platform you find the full explanation: your points, and what would have won.")
    yield _("You may ask for further reasons there, and complain if you think that a rule was broken.")
    rules = profile_of(tender)
    if rules and rules.statutes and rules.standstill_days:
        yield _("A breach must be complained about to us within 10 days of learning of it (§ 160 (3) GWB).")
