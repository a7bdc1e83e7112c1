"""The evaluation over HTTP: each deed is one action, each reading asks `evaluation.readers` first."""

from typing import Any, TypeVar, cast

from django.db.models import Prefetch
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.asking import ApiView
from accounts.models import User
from bids.models import Bid
from evaluation import actions
from evaluation.actions.formal import unchecked_bids
from evaluation.api import serializers as shapes
from evaluation.lifecycle import WORKBOOK_READERS
from evaluation.models import (
    AbnormallyLowCheck,
    EvaluationRun,
    Exclusion,
    FormalCheck,
    SupplementDocument,
    SupplementRequest,
)
from evaluation.readers import (
    Reader,
    questions_to,
    reader,
    require_file,
    require_moderation,
    require_result,
    require_sheet,
)
from evaluation.results import expected_shape, latest, view_of
from evaluation.scorebook import own_sheet, progress, spreads
from tendering.models import Approval, Lot

S = TypeVar("S", bound=serializers.Serializer)


def actor_of(request: Request) -> User:
    """The signed-in person; the permission class has let nobody else in."""
    return cast(User, request.user)


def parsed(shape: type[S], request: Request) -> dict[str, Any]:
    """The body in its shape; 400 by field otherwise."""
    wanted = shape(data=request.data)
    wanted.is_valid(raise_exception=True)
    return cast(dict[str, Any], wanted.validated_data)


class SignedIn(ApiView):
    permission_classes = (IsAuthenticated,)


class OverviewView(SignedIn):
    @extend_schema(responses=shapes.Overview, operation_id="evaluation")
    def get(self, request: Request, tender_id: int) -> Response:
        """Where the evaluation stands; no price, no score."""
        who = reader(request.user, tender_id)
        done, seats = progress(who.tender)
        run = latest(who.tender)
        waiting = FormalCheck.objects.filter(bid__tender=who.tender, confirmed_at=None).count()
        body = {
            "tender": who.tender.pk,
            "reference": who.tender.reference,
            "panel_size": seats,
            "panel_handed_in": done,
            "panel_closed": who.closed,
            "checks_open": len(unchecked_bids(who.tender)) + waiting,
            "evaluated_at": run.created_at if run else None,
            "result_hash": run.result_hash if run else "",
        }
        return Response(shapes.Overview(body).data)


class PanelView(SignedIn):
    @extend_schema(request=shapes.PanelSeats, responses=shapes.PanelSeats, operation_id="panel_appoint")
    def post(self, request: Request, tender_id: int) -> Response:
        """Name the evaluators; replaces the list, whoever has handed in stays."""
        wanted = parsed(shapes.PanelSeats, request)["users"]
        users = list(User.objects.filter(pk__in=wanted))
        if len(users) != len(set(wanted)):
            raise ValidationError({"users": [_("There is no such account.")]})
        members = actions.appoint_panel(actor=actor_of(request), tender_id=tender_id, users=users)
        return Response({"users": [member.user_id for member in members]}, status=201)


class ScoresView(SignedIn):
    @extend_schema(responses=shapes.OwnSheet, operation_id="scores_own")
    def get(self, request: Request, tender_id: int) -> Response:
        """Your own sheet: what to score, what the bidders wrote, what you gave. Never somebody else's scores."""
        return Response(_sheet(reader(request.user, tender_id)))

    @extend_schema(request=shapes.ScoresIn, responses=shapes.OwnSheet, operation_id="scores_give")
    def post(self, request: Request, tender_id: int) -> Response:
        """Store own scores, all or none; they can be changed until you hand in."""
        who = reader(request.user, tender_id)
        actions.give_scores(actor=who.user, tender_id=tender_id, scores=parsed(shapes.ScoresIn, request)["scores"])
        return Response(_sheet(who))


def _sheet(who: Reader) -> Any:
    require_sheet(who)
    assert who.member is not None
    body = {"handed_in_at": who.member.submitted_at, "scores": own_sheet(who.tender, who.user)}
    return shapes.OwnSheet(body).data


class ScoresSubmitView(SignedIn):
    @extend_schema(request=None, responses=shapes.OwnSheet, operation_id="scores_hand_in")
    def post(self, request: Request, tender_id: int) -> Response:
        """Hand in your scores; afterwards they stay as they are."""
        who = reader(request.user, tender_id)
        actions.submit_scores(actor=who.user, tender_id=tender_id)
        return Response(_sheet(reader(request.user, tender_id)))


