"""From the proposal to the letters over HTTP, and what bidders read and write: the acts and rights of the pages."""

from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.decision import require
from accounts.lifecycle import PROVIDER_ROLES
from bids.models import Bid
from evaluation import actions, award_rules
from evaluation.actions.bidders import complaining_company
from evaluation.actions.letters import letter_for
from evaluation.api import after_shapes as shapes
from evaluation.api.serializers import AwardIn, AwardProposal
from evaluation.api.views import SignedIn, actor_of, parsed
from evaluation.award_needs import award_needs
from evaluation.award_steps import open_proposal
from evaluation.debrief import debrief_of
from evaluation.lifecycle import FILE_READERS, decide
from evaluation.models import (
    AwardNotice,
    Complaint,
    CouncilResolution,
    DebriefRequest,
    Letter,
    LotCancellation,
    RegisterQuery,
    StandstillNotice,
)
from evaluation.readers import Reader, reader, require_file, require_result
from evaluation.results import view_of
from tendering.api.access import visible
from tendering.models import LotOutcome


class AwardView(SignedIn):
    @extend_schema(responses=shapes.AwardState, operation_id="award")
    def get(self, request: Request, tender_id: int) -> Response:
        """Outcomes, the proposal that waits, and what its decision waits for; for the office and the audit."""
        who = reader(request.user, tender_id)
        require_file(who)
        run, proposal = require_result(who), open_proposal(tender_id)
        outcomes = LotOutcome.objects.filter(lot__tender=who.tender).select_related("lot", "winner")
        needs = award_needs(who, proposal.data["lots"], view_of(run)) if proposal else []
        return Response(shapes.AwardState({"proposal": proposal, "outcomes": outcomes, "needs": needs}).data)

    @extend_schema(request=AwardIn, responses={201: AwardProposal}, operation_id="award_propose")
    def post(self, request: Request, tender_id: int) -> Response:
        """Propose the award; a second person decides."""
        approval = actions.propose_award(actor=actor_of(request), tender_id=tender_id, **parsed(AwardIn, request))
        return Response(AwardProposal(approval).data, status=201)


def _require(who: Reader, action: str) -> None:
    require(decide(action, who.tender.status(who.now), who.roles))


class RegisterView(SignedIn):
    @extend_schema(responses=shapes.RegisterOut(many=True), operation_id="register_queries")
    def get(self, request: Request, tender_id: int) -> Response:
        """What the register answered; for the officers of the procedure only."""
        who = reader(request.user, tender_id)
        _require(who, "ask_register")
        rows = RegisterQuery.objects.filter(tender=who.tender).select_related("company")
        return Response(shapes.RegisterOut(rows, many=True).data)

    @extend_schema(request=shapes.RegisterIn, responses={201: shapes.RegisterOut}, operation_id="register_query_record")
    def post(self, request: Request, tender_id: int) -> Response:
        """Note what the register answered about an intended winner. The bidder is never asked for it."""
        who, data = reader(request.user, tender_id), parsed(shapes.RegisterIn, request)
        if not Bid.objects.filter(pk=data["bid_id"], tender=who.tender).exists():
            raise Http404
        row = actions.record_register_query(actor=who.user, **data)
        return Response(shapes.RegisterOut(row).data, status=201)


class ResolutionsView(SignedIn):
    @extend_schema(responses=shapes.ResolutionOut(many=True), operation_id="award_resolutions")
    def get(self, request: Request, tender_id: int) -> Response:
        """Votes on the award, the newest last; recorded by `POST /papers/{id}/vote/`."""
        who = reader(request.user, tender_id)
        require_result(who)
        rows = CouncilResolution.objects.filter(tender=who.tender)
        return Response(shapes.ResolutionOut(rows, many=True).data)


class NoticeView(SignedIn):
    @extend_schema(responses=shapes.NoticeShape, operation_id="award_notice")
    def get(self, request: Request, tender_id: int) -> Response:
        """What the public notice of the award leaves out."""
        who = reader(request.user, tender_id)
        require_file(who)
        return Response(_notice(AwardNotice.objects.filter(tender=who.tender).first()))

    @extend_schema(request=shapes.NoticeShape, responses=shapes.NoticeShape, operation_id="award_notice_set")
    def put(self, request: Request, tender_id: int) -> Response:
        """Withhold the values with a reason, or publish them again."""
        who, data = reader(request.user, tender_id), parsed(shapes.NoticeShape, request)
        return Response(_notice(actions.set_award_notice(actor=who.user, tender_id=tender_id, **data)))


