"""How far the evaluation of each of many tenders is: a fixed number of queries for any number of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Max, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bids.models import MENDABLE, Bid
from evaluation.low_price import state_of
from evaluation.models import (
    AbnormallyLowCheck,
    CandidateSelection,
    EvaluationRun,
    Exclusion,
    FormalCheck,
    PanelLock,
    PanelMember,
    SupplementRequest,
)
from tendering.models import Approval, Criterion, CriterionKind
from tendering.models import Stage as TenderStage


@dataclass
class Stage:
    """What is done and what is open in one evaluation; `people` who asked for a second person are named by their id.

    `unchecked` bids lack a formal check, `unconfirmed` by whom checks, exclusions and price decisions were made that
    nobody has confirmed, `prices` answered or overdue explanations to decide on, `documents_until` the last moment at
    which asked-for documents may still come, `documents_missing` those that did not come, `to_judge` bids for which
    some were handed in and not looked at, `late_sealed` says that an admitted late bid has not been opened,
    `damaged` that one which could not be opened is neither restored nor decided about,
    `prices_sealed` that the price envelopes have not.
    """

    scored: bool = False
    seats: int = 0
    handed_in: int = 0
    locked: bool = False
    bids: int = 0
    unchecked: int = 0
    unconfirmed: frozenset[int] = frozenset()
    prices: tuple[AbnormallyLowCheck, ...] = ()
    prices_until: datetime | None = None
    documents_until: datetime | None = None
    documents_missing: int = 0
    to_judge: frozenset[UUID] = frozenset()
    late_sealed: bool = False
    damaged: bool = False
    prices_sealed: bool = False
    run: bool = False
    proposal: Approval | None = None
    is_call: bool = False
    selection: CandidateSelection | None = None

    @property
    def complete(self) -> bool:
        """Everybody on the panel has handed in."""
        return self.seats > 0 and self.handed_in == self.seats

    @property
    def ready(self) -> bool:
        """Nothing that decides the result is open any more (evaluation.actions.run.gaps says it for one tender)."""
        panel = self.locked or not self.scored
        still_open = self.unchecked or self.unconfirmed or self.documents_until or self.late_sealed or self.to_judge
        return panel and not (still_open or self.damaged or self.prices_sealed)

    def sentence(self) -> str:
        """What is next or what everybody waits for, in a few words."""
        return next(_sentences(self))


def _sentences(stage: Stage) -> Iterator[str]:
    if stage.selection:
        yield _("A second person decides on the candidates")
    if stage.proposal:
        yield _("A second person decides on the award")
    if stage.scored and not stage.seats:
        yield _("Appoint the panel")
    if stage.unchecked:
        yield ngettext("Check %(n)s bid", "Check %(n)s bids", stage.unchecked) % {"n": stage.unchecked}
    if stage.unconfirmed:
        yield _("A second person confirms the checks")
    if stage.prices:
        yield _("Decide on an explained price")
    if stage.to_judge:
        yield _("Look at documents that were handed in")
    if stage.documents_until or stage.prices_until:
        yield _("A bidder still has to answer")
    if stage.late_sealed:
        yield _("Two openers open an admitted late bid")
    if stage.damaged:
        yield _("A bid that could not be opened is restored or decided about")
    if stage.scored and not stage.complete:
        yield _("%(done)s of %(seats)s evaluators have handed in") % {"done": stage.handed_in, "seats": stage.seats}
    if stage.scored and not stage.locked:
        yield _("The chair closes the panel")
    if stage.prices_sealed:
        yield _("Two openers open the price envelopes")
    if stage.is_call:
        yield _("Select the candidates")
    yield _("Propose the award") if stage.run else _("Compute the result")


def stages(tender_ids: Iterable[int], now: datetime) -> dict[int, Stage]:
    """{tender: stage}. Ten queries, one more where there are calls for candidates."""
    ids = list(tender_ids)
    found = {pk: Stage() for pk in ids}
    if not ids:
        return found
    quality = Q(kind=CriterionKind.QUALITY, weight__gt=0)
    criteria = Criterion.objects.filter(quality | Q(tender__stage=TenderStage.CANDIDATES), tender__in=ids).order_by()
    fields = ("tender", "tender__stage", "tender__evaluation__two_envelopes", "tender__prices_opened_at")
    for pk, part, two_envelopes, prices_opened_at in criteria.values_list(*fields).distinct():
        found[pk].is_call = part == TenderStage.CANDIDATES
        found[pk].scored = not found[pk].is_call
        found[pk].prices_sealed = bool(two_envelopes) and prices_opened_at is None
    if any(stage.is_call for stage in found.values()):
        for selection in CandidateSelection.objects.filter(tender__in=ids, decided_at=None):
            found[selection.tender_id].selection = selection
    _panels(found, ids)
    _checks(found, ids)
    _questions(found, ids, now)
    for pk in EvaluationRun.objects.filter(tender__in=ids).order_by().values_list("tender", flat=True).distinct():
        found[pk].run = True
    newest = Approval.objects.filter(tender__in=ids, kind="award").order_by().values("tender")
    newest_ids = newest.annotate(last=Max("pk")).values("last")
    for approval in Approval.objects.filter(pk__in=newest_ids, approved_at=None):
        found[approval.tender_id].proposal = approval
    return found


def _panels(found: dict[int, Stage], ids: list[int]) -> None:
    seats = PanelMember.objects.filter(tender__in=ids).order_by().values("tender")
    for row in seats.annotate(seats=Count("pk"), done=Count("submitted_at")):
        found[row["tender"]].seats, found[row["tender"]].handed_in = row["seats"], row["done"]
    for pk in PanelLock.objects.filter(tender__in=ids).values_list("tender", flat=True):
        found[pk].locked = True


def _checks(found: dict[int, Stage], ids: list[int]) -> None:
    """Opened bids of the present round without a check, and what waits for a second person."""
    bids = Bid.objects.live().filter(tender__in=ids, round=F("tender__round"), opened_at__isnull=False, damaged_at=None)
    for row in bids.order_by().values("tender").annotate(bids=Count("pk"), checked=Count("formal_check")):
        found[row["tender"]].bids, found[row["tender"]].unchecked = row["bids"], row["bids"] - row["checked"]
    late = Q(late_admitted_at__isnull=False, opened_at=None, damaged_at=None)
    sealed = Bid.objects.live().filter(late | MENDABLE, tender__in=ids, round=F("tender__round")).order_by()
    for pk, damaged_at in sealed.values_list("tender", "damaged_at"):
        if damaged_at:
            found[pk].damaged = True
        else:
            found[pk].late_sealed = True
    checks = FormalCheck.objects.filter(bid__tender__in=ids, confirmed_at=None).order_by()
    excluded = Exclusion.objects.filter(bid__tender__in=ids, confirmed_at=None).order_by()
    rows = checks.values_list("bid__tender", "checked_by").union(excluded.values_list("bid__tender", "decided_by"))
    for pk, person in rows:
        found[pk].unconfirmed |= {person}


def _questions(found: dict[int, Stage], ids: list[int], now: datetime) -> None:
    """Prices to be explained and documents asked for."""
    for check in AbnormallyLowCheck.objects.filter(bid__tender__in=ids, second_person=None).select_related("bid"):
        stage: Any = found[check.bid.tender_id]
        if check.outcome and check.decided_by_id:
            stage.unconfirmed |= {check.decided_by_id}
        elif state_of(check, now) in ("asked", "aid_asked"):
            stage.prices_until = max(filter(None, (stage.prices_until, check.aid_due_at or check.due_at)))
        else:
            stage.prices = (*stage.prices, check)
    handed_in = Q(files__isnull=False)  # on the platform; what the office noted itself needs no word
    asked = SupplementRequest.objects.filter(Q(received_at=None) | handed_in, bid__tender__in=ids).order_by()
    columns = ("bid__tender", "bid", "due_at", "received_at", "accepted", "judged_by", "second_person")
    for pk, bid, due_at, received_at, accepted, judged_by, second in asked.values_list(*columns):
        if received_at and accepted is None:
            found[pk].to_judge |= {bid}
        elif received_at:
            found[pk].unconfirmed |= {judged_by} if second is None and accepted != (received_at <= due_at) else set()
        elif due_at >= now:
            found[pk].documents_until = max(filter(None, (found[pk].documents_until, due_at)))
        else:
            found[pk].documents_missing += 1
