"""The list of tenders and the tender itself."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.api.asking import PAGING, choice, flag, page_address, page_size
from accounts.decision import refuse
from tendering import actions
from tendering.api.access import TenderView, body, is_staff_of, organization, person, visible
from tendering.api.serializers import TenderChange, TenderCreate, TenderDetail, TenderPage
from tendering.api.shapes import ROW, buyers_of, detail, row
from tendering.filters import TenderFilter, listed, unpublished
from tendering.keyset import LARGEST_PAGE, capped_total, page
from tendering.sorting import NEWEST, SORTS, sorted_by

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
    OpenApiParameter("sort", str, enum=list(SORTS), description="newest first without it"),
    OpenApiParameter("cursor", str, description="from `next` or `previous`"),
    OpenApiParameter("page_size", int, description=f"at most {LARGEST_PAGE}"),
    OpenApiParameter("drafts", bool, description="own tenders that are not published yet, instead of the public list"),
]


class TenderListView(TenderView):
    asked_with = (*TenderFilter.base_filters, "sort", "drafts", *PAGING)

    @extend_schema(parameters=[*_FILTERS, *_PAGING], responses=TenderPage, operation_id="tenders_list")
    def get(self, request: Request) -> Response:
        """Tenders you may see, newest first or by `sort`; filters as on the list page."""
        drafts = flag(request, "drafts")
        now = clock.now()
        queryset = unpublished(request.user, now) if drafts else listed(request.user, now)
        filters = TenderFilter(request.query_params, queryset=queryset, request=request)
        if not filters.is_valid():
            raise serializers.ValidationError(filters.errors)
        cursor, sort = request.query_params.get("cursor", ""), choice(request, "sort", list(SORTS)) or NEWEST
        rows, walk = sorted_by(filters.qs, sort, now, cursor, published=not drafts)
        names = [*ROW, "title_key"] if sort == "title" else ROW
        found = page(rows.values(*names), cursor=cursor, size=page_size(request), order=walk)
        buyers = buyers_of(found.rows)
        answer = {
            "total": capped_total(filters.qs),
            "next": page_address(request, found.next),
            "previous": page_address(request, found.previous),
            "results": [row(line, buyers) for line in found.rows],
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
        refuse("stale", _("This version is not known. Load the tender again."))
    return int(text)
