"""All procedures of an office at a glance: phase, next step, next date, who takes care of it."""

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.desk import end_of
from accounts.lifecycle import Role
from accounts.models import User
from tendering.desk import FIELDS
from tendering.lifecycle import Status
from tendering.models import Question, Tender
from tendering.spreadsheets import writer
from tendering.zones import zone_of

ENDED = (Status.SELECTED, Status.AWARDED, Status.CANCELLED)
MOST_ROWS = 5_000
WIDTHS = (18, 60, 26, 44, 20, 30, 36)

# what upper apps know of the next step: asked with (tenders, now), gives {tender id: words}
step_words: list[Callable[[Sequence[Tender], datetime], Mapping[int, str]]] = []


@dataclass(frozen=True, slots=True)
class Row:
    """One procedure. `what` names `date`."""

    tender: Tender
    status: Status
    step: str
    what: str
    date: datetime | None
    responsible: str

    def cells(self) -> list[str]:
        """The row as texts, for files."""
        there = localtime(self.date, zone_of(self.tender.buyer)) if self.date else None
        moment = f"{date_format(there, 'SHORT_DATE_FORMAT')} {there:%H:%M}" if there else ""
        return [
            self.tender.reference, self.tender.title, str(self.status.label), self.step, moment, self.what,
            self.responsible,
        ]  # fmt: skip


def heads() -> list[str]:
    """Column heads of the files, in the active language."""
    return [_("Number"), _("Title"), _("Phase"), _("Next step"), _("Next date"), _("What happens then"),
            _("Takes care of it")]  # fmt: skip


def procedures(user: User, now: datetime) -> QuerySet[Any]:
    """Every tender of the buyers where the person is an officer, with what a row needs."""
    unanswered = Question.objects.filter(tender=OuterRef("pk"), answered_at=None).order_by()
    counted = Subquery(unanswered.values("tender").annotate(n=Count("pk")).values("n"))
    found = Tender.objects.filter(buyer__in=user.organizations_with(Role.OFFICER)).with_status(now)
    found = found.select_related("buyer", "responsible").annotate(unanswered=Coalesce(counted, 0))
    return found.only(*FIELDS, "created_at", "language", "responsible__function", "responsible__email")


def narrowed(found: QuerySet[Any], user: User, phase: str, carer: str) -> QuerySet[Any]:
    """By phase (a Status, "" for all that has not ended, "all") and by who takes care ("me", "nobody", an id)."""
    if phase in Status.values:
        found = found.filter(status_now=phase)
    elif phase != "all":
        found = found.exclude(status_now__in=ENDED)
    if carer == "me":
        return found.filter(responsible=user)
    if carer == "nobody":
        return found.filter(responsible=None)
    if carer.isascii() and carer.isdecimal() and len(carer) < 12:
        return found.filter(responsible=int(carer))
    return found


def carers(user: User) -> list[tuple[str, str]]:
    """(id, name) of everybody who takes care of a procedure of these buyers; one query."""
    own = Q(responsible_for__buyer__in=user.organizations_with(Role.OFFICER))
    people = User.objects.filter(own).exclude(pk=user.pk).distinct()
    return sorted(((str(person.pk), str(person)) for person in people), key=lambda pair: pair[1])


def rows(tenders: Sequence[Any], now: datetime) -> list[Row]:
    """Rows of these tenders; costs what the registered sources of steps cost."""
    known: dict[int, str] = {}
    for source in step_words:
        known |= source(tenders, now)
    return [_row(tender, known.get(tender.pk, ""), now) for tender in tenders]


def _row(tender: Any, step: str, now: datetime) -> Row:
    status = tender.status(now)
    what, moment = _next_date(tender, status, now)
    return Row(
        tender=tender,
        status=status,
        step=step or _step(tender, status),
        what=what,
        date=moment,
        responsible=str(tender.responsible) if tender.responsible else "",
    )


def _step(tender: Any, status: Status) -> str:
    if status == Status.OPEN and tender.unanswered:
        words = ngettext("Answer %(n)s question", "Answer %(n)s questions", tender.unanswered)
        return words % {"n": tender.unanswered}
    steps = {
        Status.DRAFT: _("Finish preparing"),
        Status.PREPARED: _("A second person releases it"),
        Status.SCHEDULED: _("Becomes public by itself"),
        Status.OPEN: _("Wait for the deadline"),
        Status.CLOSED: _("Two openers open the bids"),
        Status.EVALUATION: _("Evaluate the bids"),
    }
    if tender.is_call and status == Status.CLOSED:
        return _("Two openers open the requests")
    return steps.get(status, "")


def _next_date(tender: Tender, status: Status, now: datetime) -> tuple[str, datetime | None]:
    """What happens next by the clock. A date of the past stays when it was missed."""
    bound = end_of(tender.bid_validity_end, tender.buyer.time_zone) if tender.bid_validity_end else None
    if status == Status.OPEN and tender.enquiry_period_end and tender.enquiry_period_end > now:
        return _("Questions end"), tender.enquiry_period_end
    dates: dict[Status, tuple[str, datetime | None]] = {
        Status.DRAFT: (_("Planned deadline for bids"), tender.tender_period_end),
        Status.PREPARED: (_("Planned deadline for bids"), tender.tender_period_end),
        Status.SCHEDULED: (_("Publication"), tender.published_at),
        Status.OPEN: (_("Deadline for bids"), tender.tender_period_end),
        Status.CLOSED: (_("Opening of bids"), tender.opening_planned_at or tender.tender_period_end),
        Status.EVALUATION: (_("Bids are binding until"), bound),
    }
    if tender.is_call and status in {Status.OPEN, Status.DRAFT, Status.PREPARED}:
        return _("Deadline for requests to participate"), tender.tender_period_end
    what, moment = dates.get(status, ("", None))
    return (what, moment) if moment else ("", None)


def as_csv(shown: Iterable[Row]) -> bytes:
    """For spreadsheets: with a mark of the encoding, semicolons where the language writes decimal commas."""
    delimiter: Literal[";", ","] = ";" if (get_language() or "de").startswith("de") else ","
    return writer.safe_csv([heads(), *(row.cells() for row in shown)], delimiter=delimiter).encode("utf-8-sig")


def as_workbook(shown: Iterable[Row], title: str) -> bytes:
    """One sheet with a frozen head and a filter; moments are written as texts in the buyer's time."""
    stream = io.BytesIO()
    with writer.open_workbook(stream) as book:
        ws = writer.add_sheet(book, title)
        bold, plain = (
            book.add_format({"bold": True, "bottom": 1}),
            book.add_format({"text_wrap": True, "valign": "top"}),
        )
        lines = [heads(), *(row.cells() for row in shown)]
        for number, line in enumerate(lines):
            for column, cell in enumerate(line):
                writer.text(ws, number, column, cell, plain if number else bold)
        for column, width in enumerate(WIDTHS):
            ws.set_column(column, column, width)
        ws.freeze_panes(1, 2)
        ws.autofilter(0, 0, max(1, len(lines) - 1), len(WIDTHS) - 1)
        ws.set_landscape()
        ws.fit_to_pages(1, 0)
        ws.repeat_rows(0)
    return stream.getvalue()
