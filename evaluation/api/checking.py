"""The formal check over HTTP: its steps by bid, one request to all bidders, questions about what a bid means."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from evaluation import actions
from evaluation.api import checking_shapes as shapes
from evaluation.api.serializers import SupplementOut
from evaluation.api.views import SignedIn, actor_of, parsed
from evaluation.models import BidClarification
from evaluation.readers import Reader, clarifications_to, reader, require_file
from evaluation.step_tables import board


class StepsView(SignedIn):
    @extend_schema(responses=shapes.StepBoard, operation_id="check_steps")
    def get(self, request: Request, tender_id: int) -> Response:
        """The steps of the check and how far each is for each bid."""
        return Response(_board(reader(request.user, tender_id)))

    @extend_schema(request=shapes.StepIn, responses={201: shapes.StepBoard}, operation_id="check_step_add")
    def post(self, request: Request, tender_id: int) -> Response:
        """Add a step of the office's own, for all bids."""
        who, title = reader(request.user, tender_id), parsed(shapes.StepIn, request)["title"]
        actions.add_check_step(actor=who.user, tender_id=tender_id, title=title)
        return Response(_board(who), status=201)


def _board(who: Reader) -> Any:
    require_file(who)
    found = board(who.tender, who.now)
    states = [
        {"bid": mark.bid, "position": step.position, "state": mark.state, "note": mark.note}
        for step, marks in found.lines
        for mark in marks
    ]
    return shapes.StepBoard({"steps": found.steps, "states": states}).data


class StepStatesView(SignedIn):
    @extend_schema(request=shapes.StepStatesIn, responses=shapes.StepBoard, operation_id="check_steps_set")
    def post(self, request: Request, tender_id: int) -> Response:
        """Record how far steps are for one bid, all or none."""
        who, data = reader(request.user, tender_id), parsed(shapes.StepStatesIn, request)
        if not who.tender.bids.filter(pk=data["bid_id"]).exists():
            raise Http404
        states = {row["position"]: (row["state"], row["note"]) for row in data["states"]}
        actions.set_check_steps(actor=who.user, bid_id=data["bid_id"], states=states)
        return Response(_board(who))


class StepRemoveView(SignedIn):
    @extend_schema(request=shapes.StepReason, responses=shapes.StepBoard, operation_id="check_step_remove")
    def post(self, request: Request, tender_id: int, position: int) -> Response:
        """Take a step nobody has worked on out of this tender's list, with the reason."""
        who, reason = reader(request.user, tender_id), parsed(shapes.StepReason, request)["reason"]
        actions.remove_check_step(actor=who.user, tender_id=tender_id, position=position, reason=reason)
        return Response(_board(who))


class SupplementsOfAllView(SignedIn):
    @extend_schema(
        request=shapes.RequestAllIn, responses={201: SupplementOut(many=True)}, operation_id="supplement_request_all"
    )
    def post(self, request: Request, tender_id: int) -> Response:
        """Ask every bidder concerned for all missing documents that may be handed in later, with one date."""
        due_at = parsed(shapes.RequestAllIn, request)["due_at"]
        made = actions.request_supplements_of_all(actor=actor_of(request), tender_id=tender_id, due_at=due_at)
        return Response(SupplementOut(made, many=True).data, status=201)


class QuestionsView(SignedIn):
    @extend_schema(responses=shapes.QuestionOut(many=True), operation_id="bid_questions")
    def get(self, request: Request, tender_id: int) -> Response:
        """Questions about what bids mean; a bidder reads those about its own bid."""
        rows = clarifications_to(actor_of(request), tender_id)
        if not rows:
            who = reader(request.user, tender_id)
            require_file(who)
            rows = list(BidClarification.objects.filter(bid__tender=who.tender))
        return Response(shapes.QuestionOut(rows, many=True).data)

    @extend_schema(request=shapes.QuestionIn, responses={201: shapes.QuestionOut}, operation_id="bid_question_ask")
    def post(self, request: Request, tender_id: int) -> Response:
        """Ask one bidder what its bid means; the bid itself stays as it is."""
        who, data = reader(request.user, tender_id), parsed(shapes.QuestionIn, request)
        if not who.tender.bids.filter(pk=data["bid_id"]).exists():
            raise Http404
        return Response(shapes.QuestionOut(actions.ask_clarification(actor=who.user, **data)).data, status=201)


class QuestionAnswerView(SignedIn):
    @extend_schema(request=shapes.QuestionAnswer, responses=shapes.QuestionOut, operation_id="bid_question_answer")
    def post(self, request: Request, tender_id: int, question_id: int) -> Response:
        """Answer a question about the own bid, once and until its date."""
        if not BidClarification.objects.filter(pk=question_id, bid__tender=tender_id).exists():
            raise Http404
        text = parsed(shapes.QuestionAnswer, request)["text"]
        row = actions.answer_clarification(actor=actor_of(request), clarification_id=question_id, text=text)
        return Response(shapes.QuestionOut(row).data)
