"""Resumable upload: the part of tus 1.0.0 that sealed documents need (creation, checksum, termination, expiration).

Every chunk carries its SHA-256 and lies on disk before it is acknowledged; after a cut the client asks and goes on.
Only own uploads exist: every other id is 404. Source: https://tus.io/protocols/resumable-upload
"""

import base64
import binascii
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.http import http_date
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from accounts.api.problems import problem
from accounts.decision import RefusedError
from bids import actions
from bids.actions.uploads import CHUNK_LIMIT, OVERHEAD, Announced, BusyError, DamagedError, OutOfTurnError
from bids.api.views import RawParser, SignedInView
from bids.first_look import DOUBTS
from bids.models import Upload

TUS = {"Tus-Resumable": "1.0.0", "Cache-Control": "no-store"}
OFFERED = {
    "Tus-Version": "1.0.0",
    "Tus-Extension": "creation,checksum,termination,expiration",
    "Tus-Checksum-Algorithm": "sha256",
}
STATUS = {"too_large": 413, "quota": 429}  # what tus clients understand
CHUNK_TYPE = "application/offset+octet-stream"


class UploadAnswer(serializers.Serializer[dict[str, Any]]):
    """Where an upload stands."""

    id = serializers.UUIDField()
    object = serializers.UUIDField()
    draft = serializers.UUIDField()
    size = serializers.IntegerField()
    offset = serializers.IntegerField()
    complete = serializers.BooleanField()
    expires_at = serializers.DateTimeField()


class ArrivedRequest(serializers.Serializer[dict[str, Any]]):
    """Name and true size of a document that was sealed by the client; they stay in the encrypted draft."""

    name = serializers.CharField(max_length=1000)
    role = serializers.CharField(max_length=200, allow_blank=True, required=False, default="")
    size = serializers.IntegerField(min_value=1, max_value=2**40)
    sha256_plain = serializers.RegexField(r"\A[0-9a-f]{64}\Z")
    doubts = serializers.ListField(
        child=serializers.ChoiceField(choices=[*DOUBTS]), max_length=len(DOUBTS), required=False,
        help_text="What your program found wrong with the clear file; shown to you with the document, never sealed",
    )  # fmt: skip


