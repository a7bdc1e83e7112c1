"""The award paper: who is proposed and why, what it costs and saves, what else could be done. From the stored result.

Public fields name the proposed company only: never another bidder, never another price, nor a picture that shows one.
"""

from collections.abc import Iterator
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bids.models import Bid
from evaluation import result_tables
from evaluation.figures import number, shortest
from evaluation.results import LotView, RowView
from evaluation.scorebook import spreads
from evaluation.tender_panels import method_names
from pilots.papers.award_money import alternatives, competence, figures, funds, own_provision, saving_sentence
from pilots.papers.award_read import Award, Values, day, moment_words, percent_of, prefix
from pilots.papers.award_tables import pictures, tables
from tendering.models import CancellationGround


def values_of(award: Award) -> Values:
    """Value by field, in the active language and time zone."""
    return {
        "subject": award.tender.title,
        "question": _question(award),
        "finding": _finding(award),
        "competence": competence(award),
        "wording": award.paper.wording,
        **pictures(award),
        **tables(award),
        "figures": figures(award),
        "funds": funds(award),
        "own_provision": list(own_provision(award)),
        "procedure": _procedure(award),
        "competition": _competition(award),
        "powers": _powers(award),
        "alternatives": alternatives(award),
        "robustness": [words for lot in award.view.lots if (words := firmness(award, lot))],
        "summary": award.tender.summary,
        "note": award.paper.note,
        "robustness_detail": [f"{prefix(award, lot)}{words}" for lot in award.view.lots if (words := _detail(lot))],
        "low_prices": list(_low_prices(award)),
        "exclusions": list(_exclusions(award)),
        "dissent": _dissent(award),
        "sources": _sources(award),
    }


def default_wording(award: Award) -> str:
    """The decision as the form offers it; the office may write another."""
    if not award.winners:
        return _("The procedure is cancelled because there is no admissible bid.")
    if award.is_awarded:
        return _("The award of “%(title)s” is noted with approval.") % {"title": award.tender.title}
    if award.single:
        row = award.winners[0][1]
        words = {"title": award.tender.title, "bidder": row.bidder, "price": award.money(row.price)}
        basis = result_tables.basis_word(award.view)
        text = _("The contract “%(title)s” is awarded to %(bidder)s at a price of %(price)s (%(basis)s).")
        return text % {**words, "basis": basis}
    lots = "; ".join(f"{lot.lot_id}: {row.bidder}" for lot, row in award.winners)
    return _("The contract “%(title)s” is awarded lot by lot: %(lots)s.") % {"title": award.tender.title, "lots": lots}


def _question(award: Award) -> str:
    """Short: the title and the body stand above it."""
    if award.is_awarded and award.tender.awarded_at:
        text = _("The award was decided on %(day)s. It is to be noted; questions go to the office.")
        return text % {"day": day(award.tender.awarded_at)}
    return _("Confirm the award, cancel the procedure, or send it back to the office?")


def _finding(award: Award) -> str:
    """Who is proposed, why, at what price, saving what; no other bidder is named."""
    if not award.winners:
        return _("There is no admissible bid.")
    if award.single:
        return " ".join(filter(None, [_who(award), saving_sentence(award)]))
    lots = "; ".join(f"{lot.lot_id} – {row.bidder} ({award.money(row.price)})" for lot, row in award.winners)
    first = _("By the published rule the lots go to: %(lots)s.") % {"lots": lots}
    total = sum((row.price for _lot, row in award.winners if row.price is not None), Decimal(0))
    together = _("Together %(money)s.") % {"money": award.money(total)}
    return " ".join(filter(None, [first, together, saving_sentence(award), _held(award)]))


def _held(award: Award) -> str:
    """Which lots are not part of this decision."""
    codes = ", ".join(lot.lot_id for lot in award.on_hold)
    return _("Not decided yet: %(lots)s. A later paper proposes who gets it.") % {"lots": codes} if codes else ""


def _who(award: Award) -> str:
    lot, row = award.winners[0]
    words = {"bidder": row.bidder, "figures": _reached(row, award)}
    if award.is_awarded:
        return _("%(bidder)s gets the contract: first by the published rule, with %(figures)s.") % words
    if len(lot.valid_rows) == 1:
        return _("%(bidder)s is proposed: the only admissible bid, with %(figures)s.") % words
    if lot.unresolved_tie:
        return _("%(bidder)s is proposed: drawn among bids that are equal by the published rule, with %(figures)s.") % (
            words
        )
    return _("%(bidder)s is proposed: first by the published rule, with %(figures)s.") % words


def _reached(row: RowView, award: Award) -> str:
    price = award.money(row.price)
    if row.total is not None:
        return _("%(points)s of 100 points at %(price)s") % {"points": number(row.total), "price": price}
    if row.performance_points is not None and row.ratio is not None:
        points = number(shortest(row.performance_points))
        return _("%(points)s of 1,000 performance points at %(price)s") % {"points": points, "price": price}
    return _("a price of %(price)s") % {"price": price}


def _procedure(award: Award) -> list[str]:
    """How it was done and how it is judged; published before, so everybody may read it."""
    tender, spec = award.tender, award.view.spec
    moments = (
        (_("published on %(day)s"), tender.published_at),
        (_("bids until %(day)s"), tender.tender_period_end),
        (_("opened on %(day)s"), tender.opened_at),
    )
    steps = [text % {"day": day(moment)} for text, moment in moments if moment]
    lines = [f"{tender.get_procedure_type_display()}: {', '.join(steps)}."]
    if award.view.spec.method.startswith(("weighted", "inverse")):
        words = {"price": percent_of(spec.weight_price), "rest": percent_of(spec.weight_quality)}
        lines.append(
            _("The price counts %(price)s %%, performance %(rest)s %%; published before the first bid.") % words
        )
    else:
        lines.append(f"{method_names().get(spec.method, spec.method)}.")
    return lines