class ModerationView(SignedIn):
    @extend_schema(responses=shapes.Moderation, operation_id="moderation")
    def get(self, request: Request, tender_id: int) -> Response:
        """All scores of the panel with their spread, once everyone has handed in."""
        return Response(_moderation(reader(request.user, tender_id)))

    @extend_schema(request=shapes.ConsensusIn, responses=shapes.Moderation, operation_id="moderation_agree")
    def post(self, request: Request, tender_id: int) -> Response:
        """Record the score the panel agreed on, with its reason."""
        who, data = reader(request.user, tender_id), parsed(shapes.ConsensusIn, request)
        _require_bid_here(who, data["bid_id"])
        actions.set_consensus(
            actor=who.user,
            bid_id=data["bid_id"],
            lot_code=data["lot"],
            criterion_code=data["criterion"],
            value=data["value"],
            reason=data["reason"],
        )
        return Response(_moderation(who))


def _moderation(who: Reader) -> Any:
    require_moderation(who)
    return shapes.Moderation({"closed": who.closed, "cells": spreads(who.tender)}).data


def _require_bid_here(who: Reader, bid_id: Any) -> None:
    if not who.tender.bids.filter(pk=bid_id).exists():
        raise Http404


class ModerationCloseView(SignedIn):
    @extend_schema(request=None, responses=shapes.Moderation, operation_id="moderation_close")
    def post(self, request: Request, tender_id: int) -> Response:
        """Close the panel: scores are final."""
        actions.close_panel(actor=actor_of(request), tender_id=tender_id)
        return Response(_moderation(reader(request.user, tender_id)))


class ChecksView(SignedIn):
    @extend_schema(responses=shapes.Checks, operation_id="checks")
    def get(self, request: Request, tender_id: int) -> Response:
        """Formal checks, requested documents and exclusions."""
        return Response(_checks(reader(request.user, tender_id)))

    @extend_schema(request=shapes.CheckIn, responses=shapes.Checks, operation_id="checks_record")
    def post(self, request: Request, tender_id: int) -> Response:
        """Store what the check of one bid found; repeatable until it is confirmed."""
        who, data = reader(request.user, tender_id), parsed(shapes.CheckIn, request)
        _require_bid_here(who, data["bid_id"])
        actions.record_formal_check(actor=who.user, bid_id=data["bid_id"], findings=data["findings"])
        return Response(_checks(who))


def _checks(who: Reader) -> Any:
    require_file(who)
    of_tender = {"bid__tender": who.tender}
    body = {
        "checks": FormalCheck.objects.filter(**of_tender).order_by("bid__position", "id"),
        "supplements": SupplementRequest.objects.filter(**of_tender).prefetch_related(
            Prefetch("files", SupplementDocument.objects.defer("content"))
        ),
        "exclusions": Exclusion.objects.filter(**of_tender).select_related("lot"),
    }
    return shapes.Checks(body).data


class ChecksConfirmView(SignedIn):
    @extend_schema(request=None, responses=shapes.Checks, operation_id="checks_confirm")
    def post(self, request: Request, tender_id: int) -> Response:
        """A second person confirms the checks of all bids."""
        actions.confirm_formal_check(actor=actor_of(request), tender_id=tender_id)
        return Response(_checks(reader(request.user, tender_id)))


class SupplementsView(SignedIn):
    @extend_schema(request=shapes.SupplementIn, responses=shapes.Checks, operation_id="supplement_request")
    def post(self, request: Request, tender_id: int) -> Response:
        """Ask a bidder for missing documents, once."""
        who, data = reader(request.user, tender_id), parsed(shapes.SupplementIn, request)
        _require_bid_here(who, data["bid_id"])
        actions.request_supplement(
            actor=who.user, bid_id=data["bid_id"], documents=data["documents"], due_at=data["due_at"]
        )
        return Response(_checks(who), status=201)


class SupplementReceivedView(SignedIn):
    @extend_schema(
        request=shapes.SupplementReceived, responses=shapes.SupplementOut, operation_id="supplement_received"
    )
    def post(self, request: Request, tender_id: int) -> Response:
        """A document came in: by the bidder now, or noted by the office."""
        data = parsed(shapes.SupplementReceived, request)
        if not Bid.objects.filter(pk=data["bid_id"], tender=tender_id).exists():
            raise Http404
        found = actions.record_supplement(
            actor=actor_of(request),
            bid_id=data["bid_id"],
            document=data["document"],
            received_at=data.get("received_at"),
        )
        return Response(shapes.SupplementOut(found).data)


