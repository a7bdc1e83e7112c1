"""Requests made out of the API's own description: nearly right, partly nasty, about objects that are there.

`operations()` reads the description as the server publishes it; `requests_of(operation, things)` is a strategy. The
right part comes from schemathesis, which is only asked to think them up: they are sent by Django's own test client.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import schemathesis
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import encode_multipart
from drf_spectacular.generators import SchemaGenerator
from hypothesis import strategies as st
from schemathesis import GenerationMode

from accounts.models import Message, Organization
from bids.models import Bid, Draft, OpenedDocument, Receipt, SealedObject, Upload
from evaluation.models import BenchmarkSet, Contract, Letter
from pilots.models import CouncilPaper, Pilot
from tendering.models import Approval, Question, Template, Tender
from tests.security.nasty import nasty_json, nasty_text

BYTES = ("application/octet-stream", "application/offset+octet-stream")
BOUNDARY = "generated"
NOBODY_MAY = re.compile("[\r\n\x00]")  # what no server lets a program put into a header
for one in BYTES:
    schemathesis.openapi.media_type(one, st.binary(max_size=300))


@dataclass(frozen=True)
class Sent:
    """One request, ready for a test client."""

    method: str
    path: str
    query: dict[str, Any]
    headers: dict[str, str]
    media_type: str
    body: Any = None
    template: str = field(default="", compare=False)

    def by(self, client: Client) -> Any:
        """The answer to this client."""
        return client.generic(
            self.method, self.path, self._data(), content_type=self.media_type or "application/json",
            headers=self.headers, query_params=self.query or None,
        )  # fmt: skip

    def _data(self) -> bytes:
        if self.body is None:
            return b""
        if isinstance(self.body, bytes):
            return self.body
        if self.media_type.startswith("multipart/"):
            return encode_multipart(BOUNDARY, {name: _part(value) for name, value in self.body.items()})
        return json.dumps(self.body, default=str).encode()


def _part(value: Any) -> Any:
    if isinstance(value, bytes):
        return SimpleUploadedFile("a.pdf", value or b"%PDF-1.7")
    return value if isinstance(value, str) else json.dumps(value, default=str)


@cache
def operations() -> list[Any]:
    """All of the description, by path and method."""
    raw = SchemaGenerator().get_schema(request=None, public=True)
    found = schemathesis.openapi.from_dict(json.loads(json.dumps(raw, default=str))).get_all_operations()
    return sorted((one.ok() for one in found), key=lambda one: one.label)


class Things:
    """Ids of what there is, by the name a path or a body gives them; of one tender where it says so."""

    def __init__(self) -> None:
        judged = Tender.objects.exclude(evaluation_runs=None).distinct().order_by("-pk")
        self.tenders = [*judged, *Tender.objects.exclude(pk__in=judged).order_by("pk")]  # the richest first
        self._known: dict[tuple[str, int | None], list[Any]] = {}
        self.inside: dict[str, list[Any]] = {
            "tender": [tender.pk for tender in self.tenders],
            "company": list(Bid.objects.values_list("company", flat=True).distinct()),
            "bid_id": [str(pk) for pk in Bid.objects.values_list("pk", flat=True)],
            "bids": [[str(pk)] for pk in Bid.objects.values_list("pk", flat=True)[:3]],
            "lot": ["L1"], "lots": [["L1"]], "criterion": ["B1", "B2"], "code": ["L1", "B1"],
            "version": [1, 2, 3], "edition": [1], "round": [1],
        }  # fmt: skip

    def ids(self, name: str, tender: int | None) -> list[Any]:
        """At most five, or none where nothing of this name is known."""
        if (name, tender) not in self._known:
            self._known[name, tender] = list(_SOURCES[name](tender))[:5] if name in _SOURCES else []
        return self._known[name, tender]


_SOURCES: dict[str, Callable[[int | None], Any]] = {
    "tender_id": lambda tender: [tender],
    "bid_id": lambda tender: [
        *(() if tender else Draft.objects.values_list("pk", flat=True)[:3]),
        *Bid.objects.filter(**({"tender": tender} if tender else {})).values_list("pk", flat=True)[:3],
    ],
    "object_id": lambda _tender: SealedObject.objects.values_list("pk", flat=True),
    "document_id": lambda tender: OpenedDocument.objects.values_list("pk", flat=True),
    "organization_id": lambda _tender: Organization.objects.filter(kind="municipality").values_list("pk", flat=True),
    "message_id": lambda _tender: Message.objects.values_list("pk", flat=True),
    "upload_id": lambda _tender: Upload.objects.values_list("pk", flat=True),
    "receipt_id": lambda _tender: Receipt.objects.values_list("pk", flat=True),
    "contract_id": lambda _tender: Contract.objects.values_list("pk", flat=True),
    "letter_id": lambda _tender: Letter.objects.values_list("pk", flat=True),
    "set_id": lambda _tender: BenchmarkSet.objects.values_list("pk", flat=True),
    "pilot_id": lambda _tender: Pilot.objects.values_list("pk", flat=True),
    "paper_id": lambda _tender: CouncilPaper.objects.values_list("pk", flat=True),
    "proposal_id": lambda tender: Approval.objects.filter(tender=tender).values_list("pk", flat=True),
    "approval_id": lambda tender: Approval.objects.filter(tender=tender).values_list("pk", flat=True),
    "question_id": lambda tender: Question.objects.filter(tender=tender).values_list("pk", flat=True),
    "slug": lambda _tender: Template.objects.values_list("code", flat=True),
    "lot": lambda _tender: ["L1"],
    "position": lambda _tender: [1],
}


@st.composite
def requests_of(draw: Any, operation: Any, things: Things) -> Sent:
    """Right by the description; then with real ids, and in most cases with something nasty in one place."""
    case = draw(operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    body = case.body if isinstance(case.body, bytes | dict | list | str | int | float | bool) else None
    body = _with_things(draw, body, things)
    query = dict(case.query or {})
    if draw(st.integers(0, 3)):
        body, query = _spoilt(draw, body, query)
    headers = {name: str(value) for name, value in dict(case.headers or {}).items()}
    media_type = case.media_type or ""
    return Sent(
        method=operation.method.upper(),
        path=_path(draw, operation.path, dict(case.path_parameters or {}), things),
        query=query,
        headers={name: value for name, value in headers.items() if _sendable(name, value)},
        media_type=f"{media_type}; boundary={BOUNDARY}" if media_type.startswith("multipart/") else media_type,
        body=body,
        template=operation.path,
    )


def _sendable(name: str, value: str) -> bool:
    """Who asks is the client's business."""
    return name.casefold() not in {"authorization", "cookie"} and value.isascii() and not NOBODY_MAY.search(value)


