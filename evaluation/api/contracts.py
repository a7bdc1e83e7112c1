"""Contracts over HTTP: signed, changed, options drawn, delivery recorded, replied to; the draft for what follows."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.decision import require
from evaluation import actions
from evaluation.actions.contract import rate_change
from evaluation.api import after_shapes as shapes
from evaluation.api.views import SignedIn, actor_of, parsed
from evaluation.lifecycle import decide
from evaluation.models import Contract, ContractChange, ContractOption, ContractPeriod
from tendering.lifecycle import Status

MOST = 500
PARTS = ("options", "changes", "kpis", "periods__measurements__kpi", "periods__reply")


def _visible(request: Request) -> Any:
    """Contracts of the own municipality for office and audit, of the own company."""
    found = Contract.objects.visible_to(actor_of(request), clock.now())
    return found.select_related("tender__buyer", "lot", "company")


def _found(request: Request, contract_id: int) -> Contract:
    found: Contract | None = _visible(request).filter(pk=contract_id).first()
    if found is None:
        raise Http404
    return found


def _whole(request: Request, contract_id: int) -> Any:
    found = _visible(request).prefetch_related(*PARTS).filter(pk=contract_id).first()
    if found is None:
        raise Http404
    return shapes.ContractOut(found).data


class ContractsView(SignedIn):
    @extend_schema(responses=shapes.ContractRow(many=True), operation_id="contracts")
    def get(self, request: Request) -> Response:
        """Contracts of the own municipality or company, those that end soonest first; at most 500."""
        rows = _visible(request).order_by("ends_on", "pk")[:MOST]
        return Response(shapes.ContractRow(rows, many=True).data)


class SignView(SignedIn):
    @extend_schema(request=shapes.SignIn, responses={201: shapes.ContractOut}, operation_id="contract_sign")
    def post(self, request: Request, tender_id: int) -> Response:
        """Record the signed contract on an awarded lot; 409 "standstill" until the waiting time is over."""
        data = parsed(shapes.SignIn, request)
        made = actions.sign_contract(actor=actor_of(request), tender_id=tender_id, lot_code=data.pop("lot"), **data)
        return Response(_whole(request, made.pk), status=201)


class ContractView(SignedIn):
    @extend_schema(responses=shapes.ContractOut, operation_id="contract")
    def get(self, request: Request, contract_id: int) -> Response:
        """Term, value, options, changes; what was promised and what was delivered."""
        return Response(_whole(request, contract_id))


class ChangesView(SignedIn):
    asked_with = ("ground", "delta")

    @extend_schema(
        responses=shapes.RateOut,
        operation_id="contract_change_rate",
        parameters=[OpenApiParameter("ground", str, required=True), OpenApiParameter("delta", str, required=True)],
    )
    def get(self, request: Request, contract_id: int) -> Response:
        """What a change would come to by the rule of contract changes; nothing is stored. For the office."""
        contract = _found(request, contract_id)
        _require(request, contract)
        wanted = shapes.RateIn(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        rated = rate_change(contract, wanted.validated_data["delta"], wanted.validated_data["ground"], clock.now())
        return Response(shapes.RateOut(rated).data)

    @extend_schema(request=shapes.ChangeIn, responses={201: shapes.ChangeOut}, operation_id="contract_change")
    def post(self, request: Request, contract_id: int) -> Response:
        """Decide a change. Above the limits it counts once a second person has confirmed it."""
        row = actions.change_contract(
            actor=actor_of(request), contract_id=contract_id, **parsed(shapes.ChangeIn, request)
        )
        return Response(shapes.ChangeOut(row).data, status=201)


def _require(request: Request, contract: Contract) -> None:
    require(decide("run_contract", Status.AWARDED, actor_of(request).roles_in(contract.tender.buyer_id)))


class ChangeConfirmView(SignedIn):
    @extend_schema(request=None, responses=shapes.ChangeOut, operation_id="contract_change_confirm")
    def post(self, request: Request, contract_id: int, change_id: int) -> Response:
        """A second person confirms a change above the limits."""
        _require_part(ContractChange, change_id, contract_id)
        row = actions.confirm_change(actor=actor_of(request), change_id=change_id)
        return Response(shapes.ChangeOut(row).data)


def _require_part(
    model: type[ContractChange] | type[ContractOption] | type[ContractPeriod], part_id: int, contract_id: int
) -> None:
    """Ids are addressed below their own contract only."""
    if not model._default_manager.filter(pk=part_id, contract=contract_id).exists():
        raise Http404


class OptionDrawView(SignedIn):
    @extend_schema(request=shapes.ReasonIn, responses=shapes.OptionOut, operation_id="contract_option_draw")
    def post(self, request: Request, contract_id: int, option_id: int) -> Response:
        """Use a right of the contract; once."""
        _require_part(ContractOption, option_id, contract_id)
        row = actions.draw_option(actor=actor_of(request), option_id=option_id, **parsed(shapes.ReasonIn, request))
        return Response(shapes.OptionOut(row).data)


class PeriodsView(SignedIn):
    @extend_schema(request=shapes.PeriodIn, responses={201: shapes.PeriodOut}, operation_id="contract_period")
    def post(self, request: Request, contract_id: int) -> Response:
        """Record what was delivered and paid, with the promises measured; final. The supplier may reply."""
        row = actions.record_period(
            actor=actor_of(request), contract_id=contract_id, **parsed(shapes.PeriodIn, request)
        )
        return Response(shapes.PeriodOut(row).data, status=201)


class ReplyView(SignedIn):
    @extend_schema(request=shapes.TextIn, responses={201: shapes.ReplyOut}, operation_id="contract_reply")
    def post(self, request: Request, contract_id: int, period_id: int) -> Response:
        """The contractor's own words beside a recorded period; once."""
        _require_part(ContractPeriod, period_id, contract_id)
        row = actions.reply_to_period(actor=actor_of(request), period_id=period_id, **parsed(shapes.TextIn, request))
        return Response(shapes.ReplyOut(row).data, status=201)


class NextView(SignedIn):
    @extend_schema(request=None, responses={201: shapes.DraftOut}, operation_id="contract_next")
    def post(self, request: Request, contract_id: int) -> Response:
        """A draft for the time after this contract, with what was really delivered and paid."""
        draft = actions.draft_next(actor=actor_of(request), contract_id=contract_id)
        return Response(shapes.DraftOut(draft).data, status=201)