class ExclusionsView(SignedIn):
    @extend_schema(request=shapes.ExclusionIn, responses={201: shapes.ExclusionOut}, operation_id="exclusion_decide")
    def post(self, request: Request, tender_id: int) -> Response:
        """Decide that a bid is out; it counts once a second person has confirmed it."""
        who, data = reader(request.user, tender_id), parsed(shapes.ExclusionIn, request)
        _require_bid_here(who, data["bid_id"])
        found = actions.exclude_bid(
            actor=who.user,
            bid_id=data["bid_id"],
            lot_code=data["lot"],
            code=data["code"],
            reason=data["reason"],
            ground=data.get("ground"),
        )
        return Response(shapes.ExclusionOut(found).data, status=201)


class ExclusionConfirmView(SignedIn):
    @extend_schema(request=None, responses=shapes.ExclusionOut, operation_id="exclusion_confirm")
    def post(self, request: Request, tender_id: int, exclusion_id: int) -> Response:
        """Confirm an exclusion as the second person."""
        _require_row_here(Exclusion, exclusion_id, tender_id)
        found = actions.confirm_exclusion(actor=actor_of(request), exclusion_id=exclusion_id)
        return Response(shapes.ExclusionOut(found).data)


def _require_row_here(model: type[Exclusion] | type[AbnormallyLowCheck], row_id: int, tender_id: int) -> None:
    """Ids are addressed below their own tender only."""
    if not model._default_manager.filter(pk=row_id, bid__tender=tender_id).exists():
        raise Http404


class ClarificationsView(SignedIn):
    @extend_schema(responses=shapes.PriceQuestionOut(many=True), operation_id="clarifications")
    def get(self, request: Request, tender_id: int) -> Response:
        """Questions about surprisingly low prices; a bidder sees those about its own bid."""
        prices, _documents = questions_to(actor_of(request), tender_id)
        if not prices:
            who = reader(request.user, tender_id)
            require_file(who)
            prices = list(AbnormallyLowCheck.objects.filter(bid__tender=who.tender).select_related("lot"))
        return Response(shapes.PriceQuestionOut(prices, many=True).data)

    @extend_schema(
        request=shapes.PriceQuestionIn, responses={201: shapes.PriceQuestionOut}, operation_id="clarification_ask"
    )
    def post(self, request: Request, tender_id: int) -> Response:
        """Ask a bidder to explain its price."""
        who, data = reader(request.user, tender_id), parsed(shapes.PriceQuestionIn, request)
        _require_bid_here(who, data["bid_id"])
        check = actions.ask_price(actor=who.user, bid_id=data["bid_id"], lot_code=data["lot"], due_at=data["due_at"])
        return Response(shapes.PriceQuestionOut(check).data, status=201)


class ClarificationAnswerView(SignedIn):
    @extend_schema(request=shapes.PriceAnswerIn, responses=shapes.PriceQuestionOut, operation_id="clarification_answer")
    def post(self, request: Request, tender_id: int, check_id: int) -> Response:
        """The bidder explains its price."""
        _require_row_here(AbnormallyLowCheck, check_id, tender_id)
        text = parsed(shapes.PriceAnswerIn, request)["text"]
        check = actions.answer_price(actor=actor_of(request), check_id=check_id, text=text)
        return Response(shapes.PriceQuestionOut(check).data)


class AidQuestionView(SignedIn):
    @extend_schema(request=shapes.AidQuestionIn, responses=shapes.PriceQuestionOut, operation_id="clarification_aid")
    def post(self, request: Request, tender_id: int, check_id: int) -> Response:
        """The price is low because of State aid: ask the bidder for the proof that it was lawful."""
        _require_row_here(AbnormallyLowCheck, check_id, tender_id)
        due_at = parsed(shapes.AidQuestionIn, request)["due_at"]
        check = actions.ask_aid_proof(actor=actor_of(request), check_id=check_id, due_at=due_at)
        return Response(shapes.PriceQuestionOut(check).data)


class AidAnswerView(SignedIn):
    @extend_schema(
        request=shapes.PriceAnswerIn, responses=shapes.PriceQuestionOut, operation_id="clarification_aid_answer"
    )
    def post(self, request: Request, tender_id: int, check_id: int) -> Response:
        """The bidder shows that the State aid was lawful."""
        _require_row_here(AbnormallyLowCheck, check_id, tender_id)
        text = parsed(shapes.PriceAnswerIn, request)["text"]
        check = actions.answer_aid_proof(actor=actor_of(request), check_id=check_id, text=text)
        return Response(shapes.PriceQuestionOut(check).data)


