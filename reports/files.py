"""Finished reports as files: what a municipality keeps of every procedure that has come to its end."""

import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.decision import refuse
from bids.models import OpeningSession
from evaluation.lifecycle import WORKBOOK_BIDS
from evaluation.models import EvaluationRun
from evaluation.results import latest
from pilots.models import Pilot
from reports.documents import opening_record_pdf
from reports.workbook import BeyondLimits, run_workbook
from tendering.models import Tender


def write_finished_reports() -> int:
    """Write workbook and opening record of every evaluated tender and the workbook of every analysed pilot.

    Into REPORTS_DIR/<reference>/; returns the number of files. Existing ones are replaced.
    """
    count = 0
    for reference, name, content in _finished():
        folder = Path(settings.REPORTS_DIR) / safe_name(reference)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        count += 1
    return count


def safe_name(reference: str) -> str:
    """A reference as a file name: letters, digits, dots, dashes and underscores only."""
    return re.sub(r"[^\w.-]+", "_", reference).strip("._") or "report"


def workbook_of(run: EvaluationRun, language: str, lot: str = "") -> bytes:
    """The live workbook, or one with fixed values where formulas could not be exact; of all lots, or of `lot` alone.

    Refused for all lots together where they hold more than WORKBOOK_BIDS bids; Http404 for a lot the run does not have.
    """
    bids = {one["lot_id"]: len(one.get("rows", ())) for one in run.result["lots"]}
    if lot and lot not in bids:
        raise Http404
    if not lot and len(bids) > 1 and sum(bids.values()) > WORKBOOK_BIDS:
        words = {"count": sum(bids.values()), "lots": ", ".join(bids)}
        refuse("workbook_too_large", _("There are %(count)s bids over all lots, too many for one workbook. Take it lot "
                                       "by lot: %(lots)s.") % words)  # fmt: skip
    try:
        return run_workbook(run, language, lot=lot)
    except BeyondLimits:
        return run_workbook(run, language, lot=lot, fixed=True)


def workbooks_of(run: EvaluationRun, language: str) -> Iterator[tuple[str, bytes]]:
    """(file name, content): one workbook, or one for each lot where there are too many bids for one."""
    bids = {one["lot_id"]: len(one.get("rows", ())) for one in run.result["lots"]}
    lots = list(bids) if len(bids) > 1 and sum(bids.values()) > WORKBOOK_BIDS else [""]
    for lot in lots:
        yield f"workbook-{safe_name(lot)}.xlsx" if lot else "workbook.xlsx", workbook_of(run, language, lot)


def last_opening(tender: Tender) -> OpeningSession | None:
    """The opening whose record counts: the last completed one of all bids."""
    done = OpeningSession.objects.filter(tender=tender, kind="bids", completed_at__isnull=False)
    return done.select_related("tender__buyer").order_by("completed_at").last()


def _finished() -> Iterator[tuple[str, str, bytes]]:
    from reports.pilot_workbook import pilot_workbook

    for tender in (
        Tender.objects.filter(evaluation_runs__isnull=False).distinct().select_related("buyer").order_by("pk")
    ):
        run = latest(tender)
        if run is not None:
            for name, content in workbooks_of(run, tender.language):
                yield tender.reference, name, content
        session = last_opening(tender)
        if session is not None:
            yield tender.reference, "opening-record.pdf", opening_record_pdf(session)
    for pilot in Pilot.objects.filter(analysed_at__isnull=False).select_related("municipality").order_by("pk"):
        yield pilot.reference, "workbook.xlsx", pilot_workbook(pilot, pilot.language)