def _notice(row: AwardNotice | None) -> dict[str, Any]:
    if row is None:
        return {"withhold_value": False, "ground": "", "reason": ""}
    return {"withhold_value": row.withhold_value, "ground": row.withhold_ground, "reason": row.withhold_reason}


class CancellationsView(SignedIn):
    @extend_schema(responses=shapes.CancelOut(many=True), operation_id="lot_cancellations")
    def get(self, request: Request, tender_id: int) -> Response:
        """Lots that end without award, asked for and confirmed."""
        who = reader(request.user, tender_id)
        require_file(who)
        rows = LotCancellation.objects.filter(tender=who.tender).prefetch_related("lots")
        return Response(shapes.CancelOut(rows, many=True).data)

    @extend_schema(request=shapes.CancelIn, responses={201: shapes.CancelOut}, operation_id="lot_cancellation_request")
    def post(self, request: Request, tender_id: int) -> Response:
        """Ask for the end of lots without award, with ground and reason; a second person confirms."""
        who, data = reader(request.user, tender_id), parsed(shapes.CancelIn, request)
        row = actions.request_cancellation(actor=who.user, tender_id=tender_id, **data)
        return Response(shapes.CancelOut(row).data, status=201)


class CancellationConfirmView(SignedIn):
    @extend_schema(request=None, responses=shapes.CancelOut, operation_id="lot_cancellation_confirm")
    def post(self, request: Request, tender_id: int, cancellation_id: int) -> Response:
        """The second person ends the lots; all bidders are told."""
        if not LotCancellation.objects.filter(pk=cancellation_id, tender=tender_id).exists():
            raise Http404
        row = actions.confirm_cancellation(actor=actor_of(request), cancellation_id=cancellation_id)
        return Response(shapes.CancelOut(row).data)


class LettersView(SignedIn):
    @extend_schema(responses=shapes.LettersOut, operation_id="award_letters")
    def get(self, request: Request, tender_id: int) -> Response:
        """Lots that wait for letters; what was sent, with delivery and waiting time. For the office and the audit."""
        return Response(_letters(reader(request.user, tender_id)))

    @extend_schema(request=None, responses={201: shapes.LettersOut}, operation_id="award_letters_send")
    def post(self, request: Request, tender_id: int) -> Response:
        """Write to every bidder of the lots that have been awarded; the waiting time begins."""
        who = reader(request.user, tender_id)
        actions.send_letters(actor=who.user, tender_id=tender_id)
        return Response(_letters(who), status=201)


def _letters(who: Reader) -> Any:
    require_file(who)
    sent = StandstillNotice.objects.filter(tender=who.tender).prefetch_related(
        "lots", "letters__company", "letters__dispatches__recipient"
    )
    waiting = [lot.code for lot in award_rules.lots_without_letters(who.tender)]
    return shapes.LettersOut({"waiting": waiting, "sent": sent}).data


class LetterView(SignedIn):
    @extend_schema(responses=shapes.LetterOut, operation_id="award_letter")
    def get(self, request: Request, letter_id: UUID) -> Response:
        """A letter to the own company, or of the own procedure. Read by a recipient, the first time is kept."""
        user = actor_of(request)
        found = letter_for(user, letter_id)
        actions.note_reading(actor=user, letter_id=found.pk)
        return Response(shapes.LetterOut(found).data)


