"""The list of tenders and the tender itself."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from accounts import clock
from accounts.decision import refuse
from tendering import actions
from tendering.api.access import TenderView, body, is_staff_of, organization, person, visible
from tendering.api.serializers import TenderChange, TenderCreate, TenderDetail, TenderPage
from tendering.api.shapes import ROW, detail, row
from tendering.filters import TenderFilter, listed, unpublished
from tendering.keyset import LARGEST_PAGE, PAGE, capped_total, page

_TEXTS = {"q": "words, all of which must occur", "cpv": "beginning of a CPV code", "buyer": "reference of the buyer"}
_FILTERS = [
    OpenApiParameter(
        name,
        str,
        many=name in {"status", "life_situation", "procedure"},
        description=_TEXTS.get(name, ""),
    )
    for name in TenderFilter.base_filters
]
_PAGING = [
    OpenApiParameter("cursor", str, description="from `next` or `previous`"),
    OpenApiParameter("page_size", int, description=f"at most {LARGEST_PAGE}"),
    OpenApiParameter("drafts", bool, description="own tenders that are not published yet, instead of the public list"),
]


class TenderListView(TenderView):
    @extend_schema(parameters=[*_FILTERS, *_PAGING], responses=TenderPage, operation_id="tenders_list")
    def get(self, request: Request) -> Response:
        """Tenders you may see, newest first; filters as on the list page."""
        drafts = request.query_params.get("drafts") == "true"
        now = clock.now()
        queryset = unpublished(request.user, now) if drafts else listed(request.user, now)
        filters = TenderFilter(request.query_params, queryset=queryset, request=request)
        if not filters.is_valid():
            raise serializers.ValidationError(filters.errors)
        found = page(
            filters.qs.values(*ROW),
            cursor=request.query_params.get("cursor", ""),
            size=_page_size(request),
            order=("id",) if drafts else ("published_at", "id"),
        )
        answer = {
            "total": capped_total(filters.qs),
            "next": _address(request, found.next),
            "previous": _address(request, found.previous),
            "results": [row(line) for line in found.rows],
        }
        return Response(TenderPage(answer).data)

    @extend_schema(request=TenderCreate, responses={201: TenderDetail}, operation_id="tenders_create")
    def post(self, request: Request) -> Response:
        """A new draft of a buyer whose officer you are."""
        fields = body(TenderCreate, request)
        buyer = organization(fields.pop("buyer"), "buyer")
        tender = actions.create_tender(actor=person(request), buyer=buyer, **fields)
        return described(request, tender.pk, code=201)


class TenderDetailView(TenderView):
    @extend_schema(responses=TenderDetail, operation_id="tenders_read")
    def get(self, request: Request, tender_id: int) -> Response:
        """The tender with lots, positions, criteria and the rule bids are judged by."""
        return described(request, tender_id)

    @extend_schema(
        request=TenderChange,
        responses=TenderDetail,
        operation_id="tenders_update",
        parameters=[OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="version that was read")],
    )
    def patch(self, request: Request, tender_id: int) -> Response:
        """Change a draft; name the version you read in `version` or `If-Match`."""
        fields = body(TenderChange, request)
        version = fields.pop("version", None)
        version = _if_match(request) if version is None else version
        actions.update_tender(actor=person(request), tender_id=tender_id, expected_version=version, fields=fields)
        return described(request, tender_id)


def described(request: Request, tender_id: int, code: int = 200) -> Response:
    """The tender as this person sees it now, with its version as ETag."""
    tender, now = visible(request, tender_id)
    shape = detail(tender, now, with_findings=is_staff_of(request, tender))
    return Response(TenderDetail(shape).data, status=code, headers={"ETag": f'"{tender.version}"'})


def _if_match(request: Request) -> int | None:
    text = request.headers.get("If-Match", "").removeprefix("W/").strip('"')
    if text in {"", "*"}:
        return None
    if not (text.isascii() and text.isdecimal()):
        refuse("stale", "This version is not known. Load the tender again.")
    return int(text)


def _page_size(request: Request) -> int:
    text = request.query_params.get("page_size", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else PAGE


def _address(request: Request, cursor: str | None) -> str | None:
    return replace_query_param(request.build_absolute_uri(), "cursor", cursor) if cursor else None