def _path(draw: Any, template: str, made_up: dict[str, Any], things: Things) -> str:
    tender = draw(st.sampled_from(things.tenders)).pk if "{tender_id}" in template else None
    path = template
    for name in re.findall(r"{(\w+)}", template):
        known = things.ids(name, tender)
        value = draw(st.sampled_from(known)) if known and draw(st.integers(0, 5)) < 5 else made_up[name]
        path = path.replace(f"{{{name}}}", re.sub(r"[^\w.~-]", "_", str(value)) or "_")
    return path


def _with_things(draw: Any, value: Any, things: Things) -> Any:
    if isinstance(value, list):
        return [_with_things(draw, one, things) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: draw(st.sampled_from(things.inside[name]))
        if name in things.inside and draw(st.integers(0, 2)) < 2
        else _with_things(draw, inner, things)
        for name, inner in value.items()
    }


def _spoilt(draw: Any, body: Any, query: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """One place of the body, or one parameter, holds what nobody expects there."""
    if isinstance(body, dict | list) and (places := list(_places(body))):
        return _replaced(body, draw(st.sampled_from(places)), draw(nasty_json())), query
    if query:
        return body, {**query, draw(st.sampled_from(sorted(query))): draw(nasty_text())}
    return body, query


def _places(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in inside:
        yield (*before, name)
        yield from _places(inner, (*before, name))


def _replaced(value: Any, place: tuple[Any, ...], new: Any) -> Any:
    if not place:
        return new
    first, *rest = place
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[first] = _replaced(value[first], tuple(rest), new)
    return copy
