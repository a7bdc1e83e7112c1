"""What the evaluation adds to the page of a tender: navigation, the next step, the award for everybody."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.lifecycle import PROVIDER_ROLES, Role
from accounts.models import User
from bids.models import Bid, BidLot
from evaluation.award_steps import open_proposal
from evaluation.flags import drafting_hints, single_bid_words
from evaluation.lifecycle import FILE_READERS, PANEL, RESULT_READERS, decide, decide_result
from evaluation.models import (
    AwardNoticeEdition,
    CandidateLetter,
    CandidateSelection,
    EvaluationRun,
    Letter,
    PanelMember,
)
from evaluation.provision import finding, of_awards, real_finding
from evaluation.readers import questions_to, reader
from evaluation.scorebook import progress
from evaluation.tender_panels import published_formula
from tendering import panels
from tendering.lifecycle import Status
from tendering.models import LotOutcome, Tender
from tendering.panels import Entry, NextStep

YEAR = 12  # months of delivery from which on the real saving is published
WORK = frozenset({Status.EVALUATION, Status.AWARDED})


def register() -> None:
    """Put the panels into their slots, each once."""
    slots: tuple[tuple[list[Any], Any], ...] = (
        (panels.formula_providers, published_formula),
        (panels.body_panels, award_panel),
        (panels.body_panels, provision_panel),
        (panels.body_panels, drafting_panel),
        (panels.action_panels, request_panel),
        (panels.action_panels, letter_panel),
        (panels.navigation, entries),
        (panels.next_steps, step),
    )
    for slot, panel in slots:
        if panel not in slot:
            slot.append(panel)


def entries(request: HttpRequest, tender: Tender, status: Status, now: datetime) -> Iterator[Entry]:
    """Evaluation for those who work on it, the result for those who may see prices."""
    if not isinstance(request.user, User):
        return
    roles = request.user.roles_in(tender.buyer_id)
    if tender.is_call:
        yield from _of_call(tender, status, roles)
        return
    if decide("simulate", status, roles):
        yield Entry(_("Try the rule"), reverse("evaluation_simulation", args=[tender.pk]))
    if status not in WORK:
        return
    if roles & (FILE_READERS | PANEL):
        yield Entry(_("Evaluation"), reverse("evaluation", args=[tender.pk]))
    if roles & FILE_READERS and LotOutcome.objects.filter(lot__tender=tender, kind="awarded").exists():
        yield Entry(_("Letters and contract"), reverse("award_letters", args=[tender.pk]))
    if roles & (RESULT_READERS | PANEL) and EvaluationRun.objects.filter(tender=tender).exists():
        who = reader(request.user, tender.pk)
        if decide_result(who.roles, who.on_panel, who.closed):
            yield Entry(_("Result"), reverse("evaluation_result", args=[tender.pk]))


def _of_call(tender: Tender, status: Status, roles: frozenset[str]) -> Iterator[Entry]:
    """A call is checked and its candidates selected; there are no scores, prices or award."""
    if status in {Status.EVALUATION, Status.SELECTED} and roles & FILE_READERS:
        yield Entry(_("Formal check"), reverse("checks", args=[tender.pk]))
        yield Entry(_("Candidates"), reverse("candidates", args=[tender.pk]))


def step(request: HttpRequest, tender: Tender, status: Status, now: datetime) -> NextStep | None:
    """The one thing this person should do now between opening and award."""
    if status != Status.EVALUATION or not isinstance(request.user, User):
        return None
    roles = request.user.roles_in(tender.buyer_id)
    if tender.is_call:
        return _call_step(request.user, tender) if roles & {Role.OFFICER, Role.APPROVER} else None
    seat = PanelMember.objects.filter(tender=tender, user=request.user).first()
    if seat is not None and seat.submitted_at is None:
        sentence = _("The bids are open. Score them by the published criteria; prices stay hidden from you.")
        return NextStep(sentence, reverse("scoring", args=[tender.pk]), _("Score the bids"))
    if Role.PANEL_CHAIR in roles and not roles & FILE_READERS:
        return _chair_step(tender)
    if roles & {Role.OFFICER, Role.APPROVER}:
        return _office_step(request.user, tender)
    return None


def _call_step(user: User, tender: Tender) -> NextStep:
    page = reverse("candidates", args=[tender.pk])
    proposal = CandidateSelection.objects.filter(tender=tender).first()
    if proposal is not None and proposal.proposed_by_id != user.pk:
        return NextStep(_("A selection of candidates waits for your decision."), page, _("Decide on the candidates"))
    if proposal is not None:
        return NextStep(_("You proposed the candidates. A second person decides."), page, _("See the proposal"))
    return NextStep(
        _("The requests are open. Check them formally, give points where needed, then propose whom to invite."), page,
        _("To the candidates"),
    )  # fmt: skip


def _chair_step(tender: Tender) -> NextStep:
    done, seats = progress(tender)
    if not seats or done < seats:
        text = _("%(done)d of %(seats)d evaluators have handed in.") % {"done": done, "seats": seats}
        return NextStep(text, reverse("evaluation", args=[tender.pk]), _("See how far it is"))
    return NextStep(
        _("Everyone has handed in. Compare the scores and close the panel."), reverse("moderation", args=[tender.pk]),
        _("To the moderation"),
    )  # fmt: skip


def _office_step(user: User, tender: Tender) -> NextStep:
    proposal = open_proposal(tender.pk)
    if proposal is not None and proposal.requested_by_id != user.pk:
        url = reverse("evaluation_award", args=[tender.pk])
        return NextStep(_("The award has been proposed and waits for your decision."), url, _("Decide on the award"))
    sentence = _("The bids are open. The list shows what has been done and what comes next.")
    return NextStep(sentence, reverse("evaluation", args=[tender.pk]), _("To the evaluation"))


def award_panel(request: HttpRequest, tender: Tender, status: Status, now: datetime) -> str | None:
    """Who won, for everybody, from the award on."""
    if status != Status.AWARDED:
        return None
    rows = LotOutcome.objects.filter(lot__tender=tender, kind__in=("awarded", "unsuccessful"), at__lte=now)
    noticed = Exists(AwardNoticeEdition.objects.filter(tender=OuterRef("lot__tender")))
    rows = rows.select_related("lot", "winner").annotate(is_noticed=noticed)
    outcomes: list[Any] = list(rows.order_by("lot__position", "lot"))
    if tender.withholds_award_value:
        for row in outcomes:
            row.value = row.cost_per_case = row.saving_per_year = None
    if not outcomes:
        return None
    bids = BidLot.objects.filter(lot__tender=tender, bid__opened_at__isnull=False, bid__superseded_at=None)
    counted: dict[int, int] = {}
    for lot in bids.filter(bid__withdrawn_at=None).values_list("lot", flat=True):
        counted[lot] = counted.get(lot, 0) + 1
    context = {
        "tender": tender, "outcomes": [(row, counted.get(row.lot_id, 0)) for row in outcomes],
        "has_notice": outcomes[0].is_noticed,
    }  # fmt: skip
    return render_to_string("evaluation/parts/award_panel.html", context, request)


def drafting_panel(request: HttpRequest, tender: Tender, status: Status, now: datetime) -> str | None:
    """For the officer of a draft: a short period, and earlier tenders of the kind that drew a single bid."""
    if status not in (Status.DRAFT, Status.PREPARED) or not isinstance(request.user, User):
        return None
    if Role.OFFICER not in request.user.roles_in(tender.buyer_id):
        return None
    rows = []
    for one in drafting_hints(tender, now):
        days = _("%(days)s days are planned, fewer than %(needed)s.") % {"days": one.value, "needed": one.fence}
        rows.append((one.title, days if one.hint.code == "R003" else single_bid_words(one), one.meaning))
    return render_to_string("evaluation/parts/drafting_hints.html", {"rows": rows}, request) if rows else None


def provision_panel(request: HttpRequest, tender: Tender, status: Status, now: datetime) -> str | None:
    """What buying saves against the own provision, expected and, from twelve months on, real."""
    if status != Status.AWARDED or tender.withholds_award_value:
        return None
    rows = [
        (one.lot.code, finding(one, tender.currency),
         real_finding(one, tender.currency) if one.real and one.real.months >= YEAR else "")
        for one in of_awards(tender)
    ]  # fmt: skip
    return render_to_string("evaluation/parts/provision_panel.html", {"rows": rows}, request) if rows else None


def letter_panel(request: HttpRequest, tender: Tender, status: Status, now: datetime) -> str | None:
    """For a bidder who has letters about the award: the way to the explanation of each of the own bids."""
    user = request.user
    if not isinstance(user, User) or not user.organizations_with(*PROVIDER_ROLES):
        return None
    if status == Status.SELECTED:
        return _candidate_panel(request, user, tender)
    if status not in WORK:
        return None
    mine = Letter.objects.filter(tender=tender, company__in=user.organizations_with(*PROVIDER_ROLES))
    bids = list(Bid.objects.filter(pk__in=mine.values("bid")).select_related("company").order_by("reference"))
    return render_to_string("evaluation/parts/letter_panel.html", {"bids": bids}, request) if bids else None


def _candidate_panel(request: HttpRequest, user: User, call: Tender) -> str | None:
    """For a candidate: the letter about the selection."""
    companies = user.organizations_with(*PROVIDER_ROLES)
    if not CandidateLetter.objects.filter(bid__tender=call, company__in=companies).exists():
        return None
    return render_to_string("evaluation/parts/candidate_panel.html", {"tender": call}, request)


def request_panel(request: HttpRequest, tender: Tender, status: Status, now: datetime) -> str | None:
    """For a bidder who was asked something about the own bid."""
    user = request.user
    if status != Status.EVALUATION or not isinstance(user, User) or not user.organizations_with(*PROVIDER_ROLES):
        return None
    prices, documents = questions_to(user, tender.pk)
    due = [row.due_at for row in prices if row.answered_at is None]
    due += [row.due_at for row in documents if row.received_at is None]
    if not (prices or documents):
        return None
    context = {"tender": tender, "due": min(due, default=None)}
    return render_to_string("evaluation/parts/request_panel.html", context, request)
