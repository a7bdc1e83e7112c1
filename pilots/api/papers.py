"""Council papers by API: the version one may read, the vote, questions and comments."""

from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.api.asking import PAGING, ApiView, choice, page_address, page_size
from accounts.api.fields import FiniteJSONField
from pilots import actions
from pilots.models import Decision, PaperComment, Vote
from pilots.papers import listing
from pilots.papers.compose import speaking_as
from pilots.papers.fields import blocks
from pilots.papers.readers import Reader, find, shown_vote
from tendering.api.access import body, person
from tendering.keyset import LARGEST_PAGE, capped_total, page

_VERSION = OpenApiParameter("version", str, enum=["public"], description="what everybody reads, for insiders")
_FILTERS = [
    OpenApiParameter("q", str, description="words; found by what you may read"),
    OpenApiParameter("municipality", str, description="reference"),
    OpenApiParameter("body", str),
    OpenApiParameter("cursor", str, description="from `next` or `previous`"),
    OpenApiParameter("page_size", int, description=f"at most {LARGEST_PAGE}"),
]


def _codes(model: Any, name: str) -> list[str]:
    return [code for code, _words in _choices(model, name)]


def _choices(model: Any, name: str) -> list[tuple[str, Any]]:
    return list(model._meta.get_field(name).choices or [])


class VoteShape(serializers.Serializer):
    """What was decided. `wording` and `dissent` of an award are for council, office and audit."""

    outcome = serializers.ChoiceField(choices=_codes(Vote, "outcome"))
    votes_for = serializers.IntegerField(min_value=0, max_value=999, required=False, allow_null=True)
    votes_against = serializers.IntegerField(min_value=0, max_value=999, required=False, allow_null=True)
    abstentions = serializers.IntegerField(min_value=0, max_value=999, required=False, allow_null=True)
    dissent = serializers.CharField(required=False, allow_blank=True)
    wording = serializers.CharField(required=False, allow_blank=True)
    decided_at = serializers.DateTimeField()


class VoteRequest(VoteShape):
    verdict = serializers.ChoiceField(
        choices=_choices(Decision, "verdict"), required=False, help_text="for an accepted paper on a pilot"
    )


class PaperRow(serializers.Serializer):
    """A line of the list."""

    id = serializers.UUIDField()
    kind = serializers.CharField(help_text="award or pilot")
    subject = serializers.CharField()
    municipality = serializers.CharField(help_text="reference")
    body = serializers.CharField()
    session_at = serializers.DateTimeField()
    agenda_item = serializers.CharField()
    number = serializers.IntegerField(help_text="version of the paper")
    language = serializers.CharField()
    state = serializers.CharField(help_text="issued, voted or withdrawn")
    issued_at = serializers.DateTimeField()
    vote = VoteShape(allow_null=True)


class PaperPage(serializers.Serializer):
    """`total` is capped ("1000+")."""

    total = serializers.CharField()
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = PaperRow(many=True)


class PaperFieldShape(serializers.Serializer):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the metaclass takes declared fields away
    shape = serializers.CharField(help_text="text, lines, facts, tiles, tables, options, checks or a picture's data")
    value = FiniteJSONField()


class CommentShape(serializers.Serializer):
    """A question or comment, read by council, office and audit."""

    id = serializers.IntegerField(read_only=True)
    at = serializers.DateTimeField(read_only=True)
    author = serializers.CharField(read_only=True)
    is_question = serializers.BooleanField(required=False, default=False)
    text = serializers.CharField()
    answer = serializers.CharField(read_only=True)
    answered_at = serializers.DateTimeField(read_only=True, allow_null=True)


class PaperDetail(PaperRow):
    """The paper in the language it was written in; `version` says which one you read."""

    version = serializers.CharField(help_text="full or public")
    sha256 = serializers.CharField(help_text="of canonical {full, public}")
    content = PaperFieldShape(many=True)


class PaperView(ApiView):
    """Anybody reads the public version; the acts decide about the rest."""

    permission_classes = (IsAuthenticatedOrReadOnly,)


