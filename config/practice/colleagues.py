"""What others can do now: release, open, confirm, score, decide. Each act is an ordinary one, by its own account.

The two-person rules stay: nothing here is ever done by the account of the practising person.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import clock
from accounts.models import OpeningGroup, User
from bids import actions as bidding
from bids.models import BidAnswer, OpeningSession
from config.practice import case, council
from config.practice.world import World
from evaluation import actions as evaluating
from evaluation.actions.run import calculate
from evaluation.award_rules import decide_register, fresh_queries
from evaluation.award_steps import open_proposal
from evaluation.check_tables import Office, initial_findings, office
from evaluation.conflicts import unasked
from evaluation.inputs import fingerprint
from evaluation.models import AbnormallyLowCheck, EvaluationRun, PanelLock, PanelMember
from evaluation.results import latest, view_of
from evaluation.scorebook import Cell, has_quality, open_cells, spreads
from tendering import actions as tendering
from tendering.lifecycle import Status
from tendering.models import Amendment, Approval, ConflictDeclaration, Question, Tender

PANEL = ("evaluator_1", "evaluator_2", "evaluator_3")
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Act:
    """`by`: account key; `after`: how long such an act usually takes, for the time that passes when it is played."""

    code: str
    by: str
    label: str | Promise
    do: Callable[[], Any]
    after: timedelta = timedelta(hours=1)


def offers(world: World, tender: Tender, now: datetime) -> list[Act]:
    """What somebody else than the practising person can do now, the next first."""
    return [act for act in waiting(world, tender, now) if act.by != world.acting]


def waiting(world: World, tender: Tender, now: datetime) -> list[Act]:
    """Every act the procedure waits for now, whoever does it."""
    status = tender.status(now)
    if status == Status.DRAFT:
        return [_act("prepare", "officer", gettext_lazy("Let the office hand the draft over"), _prepare, world, tender)]
    if status == Status.PREPARED:
        return list(_release(world, tender))
    if status == Status.OPEN:
        return list(_while_open(world, tender))
    if status == Status.CLOSED:
        return list(_openings(world, tender))
    return list(_evaluation(world, tender, now)) if status == Status.EVALUATION else []


def do(world: World, act: Act) -> None:
    """Play one act; what it writes is in the language of the run."""
    with world.speaks():
        act.do()


def _act(
    code: str, by: str, label: Any, function: Callable[..., Any], *given: Any, after: timedelta = timedelta(hours=1)
) -> Act:
    return Act(code, by, label, lambda: function(*given), after)


# -- before the deadline ------------------------------------------------------------------------------------------
def _prepare(world: World, tender: Tender) -> None:
    reasons = {"*": _("Given for the practice.")}
    tendering.prepare_tender(actor=world.account("officer"), tender_id=tender.pk, reasons=reasons)


def _release(world: World, tender: Tender) -> Iterator[Act]:
    label = gettext_lazy("Let your colleague release it")
    actor = world.account("approver")
    yield Act("release", "approver", label, lambda: tendering.release_tender(actor=actor, tender_id=tender.pk))


def _while_open(world: World, tender: Tender) -> Iterator[Act]:
    for question in Question.objects.filter(tender=tender, answered_at=None):
        label = gettext_lazy("Let the office answer the question")
        yield _act("answer", "officer", label, _answer, world, question, after=timedelta(hours=5))
    for amendment in Amendment.objects.filter(tender=tender, approved_at=None):
        label = gettext_lazy("Let your colleague approve the new deadline")
        yield _act("extension", "approver", label, _approve, world, amendment)


def _answer(world: World, question: Question) -> None:
    tendering.answer_question(actor=world.account("officer"), question_id=question.pk, text=case.reply())


def _approve(world: World, amendment: Amendment) -> None:
    is_correction = amendment.kind == Amendment.Kind.CORRECTION
    publish = tendering.publish_correction if is_correction else tendering.approve_extension
    publish(actor=world.account("approver"), amendment_id=amendment.pk)


# -- the opening --------------------------------------------------------------------------------------------------
def _openings(world: World, tender: Tender) -> Iterator[Act]:
    released: set[int] = set()
    running = OpeningSession.objects.filter(tender=tender, kind="bids", completed_at=None).exclude(session_wrapped="")
    if session := running.last():
        released = set(session.releases.values_list("opener_id", flat=True))
    members = OpeningGroup.objects.get(organization=tender.buyer_id).members.order_by("pk")
    for opener in members:
        key = world.key_of(opener)
        if opener.pk not in released and key != world.acting:
            label = gettext_lazy("Let another opener release the key")
            yield _act("open", key, label, open_as, world, tender, opener, after=timedelta(minutes=4))


def open_as(world: World, tender: Tender, opener: User) -> None:
    """Declare, start or join the opening, release with the sentence of the practice; the second one opens."""
    declare(tender, opener)
    session = bidding.start_opening(actor=opener, tender_id=tender.pk)
    bidding.release_pieces(actor=opener, session_id=session.pk, pass_sentence=world.pass_sentence)


def declare(tender: Tender, user: User) -> None:
    if not ConflictDeclaration.objects.filter(tender=tender, user=user).exists():
        tendering.declare_conflict(actor=user, tender_id=tender.pk, conflict=False)


# -- from the opening to the award --------------------------------------------------------------------------------
def _evaluation(world: World, tender: Tender, now: datetime) -> Iterator[Act]:
    state = office(tender, now)
    yield from _checks(world, tender, state, now)
    yield from _panel(world, tender)
    run = latest(tender)
    if not evaluating.gaps(tender, now) and (run is None or _outdated(tender, run)):
        yield _act("evaluate", "officer", gettext_lazy("Let the office evaluate"), _evaluate, world, tender)
    elif run is not None and world.acting == "council":
        for code, by, label, act, after in council.waiting(world, tender):
            yield Act(code, by, label, act, after)
    elif run is not None:
        yield from _award(world, tender, run)


def _checks(world: World, tender: Tender, state: Office, now: datetime) -> Iterator[Act]:
    if state.unchecked:
        label = gettext_lazy("Let the office check the bids")
        yield _act("check", "officer", label, _check_all, world, tender, state, after=DAY)
    for bid_id, documents in _missing(tender, state):
        label = gettext_lazy("Let the office ask for the missing document")
        yield _act("supplement_ask", "officer", label, _ask_for, world, bid_id, documents)
    for request in state.requests:
        if request.received_at is None and request.due_at > now:
            company = _company_of(world, request.bid.company_id)
            if company == "bidder":  # documents go to the office by post or mail, which notes that they have come
                label, company = gettext_lazy("Send the missing document; the office notes that it has come"), "officer"
            else:
                label = gettext_lazy("Let the company hand in the missing document")
            yield _act("supplement", company, label, _hand_over, world, request, company)
        elif request.needs_judging and request.files.all():
            label = gettext_lazy("Let the office look at the document that was handed in")
            yield _act("supplement_judge", "officer", label, _judge_document, world, request)
    for price in state.prices:
        if price.answered_at is None and price.decided_at is None:
            label = gettext_lazy("Let the company explain its price")
            yield _act("price_answer", _company_of(world, price.bid.company_id), label, _explain, world, price)
        elif price.aid_asked_at and price.aid_answered_at is None and price.decided_at is None:
            label = gettext_lazy("Let the company show that the State aid was lawful")
            yield _act("price_aid", _company_of(world, price.bid.company_id), label, _show_aid, world, price)
        elif price.decided_at is None:
            label = gettext_lazy("Let the office judge the explanation")
            yield _act("price_decide", "officer", label, _decide_price, world, price)
    if not state.unchecked and (state.unconfirmed or state.open_exclusions or state.decided_prices):
        label = gettext_lazy("Let your colleague confirm the checks")
        yield _act("confirm", "approver", label, _confirm, world, tender, state)


def _company_of(world: World, company_id: int) -> str:
    found = [key for key, company in world.companies.items() if company.pk == company_id]
    return found[0] if found else "bidder"


def _check_all(world: World, tender: Tender, state: Office) -> None:
    for bid in state.unchecked:
        findings = initial_findings(bid, tender)
        for document in findings["documents"]:
            document["status"] = document["status"] or "missing"
        evaluating.record_formal_check(actor=world.account("officer"), bid_id=bid.pk, findings=findings)


def _ask_for(world: World, bid_id: Any, documents: list[str]) -> None:
    due = clock.now() + timedelta(days=7)
    evaluating.request_supplement(actor=world.account("officer"), bid_id=bid_id, documents=documents, due_at=due)


def _missing(tender: Tender, state: Office) -> Iterator[tuple[Any, list[str]]]:
    """(bid, documents) that may still be asked for, and have not been."""
    if not tender.supplementation_allowed:
        return
    asked = {(request.bid_id, request.document) for request in state.requests}
    for bid_id, check in state.checks.items():
        names = [
            entry["name"]
            for entry in check.findings.get("documents", [])
            if entry["status"] == "missing"
            and entry.get("category") != "evaluation_relevant"
            and (bid_id, entry["name"]) not in asked
        ]
        if names:
            yield bid_id, names


def _confirm(world: World, tender: Tender, state: Office) -> None:
    actor = world.account("approver")
    if state.unconfirmed:
        evaluating.confirm_formal_check(actor=actor, tender_id=tender.pk)
    for exclusion in state.open_exclusions:
        evaluating.confirm_exclusion(actor=actor, exclusion_id=exclusion.pk)
    for price in state.decided_prices:
        evaluating.confirm_price(actor=actor, check_id=price.pk)


def _hand_over(world: World, request: Any, by: str) -> None:
    actor = world.account(by)
    if by == "officer":
        evaluating.record_supplement(actor=actor, bid_id=request.bid_id, document=request.document)
    else:
        file = (f"{request.document}.txt", _("Invented document of a practice run.").encode())
        evaluating.hand_in_documents(actor=actor, bid_id=request.bid_id, files={request.pk: file})


def _judge_document(world: World, request: Any) -> None:
    evaluating.judge_supplement(
        actor=world.account("officer"), request_id=request.pk, accepted=True, reason=_("Complete.")
    )


def _explain(world: World, price: Any) -> None:
    actor = world.account(_company_of(world, price.bid.company_id))
    evaluating.answer_price(
        actor=actor, check_id=price.pk, text=_("We print at night on machines that are paid for; calculation enclosed.")
    )


def _show_aid(world: World, price: Any) -> None:
    actor = world.account(_company_of(world, price.bid.company_id))
    text = _("The aid was approved; the notice and its legal basis are enclosed.")
    evaluating.answer_aid_proof(actor=actor, check_id=price.pk, text=text)


def _decide_price(world: World, price: Any) -> None:
    evaluating.decide_price(
        actor=world.account("officer"), check_id=price.pk, outcome="explained",
        reason=_("The calculation is plausible and covers all costs."),
    )  # fmt: skip


def _panel(world: World, tender: Tender) -> Iterator[Act]:
    if PanelLock.objects.filter(tender=tender).exists() or not has_quality(tender):
        return
    seats = list(PanelMember.objects.filter(tender=tender).select_related("user").order_by("user_id"))
    if not seats:
        yield _act("appoint", "officer", gettext_lazy("Let the office appoint the panel"), _appoint, world, tender)
        return
    for seat in seats:
        if seat.submitted_at is None and world.key_of(seat.user) != world.acting:
            label, key = gettext_lazy("Let the others of the panel score"), world.key_of(seat.user)
            yield _act("score", key, label, _score, world, tender, seat.user, after=DAY)
    if all(seat.submitted_at for seat in seats):
        yield _act("close", "chair", gettext_lazy("Let the chair close the panel"), _close, world, tender, after=DAY)


def _appoint(world: World, tender: Tender) -> None:
    users = [world.account(key) for key in PANEL]
    evaluating.appoint_panel(actor=world.account("officer"), tender_id=tender.pk, users=users)


def declare_about_all(tender: Tender, user: User) -> None:
    """The same after the opening, about each bidder by name."""
    declare(tender, user)
    if asked := unasked(tender, user):
        answers = {company.pk: False for company in asked}
        evaluating.declare_interests(actor=user, tender_id=tender.pk, conflict=False, answers=answers)


def _score(world: World, tender: Tender, user: User) -> None:
    declare_about_all(tender, user)
    missing = open_cells(tender, user)
    texts = {
        (bid, lot, criterion): text
        for bid, lot, criterion, text in BidAnswer.objects.filter(bid_lot__bid__tender=tender).values_list(
            "bid_lot__bid_id", "bid_lot__lot_id", "criterion_id", "text"
        )
    }
    shift = Decimal("0.5") if world.key_of(user).endswith("3") else Decimal(0)
    rows = [_row(cell, worth(texts.get(cell.key, "")) + shift) for cell in missing]
    evaluating.give_scores(actor=user, tender_id=tender.pk, scores=rows)
    evaluating.submit_scores(actor=user, tender_id=tender.pk)


def _row(cell: Cell, value: Decimal) -> dict[str, Any]:
    return {
        "bid_id": cell.bid_id, "lot": cell.lot, "criterion": cell.criterion,
        "value": str(value), "comment": case.comment(value),
    }  # fmt: skip


def worth(text: str) -> Decimal:
    """How a simulated evaluator judges: figures and length, nothing else. The page of the practice says so."""
    words = text.strip()
    if len(words) >= 100 and any(sign.isdigit() for sign in words):
        return Decimal(8)
    if len(words) >= 60:
        return Decimal(6)
    return Decimal(4) if words else Decimal(2)


def _close(world: World, tender: Tender) -> None:
    """Where scores lie far apart the chair records their mean as what the panel agreed on."""
    chair = world.account("chair")
    declare_about_all(tender, chair)
    for spread in spreads(tender):
        if spread.is_missing:
            mean = sum((given.value for given in spread.given), Decimal(0)) / len(spread.given)
            evaluating.set_consensus(
                actor=chair, bid_id=spread.cell.bid_id, lot_code=spread.cell.lot, criterion_code=spread.cell.criterion,
                value=str(mean.quantize(Decimal("0.01"), ROUND_HALF_UP)),
                reason=_("The panel talked it over and agreed on the middle."),
            )  # fmt: skip
    evaluating.close_panel(actor=chair, tender_id=tender.pk)


def _outdated(tender: Tender, run: EvaluationRun) -> bool:
    inputs, _result = calculate(tender)
    return fingerprint(inputs.to_json()) != run.inputs_hash


def _evaluate(world: World, tender: Tender) -> None:
    evaluating.evaluate_tender(actor=world.account("officer"), tender_id=tender.pk)


def _award(world: World, tender: Tender, run: EvaluationRun) -> Iterator[Act]:
    proposal = open_proposal(tender.pk)
    if proposal is not None:
        for bid_id in unasked_winners(tender, proposal):
            label = gettext_lazy("Let the office ask the register")
            yield _act("register", "officer", label, _ask_register, world, bid_id)
            return
        actor = world.account("approver")
        yield Act("decide", "approver", gettext_lazy("Let your colleague decide"),
                  lambda: evaluating.decide_award(actor=actor, approval_id=proposal.pk), DAY)  # fmt: skip
        return
    surprising = [
        (lot.lot_id, row.bid_id)
        for lot in view_of(run).lots
        for row in lot.rows
        if row.status == "valid" and row.low_price_outcome == "clarification_required"
    ]
    asked = set(AbnormallyLowCheck.objects.filter(bid__tender=tender).values_list("lot__code", "bid__reference"))
    for lot, number in surprising:  # a surprisingly low price is asked about before any award of its lot
        if (lot, number) not in asked:
            label = gettext_lazy("Let the office ask about the low price")
            yield _act("price_ask", "officer", label, _ask_price, world, tender, lot, number)
    if not surprising:
        yield _act("propose", "officer", gettext_lazy("Let the office propose the award"), _propose, world, tender, run)


def unasked_winners(tender: Tender, proposal: Approval) -> list[UUID]:
    """Bids proposed to win about whose company the register has not answered, where it must."""
    bids = dict(tender.bids.values_list("reference", "company_id"))
    companies = [bids[name] for name in proposal.data["lots"].values() if name]
    if decide_register(tender, companies, clock.now()):
        return []
    known = fresh_queries(tender, clock.now())
    names = [name for name in proposal.data["lots"].values() if name and bids[name] not in known]
    return list(tender.bids.filter(reference__in=names).order_by("reference").values_list("pk", flat=True))


def _ask_register(world: World, bid_id: UUID) -> None:
    evaluating.record_register_query(actor=world.account("officer"), bid_id=bid_id)


def _ask_price(world: World, tender: Tender, lot: str, number: str) -> None:
    bid = tender.bids.get(reference=number)
    evaluating.ask_price(
        actor=world.account("officer"), bid_id=bid.pk, lot_code=lot, due_at=clock.now() + timedelta(days=7)
    )


def _propose(world: World, tender: Tender, run: EvaluationRun) -> None:
    ids = dict(tender.bids.values_list("reference", "pk"))
    lots = {lot.lot_id: ids[lot.awards[0]] if lot.awards else None for lot in view_of(run).lots}
    evaluating.propose_award(
        actor=world.account("officer"), tender_id=tender.pk, lots=lots,
        reason=_("Best value by the published formula."),
    )  # fmt: skip
