"""Documents are sealed while they arrive: the first byte already goes through encryption, nothing clear touches a disk.

Two ways in: `SealingUploadHandler` for multipart forms, `seal_stream` for raw bodies of the API. A form view is wrapped
in `sealing_form`, because the handler must stand before anything reads `request.POST`, and the CSRF check reads it.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol
from uuid import uuid4

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from accounts.decision import refuse
from bids.envelopes import SINGLE
from bids.first_look import NOTHING, Look, Seen
from bids.models import Draft, TenderSeal
from bids.receipts import ALL_LOTS
from bids.sealing import Sealed, Slot, StreamSealer
from bids.storage import NewFile

CHUNK: Final = 1 << 18


@dataclass(frozen=True)
class SealedUpload:
    """A document as stored: the object id and envelope it is bound to, path under SEALED_DIR, sizes and hashes.

    `seen` is what a look at the passing bytes found; it lives as long as the request.
    """

    object_id: str
    path: str
    sealed: Sealed
    envelope: str = SINGLE
    seen: Seen = NOTHING


class SealedUploadedFile(UploadedFile):
    """What the form sees instead of a file: its name and `stored`, never its bytes."""

    def __init__(self, name: str, stored: SealedUpload) -> None:
        super().__init__(io.BytesIO(), name, size=stored.sealed.size_plain)
        self.stored = stored


class Source(Protocol):
    """Anything with a body to read."""

    def read(self, size: int = ..., /) -> bytes: ...


class DocumentSealer:
    """One document on its way: `write` chunks, then `finish`; `abort` leaves nothing behind. Size limit in bytes."""

    def __init__(
        self, draft: Draft, recipient: str, object_id: str | None = None, envelope: str = SINGLE
    ) -> None:  # fmt: skip
        self.object_id, self.envelope = object_id or str(uuid4()), envelope
        self._new = NewFile(settings.SEALED_DIR)
        self._sealer = StreamSealer(document_slot(draft, self.object_id, envelope), recipient, self._new.file)
        self._size = 0
        self._look = Look()

    def write(self, chunk: bytes) -> None:
        """Takes the next bytes; refuses (too_large) beyond BID_FILE_LIMIT."""
        self._size += len(chunk)
        if self._size > settings.BID_FILE_LIMIT:
            limit = settings.BID_FILE_LIMIT // 1_000_000
            refuse("too_large", _("A file may have at most %(limit)s MB.") % {"limit": limit})
        self._look.feed(chunk)
        self._sealer.write(chunk)

    def finish(self) -> SealedUpload:
        """Ends the sealed object and makes it durable; refuses (empty_file) when nothing came."""
        if not self._size:
            refuse("empty_file", _("The file is empty."))
        sealed = self._sealer.close()
        return SealedUpload(self.object_id, self._new.finish(), sealed, self.envelope, self._look.seen())

    def abort(self) -> None:
        """Gives up."""
        self._sealer.abort()
        self._new.discard()


class SealingUploadHandler(FileUploadHandler):
    """Django upload handler of one draft: every file of the form becomes a sealed object."""

    chunk_size = CHUNK

    def __init__(self, request: HttpRequest, draft: Draft, seal: TenderSeal) -> None:
        super().__init__(request)
        self._draft = draft
        self._seal = seal
        self._current: DocumentSealer | None = None
        self.finished: list[SealedUpload] = []

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if len(self.finished) >= settings.BID_FILE_COUNT_LIMIT:
            refuse("too_many_files", _("There are too many files in this form."))
        self._current = DocumentSealer(self._draft, self._seal.recipient, envelope=self._seal.envelope)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Seals the chunk; None keeps it from every other handler."""
        assert self._current
        self._current.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile:
        assert self._current
        stored = self._current.finish()
        self._current = None
        self.finished.append(stored)
        return SealedUploadedFile(self.file_name or "", stored)

    def upload_interrupted(self) -> None:
        """Removes the unfinished object. Django does not call this when a client vanishes: `sealing_form` does."""
        if self._current:
            self._current.abort()
            self._current = None


def document_slot(draft: Draft, object_id: str, envelope: str = SINGLE) -> Slot:
    """The place of a document of this draft."""
    return slot(draft.tender_id, draft.company_id, str(draft.pk), object_id, envelope)


def slot(tender_id: int, company_id: int, draft_id: str, object_id: str, envelope: str = SINGLE) -> Slot:
    """The place of any object of a bid: one bid covers all lots, in a single envelope or in two."""
    return Slot(str(tender_id), ALL_LOTS, envelope, str(company_id), draft_id, object_id)


def seal_stream(
    source: Source, expected: int | None, draft: Draft, recipient: str, object_id: str | None = None,
    envelope: str = SINGLE,
) -> SealedUpload:  # fmt: skip
    """Seals a raw body to its end. `expected` is the announced length in bytes: a shorter body is refused."""
    sealer = DocumentSealer(draft, recipient, object_id, envelope)
    received = 0
    try:
        while chunk := source.read(CHUNK):
            received += len(chunk)
            sealer.write(chunk)
        if expected is not None and received != expected:
            refuse("incomplete", _("The file did not arrive completely. Please send it again."))
        return sealer.finish()
    except BaseException:
        sealer.abort()
        raise


FormView = Callable[..., HttpResponse]


def sealing_form(prepare: Callable[..., tuple[Draft, TenderSeal]]) -> Callable[[FormView], FormView]:
    """Wraps a form view: `prepare(request, **kwargs)` gives the draft and the seal, or raises (Http404, refusal).

    The handler is set first, then the CSRF check runs, then the view. Whatever ends the request early, no part stays.
    """

    def decorate(view: FormView) -> FormView:
        protected = csrf_protect(view)

        @csrf_exempt
        @functools.wraps(view)
        def outer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method != "POST":
                return protected(request, *args, **kwargs)
            draft, seal = prepare(request, *args, **kwargs)
            handler = SealingUploadHandler(request, draft, seal)
            request.upload_handlers = [handler]
            try:
                return protected(request, *args, **kwargs)
            finally:
                handler.upload_interrupted()

        return outer

    return decorate