class PaperListView(PaperView):
    asked_with = ("q", "municipality", "body", *PAGING)

    @extend_schema(parameters=_FILTERS, responses=PaperPage, operation_id="papers_list")
    def get(self, request: Request) -> Response:
        """Issued papers, latest session first."""
        now = clock.now()
        asked = {name: request.query_params.get(name, "")[:200] for name in ("municipality", "body")}
        words = request.query_params.get("q", "")[:200]
        found = listing.chosen(listing.issued(request.user, now), request.user, words=words, **asked)
        cursor = request.query_params.get("cursor", "")
        shown = page(found, cursor=cursor, size=page_size(request), order=("session_at", "created_at"))
        readers = [listing.reader_of(request.user, paper, now) for paper in shown.rows]
        answer = {
            "total": capped_total(found),
            "next": page_address(request, shown.next),
            "previous": page_address(request, shown.previous),
            "results": [row(reader) for reader in readers],
        }
        return Response(PaperPage(answer).data)


class PaperDetailView(PaperView):
    asked_with = ("version",)

    @extend_schema(parameters=[_VERSION], responses=PaperDetail, operation_id="papers_read")
    def get(self, request: Request, paper_id: UUID) -> Response:
        """The version you may read, field by field."""
        reader = _issued(request, paper_id, choice(request, "version", ["public"]))
        with speaking_as(reader.paper):
            content = [
                {"name": block.name, "label": block.label, "shape": block.shape, "value": block.value}
                for block in blocks(reader.content)
            ]
        answer = {**row(reader), "version": reader.version, "sha256": reader.paper.sha256, "content": content}
        return Response(PaperDetail(answer).data)


class PaperVoteView(PaperView):
    @extend_schema(request=VoteRequest, responses={201: VoteShape}, operation_id="papers_vote")
    def post(self, request: Request, paper_id: UUID) -> Response:
        """The clerk writes down what was decided; final."""
        data = body(VoteRequest, request)
        vote = actions.record_vote(actor=person(request), paper_id=paper_id, **data)
        return Response(VoteShape(vote).data, status=201)


class PaperCommentsView(PaperView):
    @extend_schema(responses=CommentShape(many=True), operation_id="papers_comments_list")
    def get(self, request: Request, paper_id: UUID) -> Response:
        """Questions, comments and answers; for council, office and audit."""
        reader = _issued(request, paper_id)
        if reader.version != "full":
            raise Http404
        rows = PaperComment.objects.filter(paper=reader.paper).select_related("author")
        return Response(CommentShape(rows, many=True).data)

    @extend_schema(request=CommentShape, responses={201: CommentShape}, operation_id="papers_comment")
    def post(self, request: Request, paper_id: UUID) -> Response:
        """A council member asks or says something."""
        data = body(CommentShape, request)
        comment = actions.comment_paper(actor=person(request), paper_id=paper_id, **data)
        return Response(CommentShape(comment).data, status=201)


def row(reader: Reader) -> dict[str, Any]:
    """A line of the list, as this person may read it."""
    paper = reader.paper
    names = ("id", "kind", "body", "session_at", "agenda_item", "language", "issued_at")
    return {
        **{name: getattr(paper, name) for name in names},
        "subject": reader.content["fields"]["subject"],
        "municipality": paper.municipality.reference,
        "number": paper.version,
        "state": reader.state,
        "vote": _vote(reader),
    }


def _vote(reader: Reader) -> dict[str, Any] | None:
    shown = shown_vote(reader)
    if shown is None or reader.vote is None:
        return None
    names = ("votes_for", "votes_against", "abstentions", "dissent", "wording", "decided_at")
    return {"outcome": reader.vote.outcome, **{name: getattr(shown, name) for name in names}}


def _issued(request: Request, paper_id: UUID, wish: str = "") -> Reader:
    reader = find(request.user, paper_id, wish)
    if reader.paper.issued_at is None:
        raise Http404
    return reader