class UploadListView(SignedInView):
    """What the server offers, and new uploads."""

    parser_classes = (RawParser,)

    @extend_schema(operation_id="uploads_options", request=None, responses={204: None})
    def options(  # type: ignore[override]  # Django REST framework hands over its own request
        self, request: Request, *args: Any, **kwargs: Any
    ) -> Response:
        """Protocol, extensions and the largest file."""
        most = int(settings.BID_FILE_LIMIT * OVERHEAD)
        return Response(status=204, headers={**TUS, **OFFERED, "Tus-Max-Size": str(most)})

    @extend_schema(
        operation_id="uploads_create",
        request=None,
        parameters=[
            OpenApiParameter("Upload-Length", int, OpenApiParameter.HEADER, required=True),
            OpenApiParameter("Upload-Metadata", str, OpenApiParameter.HEADER, required=True,
                             description="draft, object and sha256 of the sealed file; name, role, size and "
                             "sha256_plain of the document if it shall be in the draft at once, with doubts (codes "
                             "with spaces between) if there are any; sealed_at client for an own program; values in "
                             "base64"),
        ],
        responses={201: UploadAnswer, 409: OpenApiResponse(description="Not now"), 413: None, 429: None},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Announce a sealed file. Its hash and size are kept as evidence from this moment on."""
        given = _metadata(request.headers.get("Upload-Metadata", ""))
        size = _whole_number(request, "Upload-Length")
        announced = Announced(_uuid(given, "object"), size, _hash(given), _named(given), _where(given))
        try:
            upload = actions.announce_upload(actor=self.actor, draft_id=_uuid(given, "draft"), announced=announced)
        except RefusedError as error:
            if (code := error.refused.code) in STATUS:
                return _with_protocol(problem(STATUS[code], code, str(error.refused.sentence)))
            raise
        place = reverse("api_upload", args=[upload.pk], request=request)
        return Response(_state(upload), status=201, headers={**TUS, **_expires(upload), "Location": place})


class UploadView(SignedInView):
    """One own upload."""

    parser_classes = (RawParser,)

    @extend_schema(operation_id="uploads_read", responses=UploadAnswer)
    def get(self, request: Request, upload_id: UUID) -> Response:
        """Where it stands; HEAD gives the same in the headers of tus."""
        upload = actions.own_upload(self.actor, upload_id)
        place = {"Upload-Offset": str(upload.offset), "Upload-Length": str(upload.size)}
        return Response(_state(upload), headers={**TUS, **_expires(upload), **place})

    @extend_schema(
        operation_id="uploads_chunk",
        request={CHUNK_TYPE: OpenApiTypes.BINARY},
        parameters=[
            OpenApiParameter("Upload-Offset", int, OpenApiParameter.HEADER, required=True),
            OpenApiParameter("Upload-Checksum", str, OpenApiParameter.HEADER, required=True,
                             description="sha256 and the base64 of the chunk's digest"),
        ],
        responses={204: None, 409: OpenApiResponse(description="Another offset, or not now"), 413: None, 415: None,
                   423: None, 460: OpenApiResponse(description="The chunk came damaged")},
    )  # fmt: skip
    def patch(self, request: Request, upload_id: UUID) -> Response:
        """Send the next chunk, at most 4 MiB. It counts once this is answered."""
        if (request.content_type or "").split(";")[0].strip() != CHUNK_TYPE:
            return problem(415, "media_type", _("Send chunks as %(type)s.") % {"type": CHUNK_TYPE})
        offset, checksum = _whole_number(request, "Upload-Offset"), _checksum(request)
        actions.own_upload(self.actor, upload_id)
        data = request._request.read(CHUNK_LIMIT + 1)
        if len(data) > CHUNK_LIMIT:
            return problem(413, "chunk_too_large", _("A chunk has at most 4 MiB."))
        try:
            upload = actions.take_chunk(
                actor=self.actor, upload_id=upload_id, offset=offset, data=data, sha256=checksum
            )
        except OutOfTurnError as error:
            answer = problem(409, "offset", _("This upload stands at %(offset)s.") % {"offset": error.offset})
            answer["Upload-Offset"] = str(error.offset)
            return _with_protocol(answer)
        except DamagedError:
            return _with_protocol(problem(460, "checksum", _("The chunk came damaged. Send it again.")))
        except BusyError:
            return _with_protocol(problem(423, "busy", _("Another chunk is being written. Ask again in a moment.")))
        return Response(status=204, headers={**TUS, **_expires(upload), "Upload-Offset": str(upload.offset)})

    @extend_schema(operation_id="uploads_remove", responses={204: None})
    def delete(self, request: Request, upload_id: UUID) -> Response:
        """Give an unfinished upload up."""
        actions.remove_upload(actor=self.actor, upload_id=upload_id)
        return Response(status=204, headers=TUS)


class ArrivedView(SignedInView):
    """A sealed document that has arrived becomes part of the draft."""

    @extend_schema(operation_id="bids_document_arrived", request=ArrivedRequest, responses={200: None})
    def put(self, request: Request, bid_id: UUID, object_id: UUID) -> Response:
        """Name it. Repeating the request changes nothing."""
        wanted = ArrivedRequest(data=request.data)
        wanted.is_valid(raise_exception=True)
        item = actions.attach_arrived(
            actor=self.actor, draft_id=bid_id, object_id=object_id, note=dict(wanted.validated_data)
        )
        return Response({"object": str(item.pk), "size": item.size, "sha256": item.sha256})


def _state(upload: Upload) -> dict[str, Any]:
    return dict(
        UploadAnswer(
            {
                "id": upload.pk,
                "object": upload.object_id,
                "draft": upload.draft_id,
                "size": upload.size,
                "offset": upload.offset,
                "complete": upload.ended == "complete",
                "expires_at": upload.expires_at,
            }
        ).data
    )


def _expires(upload: Upload) -> dict[str, str]:
    return {"Upload-Expires": http_date(upload.expires_at.timestamp())}


def _with_protocol(answer: Response) -> Response:
    for name, value in TUS.items():
        answer[name] = value
    return answer


def _metadata(header: str) -> dict[str, str]:
    """Pairs "key base64" separated by commas; ValidationError naming the header."""
    found = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        key, _space, value = pair.partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise _fault("Upload-Metadata", _("Send each value in base64.")) from None
    return found


def _uuid(given: dict[str, str], key: str) -> UUID:
    try:
        return UUID(given.get(key, ""))
    except ValueError:
        raise _fault("Upload-Metadata", _("Give %(key)s as a UUID.") % {"key": key}) from None


def _named(given: dict[str, str]) -> dict[str, Any] | None:
    """Name, role, true size and hash of the document, where the client says them at once."""
    if "name" not in given:
        return None
    wanted = ArrivedRequest(
        data={key: given.get(key, "") for key in ("name", "role", "sha256_plain")}
        | {"size": given.get("size"), "doubts": given.get("doubts", "").split()}
    )
    wanted.is_valid(raise_exception=True)
    return dict(wanted.validated_data)


def _where(given: dict[str, str]) -> str:
    """Where the file was sealed: "browser" unless a program says "client"."""
    where = given.get("sealed_at", "browser")
    if where not in {"browser", "client"}:
        raise _fault("Upload-Metadata", _("Say “browser” or “client”."))
    return where


def _hash(given: dict[str, str]) -> str:
    value = given.get("sha256", "")
    if len(value) != 64 or not set(value) <= set("0123456789abcdef"):
        raise _fault("Upload-Metadata", _("Give sha256 as 64 hexadecimal digits."))
    return value


def _whole_number(request: Request, name: str) -> int:
    text = request.headers.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise _fault(name, _("Must be a whole number."))
    return int(text)


def _checksum(request: Request) -> bytes:
    kind, _space, value = request.headers.get("Upload-Checksum", "").partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except binascii.Error:
        digest = b""
    if kind != "sha256" or len(digest) != 32:
        raise _fault("Upload-Checksum", _("Send sha256 and the base64 of the chunk's digest."))
    return digest


def _fault(name: str, text: str) -> ValidationError:
    return ValidationError({name: [text]})
