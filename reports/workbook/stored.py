"""A stored evaluation as the subject of a workbook: result re-computed, robustness, names and reasons read back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import formats, translation
from django.utils.translation import gettext as _

from evaluation.inputs import bid_name
from evaluation.models import Consensus, Draw, EvaluationRun, OwnProvision, Score
from evaluation.provision import of_view
from evaluation.results import bidder_names, inputs_of, result_of, robustness_of, view_of
from reports.workbook.subject import Origin, Subject
from tendering.models import Tender

Comments = Mapping[tuple[str, str, str], tuple[tuple[str, str], ...]]


def gather(run: EvaluationRun, language: str, lot: str = "") -> Subject:
    """Everything stored about a run, for all lots or `lot` alone; RefusedError if the result cannot be reproduced."""
    inputs, tender = inputs_of(run), run.tender
    with translation.override(language):
        return Subject(
            inputs=inputs,
            result=result_of(run),
            robustness={lot.lot_id: robustness_of(run, lot.lot_id) for lot in inputs.lots},
            title=tender.title,
            buyer=tender.buyer.name,
            currency=tender.currency,
            names=bidder_names(tender),
            drawn=_drawn(tender),
            comments=_comments(tender),
            origin=_origin(run),
            own=of_view(tender, view_of(run)) if OwnProvision.objects.filter(lot__tender=tender).exists() else {},
            only=lot,
        )


def local_time(moment: datetime, tender: Tender) -> str:
    """Date and time at the buyer's place, in the active language."""
    there = moment.astimezone(ZoneInfo(tender.buyer.time_zone))
    return f"{formats.date_format(there, 'DATE_FORMAT')}, {there:%H:%M} {there:%Z}"


def _origin(run: EvaluationRun) -> Origin:
    return Origin(
        computed_at=local_time(run.created_at, run.tender),
        computed_by=str(run.created_by or ""),
        reason=run.reason,
        run=str(run.pk),
        spec_hash=run.spec_hash,
        inputs_hash=run.inputs_hash,
        result_hash=run.result_hash,
        at=run.created_at,
    )


def _drawn(tender: Tender) -> dict[str, str]:
    draws = Draw.objects.filter(lot__tender=tender).select_related("lot", "drawn").order_by("drawn_at", "pk")
    return {draw.lot.code: bid_name(draw.drawn) for draw in draws}


def _comments(tender: Tender) -> Comments:
    """Reasons by bid, lot and criterion; evaluators under the names the inputs use, the panel's decision last."""
    found: dict[tuple[str, str, str], list[tuple[str, str]]] = defaultdict(list)
    related = ("bid", "lot", "criterion")
    scores = Score.objects.filter(bid__tender=tender).exclude(comment="").select_related(*related, "evaluator")
    for score in scores.order_by("evaluator__reference", "evaluator_id"):
        who = score.evaluator.reference or f"u{score.evaluator_id}"
        found[bid_name(score.bid), score.lot.code, score.criterion.code].append((who, score.comment))
    for decided in Consensus.objects.filter(bid__tender=tender).exclude(reason="").select_related(*related):
        key = bid_name(decided.bid), decided.lot.code, decided.criterion.code
        found[key].append((_("Consensus"), decided.reason))
    return {key: tuple(texts) for key, texts in found.items()}