class DebriefView(SignedIn):
    @extend_schema(responses=shapes.DebriefOut, operation_id="bid_debrief")
    def get(self, request: Request, bid_id: UUID) -> Response:
        """Why the own bid won or lost, what would have won, and the answers to own questions."""
        _bid, letters = _own_letters(request, bid_id)
        _tender, now = visible(request, letters[0].tender_id)
        body = {
            "lots": [part for letter in letters for part in debrief_of(letter, now)],
            "questions": DebriefRequest.objects.filter(letter__in=letters).select_related("letter__company"),
        }
        return Response(shapes.DebriefOut(body).data)

    @extend_schema(request=shapes.TextIn, responses={201: shapes.ReasonsQuestion}, operation_id="bid_debrief_ask")
    def post(self, request: Request, bid_id: UUID) -> Response:
        """Ask for further reasons; the office answers within its days."""
        _bid, letters = _own_letters(request, bid_id)
        row = actions.ask_for_reasons(
            actor=actor_of(request), letter_id=letters[-1].pk, **parsed(shapes.TextIn, request)
        )
        return Response(shapes.ReasonsQuestion(row).data, status=201)


def _own_letters(request: Request, bid_id: UUID) -> tuple[Bid, list[Letter]]:
    """The own bid and its letters, oldest first; Http404 for foreign bids and before the first letter."""
    mine = actor_of(request).organizations_with(*PROVIDER_ROLES)
    bid = Bid.objects.filter(pk=bid_id, company__in=mine).first()
    letters = list(Letter.objects.filter(bid=bid).select_related("tender__buyer", "notice", "bid")) if bid else []
    if bid is None or not letters:
        raise Http404
    return bid, letters


class ComplaintsView(SignedIn):
    @extend_schema(responses=shapes.ComplaintOut(many=True), operation_id="complaints")
    def get(self, request: Request, tender_id: int) -> Response:
        """All complaints for the office and the audit, the own ones for a company that takes part."""
        user, (tender, _now) = actor_of(request), visible(request, tender_id)
        rows = Complaint.objects.filter(tender=tender).select_related("company")
        if not user.has_role(tender.buyer_id, *FILE_READERS):
            company = complaining_company(user, tender)
            if company is None:
                raise Http404
            rows = rows.filter(company=company)
        return Response(shapes.ComplaintOut(rows, many=True).data)

    @extend_schema(request=shapes.ComplaintIn, responses={201: shapes.ComplaintOut}, operation_id="complaint_file")
    def post(self, request: Request, tender_id: int) -> Response:
        """A company that takes part says that a rule was broken."""
        visible(request, tender_id)
        data = parsed(shapes.ComplaintIn, request)
        row = actions.file_complaint(actor=actor_of(request), tender_id=tender_id, **data)
        return Response(shapes.ComplaintOut(row).data, status=201)


class ComplaintAnswerView(SignedIn):
    @extend_schema(request=shapes.ComplaintAnswer, responses=shapes.ComplaintOut, operation_id="complaint_answer")
    def post(self, request: Request, tender_id: int, complaint_id: int) -> Response:
        """The office answers once: remedied or not."""
        if not Complaint.objects.filter(pk=complaint_id, tender=tender_id).exists():
            raise Http404
        data = parsed(shapes.ComplaintAnswer, request)
        row = actions.answer_complaint(actor=actor_of(request), complaint_id=complaint_id, **data)
        return Response(shapes.ComplaintOut(row).data)


class QuestionsView(SignedIn):
    @extend_schema(responses=shapes.ReasonsQuestion(many=True), operation_id="reasons_asked")
    def get(self, request: Request, tender_id: int) -> Response:
        """Bidders' questions about their letters with the day of the answer; for the office and the audit."""
        who = reader(request.user, tender_id)
        require_file(who)
        rows = DebriefRequest.objects.filter(letter__tender=who.tender).select_related("letter__company")
        return Response(shapes.ReasonsQuestion(rows, many=True).data)


class QuestionAnswerView(SignedIn):
    @extend_schema(request=shapes.TextIn, responses=shapes.ReasonsQuestion, operation_id="reasons_answer")
    def post(self, request: Request, tender_id: int, request_id: int) -> Response:
        """The office gives further reasons, once."""
        if not DebriefRequest.objects.filter(pk=request_id, letter__tender=tender_id).exists():
            raise Http404
        data = parsed(shapes.TextIn, request)
        row = actions.answer_reasons(actor=actor_of(request), request_id=request_id, **data)
        return Response(shapes.ReasonsQuestion(row).data)