def _competition(award: Award) -> list[str]:
    """How many bids there were and how many are compared; numbers only."""
    bids = Bid.objects.filter(tender=award.tender, superseded_at=None)
    received = bids.filter(withdrawn_at=None).count()
    out = {row.bid_id for lot in award.view.lots for row in lot.rows if row.status == "excluded"}
    valid = {row.bid_id for lot in award.view.lots for row in lot.valid_rows}
    words = {"received": received, "valid": len(valid), "out": len(out - valid)}
    text = ngettext("%(received)s bid received, %(valid)s compared, %(out)s excluded.",
                    "%(received)s bids received, %(valid)s compared, %(out)s excluded.", received)  # fmt: skip
    limit = award.view.allocation.max_lots_awarded if award.view.allocation else None
    limits = [_("One bidder gets at most %(number)s lots.") % {"number": limit}] if limit else []
    return [text % words, *limits]


def _powers(award: Award) -> list[str]:
    """What a council may do with an award: it never re-weights and never changes a score."""
    fixed = _("Weights, scores and ranks cannot be changed: every bidder relied on the published rule.")
    if award.is_awarded:
        return [_("Take note, or ask the office for an explanation."), fixed]
    grounds = "; ".join(str(ground.label) for ground in CancellationGround)
    return [
        _("Confirm the proposal."),
        _("Cancel the procedure, only on one of these grounds: %(grounds)s.") % {"grounds": grounds},
        _("Send it back to the office, naming the defect."),
        fixed,
    ]


def firmness(award: Award, lot: LotView) -> str:
    """How firm the first place is, without another bidder's name or figure; "" where nothing was compared."""
    report = lot.robustness
    if lot.blocked or not report.losers or len(report.winner) != 1:
        return ""
    parts = [weight_words(report.price_weight, award.view.spec.weight_price)]
    if any(item.winner_changes for item in report.left_out):
        parts.append(_("Leaving out another bid would change the first place."))
    elif len(report.left_out) > 1:
        parts.append(_("Leaving out any single other bid does not change the first place."))
    text = " ".join(filter(None, parts))
    return f"{prefix(award, lot)}{text}" if text else ""


def weight_words(interval: tuple[Fraction, Fraction] | None, published: Decimal) -> str:
    """ "Stays first unless the price counts for less than 37 %"; edges are rounded inwards, so that it holds."""
    if interval is None:
        return ""
    low, high = _tenth(interval[0] * 100, ROUND_UP), _tenth(interval[1] * 100, ROUND_DOWN)
    words = {"low": number(low), "high": number(high), "published": percent_of(published)}
    if low <= 0 and high >= 100:
        return _("Stays first whatever the price counts for (published: %(published)s %%).") % words
    if low <= 0:
        return _("Stays first unless the price counts for more than %(high)s %% (published: %(published)s %%).") % words
    if high >= 100:
        return _("Stays first unless the price counts for less than %(low)s %% (published: %(published)s %%).") % words
    text = _("Stays first unless the price counts for less than %(low)s %% or more than %(high)s %% "
             "(published: %(published)s %%).")  # fmt: skip
    return text % words


def _tenth(value: Fraction, rounding: str) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return shortest(exact.quantize(Decimal("0.1"), rounding=rounding))


def _detail(lot: LotView) -> str:
    return lot.robustness_sentence


def _low_prices(award: Award) -> Iterator[str]:
    """Prices that were asked about or had to be, each with what came of it."""
    words = {
        "clarification_required": _("has to be clarified"),
        "explained": _("explained"),
        "accepted": _("not fully explained, accepted with reasons"),
        "not_explained": _("not explained"),
        "law_breached": _("environmental, social or labour law not kept"),
        "aid_unlawful": _("State aid not shown to be lawful"),
    }
    flagged = [(lot, row) for lot in award.view.lots for row in lot.rows if row.flags or row.low_price_outcome]
    for lot, row in flagged:
        outcome = words.get(row.low_price_outcome, "")
        facts = ", ".join([*row.flags, *([outcome] if outcome else [])])
        yield f"{prefix(award, lot)}{row.bidder}: {facts}."
    if not flagged:
        yield _("No price was noticeably low.")


def _exclusions(award: Award) -> Iterator[str]:
    for lot in award.view.lots:
        for out in result_tables.left_out(lot):
            reasons = " ".join(out.reasons)
            yield f"{prefix(award, lot)}{out.bidder} ({out.status}): {reasons}".rstrip(": ")


def _dissent(award: Award) -> list[str]:
    """Where single scores lay far apart and the panel had to agree."""
    given = [spread for spread in spreads(award.tender) if len(spread.given) > 1]
    if not given:
        return []
    apart = [spread for spread in given if spread.level == "consensus"]
    words = {"all": len(given), "n": len(apart)}
    if not apart:
        return [_("None of %(all)s scores had to be agreed on: the evaluators saw the bids alike.") % words]
    agreed = _("In %(n)s of %(all)s scores the evaluators lay far apart and agreed on one.") % words
    names = {(row.bid_id): row.bidder for lot in award.view.lots for row in lot.rows}
    listed = "; ".join(f"{names.get(s.cell.bid, s.cell.bid)}, {s.cell.criterion}" for s in apart[:6])
    return [agreed, f"{listed}."]


def _sources(award: Award) -> list[list[str]]:
    view = award.view
    return [
        [_("Computed"), moment_words(view.created_at)],
        [_("Version of the method"), view.method_version],
        [_("Calculation"), str(view.run_id)],
        [_("Result (hash)"), view.result_hash],
    ]