class ClarificationDecideView(SignedIn):
    @extend_schema(
        request=shapes.PriceDecisionIn, responses=shapes.PriceQuestionOut, operation_id="clarification_decide"
    )
    def post(self, request: Request, tender_id: int, check_id: int) -> Response:
        """Decide what the explanation is worth; a second person confirms."""
        _require_row_here(AbnormallyLowCheck, check_id, tender_id)
        check = actions.decide_price(
            actor=actor_of(request), check_id=check_id, **parsed(shapes.PriceDecisionIn, request)
        )
        return Response(shapes.PriceQuestionOut(check).data)


class ClarificationConfirmView(SignedIn):
    @extend_schema(request=None, responses=shapes.PriceQuestionOut, operation_id="clarification_confirm")
    def post(self, request: Request, tender_id: int, check_id: int) -> Response:
        """Confirm the decision on a price as the second person."""
        _require_row_here(AbnormallyLowCheck, check_id, tender_id)
        check = actions.confirm_price(actor=actor_of(request), check_id=check_id)
        return Response(shapes.PriceQuestionOut(check).data)


class ResultView(SignedIn):
    @extend_schema(responses=shapes.RunOut, operation_id="result")
    def get(self, request: Request, tender_id: int) -> Response:
        """The latest result with its hashes; for the office, the audit, the council, and the panel after closing."""
        return Response(_run(require_result(reader(request.user, tender_id))))

    @extend_schema(request=shapes.RunIn, responses=shapes.RunOut, operation_id="result_compute")
    def post(self, request: Request, tender_id: int) -> Response:
        """Evaluate. Unchanged inputs give the result that is there."""
        who, reason = reader(request.user, tender_id), parsed(shapes.RunIn, request)["reason"]
        actions.evaluate_tender(actor=who.user, tender_id=tender_id, reason=reason)
        return Response(_run(require_result(who)))


def _run(run: EvaluationRun) -> Any:
    view = view_of(run)
    fields = ("id", "method", "method_version", "created_at", "spec_hash", "inputs_hash", "result_hash")
    body = {name: getattr(run, name) for name in fields}
    body["sentences"] = {lot.lot_id: lot.sentence for lot in view.lots}
    return shapes.RunOut({**body, "result": expected_shape(run)}).data


class RobustnessView(SignedIn):
    @extend_schema(responses=shapes.RobustnessOut, operation_id="robustness")
    def get(self, request: Request, tender_id: int) -> Response:
        """How firmly each lot is decided."""
        who = reader(request.user, tender_id)
        run = require_result(who)
        sentences = {lot.lot_id: lot.robustness_sentence for lot in view_of(run).lots}
        lots = run.robustness if who.roles & WORKBOOK_READERS else without_people(run.robustness)
        body = {"result_hash": run.result_hash, "sentences": sentences, "lots": lots}
        return Response(shapes.RobustnessOut(body).data)


def without_people(reports: dict[str, Any]) -> dict[str, Any]:
    """Robustness without the question who scored how: single scores are not for everybody who sees the result."""
    return {
        lot: {**report, **({"analysis": {**report["analysis"], "evaluators": []}} if "analysis" in report else {})}
        for lot, report in reports.items()
    }


class DrawsView(SignedIn):
    @extend_schema(request=shapes.DrawIn, responses={201: shapes.DrawIn}, operation_id="draw_record")
    def post(self, request: Request, tender_id: int) -> Response:
        """Record a drawing of lots between equal bids."""
        who, data = reader(request.user, tender_id), parsed(shapes.DrawIn, request)
        lot = Lot.objects.filter(tender=who.tender, code=data.pop("lot")).first()
        if lot is None:
            raise Http404
        draw = actions.record_draw(actor=who.user, lot_id=lot.pk, **data)
        return Response(
            {
                "lot": lot.code,
                "drawn_bid_id": str(draw.drawn_id),
                "between": draw.between,
                "place": draw.place,
                "persons": draw.persons,
                "witnesses": draw.witnesses,
            },
            status=201,
        )


class AwardDecideView(SignedIn):
    @extend_schema(
        request=None,
        responses=shapes.OutcomeOut(many=True),
        operation_id="award_decide",
        parameters=[OpenApiParameter("Idempotency-Key", OpenApiTypes.STR, OpenApiParameter.HEADER, required=True)],
    )
    def post(self, request: Request, tender_id: int, approval_id: int) -> Response:
        """Award as proposed. Needs an Idempotency-Key; repeated with the same key it answers the same."""
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            raise ValidationError({"Idempotency-Key": [_("Send this header, so that a repeated request awards once.")]})
        if not Approval.objects.filter(pk=approval_id, tender=tender_id, kind="award").exists():
            raise Http404
        outcomes = actions.decide_award(actor=actor_of(request), approval_id=approval_id, idempotency_key=key)
        return Response(shapes.OutcomeOut(outcomes, many=True).data)
