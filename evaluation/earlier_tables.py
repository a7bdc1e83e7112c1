"""Earlier results of a tender beside the one that counts: after an exclusion both rankings are kept and shown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.decision import RefusedError
from evaluation.models import EvaluationRun
from evaluation.result_tables import left_out, ranking
from evaluation.results import LotView, ResultView, view_of

MOST = 3  # each is computed again for the page; all of them stand in the export of the file


@dataclass(frozen=True, slots=True)
class EarlierLot:
    """A lot as it stood then: what is different now, the ranking as heads and rows, and who was not in it."""

    lot_id: str
    changes: Sequence[str]
    heads: Sequence[str | tuple[str, str]]
    rows: Sequence[Sequence[str]]
    out: Sequence[str]


@dataclass(frozen=True, slots=True)
class Earlier:
    """One earlier result; without lots when it can no longer be computed to its stored hash."""

    run: EvaluationRun
    lots: Sequence[EarlierLot]


def earlier_results(run: EvaluationRun, now: ResultView) -> tuple[list[Earlier], int]:
    """The last results before this one, newest first, and how many more there are. One query when there are none."""
    found = EvaluationRun.objects.filter(tender=run.tender_id, pk__lt=run.pk).select_related("created_by", "tender")
    runs = list(found.order_by("-pk"))
    return [Earlier(one, _lots(one, now)) for one in runs[:MOST]], max(len(runs) - MOST, 0)


def _lots(run: EvaluationRun, now: ResultView) -> list[EarlierLot]:
    try:
        then = view_of(run)
    except RefusedError:
        return []
    current = {lot.lot_id: lot for lot in now.lots}
    return [_lot(then, lot, current.get(lot.lot_id)) for lot in then.lots]


def _lot(then: ResultView, lot: LotView, now: LotView | None) -> EarlierLot:
    ranked = ranking(then, lot)
    labels = [cell.label for cell in ranked[0].cells] if ranked else []
    return EarlierLot(
        lot_id=lot.lot_id,
        changes=list(_changes(lot, now)) if now else [],
        heads=[_("Bidder"), _("Rank"), *((label, "number") for label in labels)],
        rows=[[row.bidder, row.rank, *(cell.text for cell in row.cells)] for row in ranked],
        out=[f"{bid.bidder}: {bid.status}" for bid in left_out(lot)],
    )


def _changes(then: LotView, now: LotView) -> Iterator[str]:
    before, after = _first(then), _first(now)
    if before == after:
        yield _("The first place is the same now: %(bidders)s.") % {"bidders": after}
    else:
        yield _("First place then: %(then)s. First place now: %(now)s.") % {"then": before, "now": after}
    was, still = _valid(then), _valid(now)
    if gone := [name for bid, name in was.items() if bid not in still]:
        yield _("No longer in the ranking: %(bidders)s.") % {"bidders": ", ".join(gone)}
    if new := [name for bid, name in still.items() if bid not in was]:
        yield _("In the ranking only since then: %(bidders)s.") % {"bidders": ", ".join(new)}


def _first(lot: LotView) -> str:
    return ", ".join(row.bidder for row in lot.valid_rows if row.is_winner) or _("nobody")


def _valid(lot: LotView) -> dict[str, str]:
    return {row.bid_id: row.bidder for row in lot.valid_rows}
