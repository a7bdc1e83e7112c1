"""Bringing bids to light: session key, recovered tender secret, and each bid decrypted and checked by itself.

A bid is opened whole or not at all; what fails is named by a code and never shown. Documents go straight from one
encryption (the tender's) to the other (the store key's); no document is in clear on a disk.
"""

import hashlib
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError, InterfaceError

from bids import intact, keys, receipts, storage
from bids.content import DraftContent
from bids.content_checks import check_complete, check_fits
from bids.envelopes import PRICE, SINGLE, fits
from bids.models import Bid, OpenedDocument, SealedObject
from bids.places import check_manifest, check_place
from bids.receipts import HandedIn
from bids.sealing import (
    FileEntry,
    IntegrityError,
    Manifest,
    OpenedPiece,
    Piece,
    ReleasedPiece,
    SealingError,
    Slot,
    StoreWriter,
    TenderSecret,
    accept_release,
    new_keypair,
    open_manifest,
    open_sealed_into,
    recover_secret,
    unwrap,
    unwrap_clock_share,
    whole_subsets,
    wrap,
)
from bids.sealing.wrapping import decode, encode, public_of
from bids.upload import slot

logger = logging.getLogger(__name__)


class StoreUnwritable(Exception):
    """The place of opened documents takes nothing now: no fault of any bid, so the whole opening waits."""


class Locked(Protocol):
    """What was split among openers and the clock: the seal of a tender, or of a rehearsal."""

    recipient: str
    clock_wrapped: str

    @property
    def scope(self) -> str: ...

    @property
    def generation(self) -> int: ...

    def stored_bodies(self) -> list[dict[str, Any]]: ...


class Session(Protocol):
    """Where openers release their pieces: an opening, or a rehearsal of one."""

    session_wrapped: str
    releases: Any

    @property
    def pk(self) -> Any: ...

    @property
    def session_info(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class OpenedFile:
    """A document in the opened store: its row id, note of the manifest, and path under OPENED_DIR."""

    id: str
    entry: FileEntry
    path: str


@dataclass(frozen=True)
class OpenedBid:
    """What one bid turned out to be: a content with documents, or `problem`, the code of what is wrong.

    `mendable`: the fault lies with what is stored here, so that it may open once that is restored.
    """

    content: DraftContent | None = None
    files: tuple[OpenedFile, ...] = ()
    problem: str = ""
    failed_object: str = ""
    mendable: bool = False


@dataclass
class OpenedBids:
    """Decrypted bids by id; `discard` takes their documents away again when they were not recorded."""

    by_id: dict[Any, OpenedBid] = field(default_factory=dict)

    def discard(self) -> None:
        """Removes the documents of all of them."""
        for bid in self.by_id.values():
            remove_files(bid.files)


def new_session_key(session: Session) -> str:
    """Makes the session's key and returns its secret wrapped to the platform key; nothing else keeps it."""
    _public, secret = new_keypair()
    return encode(wrap(secret, keys.platform_key().public, session.session_info))


def session_public(session: Session) -> str:
    """The session's base64 public key, to which openers wrap their pieces."""
    return public_of(_session_secret(session))


def stored_pieces(seal: Locked) -> list[Piece]:
    """All pieces of the seal; empty after they were erased."""
    return [Piece.from_json(body) for body in seal.stored_bodies()]


def check_release(session: Session, seal: Locked, opener: str, released: Iterable[dict[str, Any]]) -> None:
    """SealingError or WrongPiece unless these are the opener's own pieces, all of them, for this session."""
    pieces = stored_pieces(seal)
    handed = [ReleasedPiece.from_json(item) for item in released]
    accept_release(handed, pieces, opener, session=str(session.pk), session_secret=_session_secret(session))
    expected = {piece.subset for piece in pieces if piece.opener == opener}
    if {item.subset for item in handed} != expected or not expected:
        raise SealingError("not all pieces of this opener were handed over")


def recover(session: Session, seal: Locked) -> TenderSecret:
    """The tender's secret from the released pieces and the clock share. The caller has checked time and persons."""
    subsets = list(whole_subsets(_released(session, seal)))
    if not subsets:
        raise SealingError("the released pieces do not complete a group")
    share = unwrap_clock_share(
        decode(seal.clock_wrapped, "clock share"),
        keys.platform_key().secret,
        tender=seal.scope,
        generation=seal.generation,
    )
    for subset in subsets[:-1]:  # pieces split anew later could not be compared with the secret: another group may fit
        with suppress(SealingError):
            return recover_secret(subset, share, seal.recipient)
    return recover_secret(subsets[-1], share, seal.recipient)


def open_bid(bid: Bid, secret: TenderSecret, envelope: str = SINGLE) -> OpenedBid:
    """Decrypts and checks one envelope of a bid; a fault of any part makes the whole bid damaged.

    Nothing about one bid stops the others: only a store or a database that takes nothing does (StoreUnwritable,
    DatabaseError).
    """
    files: list[OpenedFile] = []
    current = ""
    try:
        row = SealedObject.objects.get(bid=bid, kind="manifest", envelope=envelope)
        current = str(row.pk)
        receipted = receipts.handed_in(bid)
        place, manifest = _open_manifest(bid, row, secret, receipted)
        content = _content(bid, manifest, envelope)
        check_manifest(place, manifest, content)
        _check_listed(bid, manifest, envelope, receipted)
        for entry in manifest.files:
            current = entry.object
            files.append(_open_file(bid, entry, secret, envelope, receipted))
    except Exception as error:
        remove_files(files)
        problem = _problem(bid, error)
        return OpenedBid(problem=problem, failed_object=current, mendable=intact.is_mendable(bid, envelope, problem))
    return OpenedBid(content=content, files=tuple(files))


def _problem(bid: Bid, error: Exception) -> str:
    """The code of what is wrong with a bid; raises what is no matter of this bid."""
    if isinstance(error, StoreUnwritable | DatabaseError | InterfaceError):
        raise error
    if isinstance(error, IntegrityError):
        return error.code
    if isinstance(error, FileNotFoundError | SealedObject.DoesNotExist):
        return "missing"
    if isinstance(error, OSError):
        return "unreadable"
    logger.error("bid %s could not be read: %s", bid.pk, type(error).__name__)  # its text may hold a part of the bid
    return "unread"


def read_document(document: OpenedDocument) -> Iterator[bytes]:
    """Plain chunks of an opened document. Callers have checked who reads; IntegrityError when it was changed."""
    with storage.open_opened_file(document.path) as stored:
        yield from keys.store_key().read(stored, _opened_context(str(document.pk)))


def remove_files(files: Iterable[OpenedFile]) -> None:
    """Removes opened documents that were not recorded."""
    for file in files:
        storage.remove(settings.OPENED_DIR, file.path)


def _released(session: Session, seal: Locked) -> Iterator[OpenedPiece]:
    secret, pieces = _session_secret(session), stored_pieces(seal)
    for release in session.releases.all():
        handed = [ReleasedPiece.from_json(item) for item in release.pieces]
        opener = handed[0].opener if handed else str(release.opener_id)
        yield from accept_release(handed, pieces, opener, session=str(session.pk), session_secret=secret)


def _session_secret(session: Session) -> bytes:
    return unwrap(decode(session.session_wrapped, "session key"), keys.platform_key().secret, session.session_info)


def _open_manifest(
    bid: Bid, row: SealedObject, secret: TenderSecret, receipted: HandedIn | None
) -> tuple[Slot, Manifest]:
    """The manifest this version was receipted for, and its place; another one of the company is no stand-in."""
    _require_receipted(receipted, str(row.pk), row.sha256)
    with storage.open_sealed_file(row.path) as file:
        data = file.read()
    if hashlib.sha256(data).hexdigest() != row.sha256:
        raise IntegrityError("hash", "the stored manifest is not the receipted one")
    place, manifest = open_manifest(secret.secret, data)
    check_place(place, bid, str(row.pk), row.envelope, bound=receipted is not None and receipted.bound)
    return place, manifest


def _require_receipted(receipted: HandedIn | None, object_id: str, sha256: str) -> None:
    """An object of an earlier version, or a row pointed at other bytes, is not what was handed in."""
    if receipted is not None and receipted.objects.get(object_id) != sha256:
        raise IntegrityError("replayed", "the receipt of this version names another object")


def _check_listed(bid: Bid, manifest: Manifest, envelope: str, receipted: HandedIn | None) -> None:
    """The documents inside are those of the receipt: a manifest sealed elsewhere may name others, or hide some."""
    if receipted is None:
        return
    if {entry.object for entry in manifest.files} != receipts.documents_of(bid, receipted.objects, envelope):
        raise IntegrityError("files", "the manifest lists other documents than the receipt")


def _content(bid: Bid, manifest: Manifest, envelope: str) -> DraftContent:
    """What a bidder's side sealed was not checked before: it must be as complete as a draft that the server seals."""
    check = check_fits if bid.sealed_at == "server" else check_complete
    try:
        content = DraftContent.from_manifest(manifest.content, manifest.declarant)
        check(content, bid.tender)
    except ValidationError as error:
        raise IntegrityError("manifest", "the bid does not fit the tender") from error
    if not fits(content, envelope, bid.tender):
        raise IntegrityError("envelope", "this part holds what belongs into the other envelope")
    if envelope == PRICE and content.chosen_lots().keys() != set(bid.lot_bids.values_list("lot__code", flat=True)):
        raise IntegrityError("envelope", "prices and quality are not for the same lots")
    return content


def _open_file(
    bid: Bid, entry: FileEntry, secret: TenderSecret, envelope: str, receipted: HandedIn | None
) -> OpenedFile:
    """From the sealed store to the opened one; hashes of both sides are compared with receipt and manifest."""
    row = SealedObject.objects.get(pk=entry.object, draft_id=bid.draft_id, kind="document")
    _require_receipted(receipted, entry.object, row.sha256)
    identifier = str(uuid4())
    with _storing():
        store, new = keys.store_key(), storage.NewFile(settings.OPENED_DIR)
    try:
        with _storing():
            writer = store.writer(new.file, _opened_context(identifier))
        with storage.open_sealed_file(row.path) as sealed:
            tap = _HashingSource(sealed)
            place = slot(bid.tender_id, bid.company_id, str(bid.draft_id), entry.object, envelope)
            sha256 = open_sealed_into(secret.secret, tap, _Sink(writer), place, entry.size)  # type: ignore[arg-type]  # the three methods used
        if sha256 != entry.sha256_plain or tap.sha.hexdigest() != row.sha256:
            raise IntegrityError("hash", "the document is not the receipted one")
        with _storing():
            writer.close()
            return OpenedFile(identifier, entry, new.finish())
    except BaseException:
        with suppress(OSError):  # what is still buffered may not find a place either
            new.discard()
        raise


@contextmanager
def _storing() -> Iterator[None]:
    """What fails here is the opened store, never the bid."""
    try:
        yield
    except Exception as error:
        raise StoreUnwritable(type(error).__name__) from error


def _opened_context(identifier: str) -> str:
    return f"opened:{identifier}"


class _HashingSource:
    """A sealed file that is hashed while it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self.sha = hashlib.sha256()
        self._file = file

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.sha.update(data)
        return data


class _Sink:
    """The opened store as a stream that only grows."""

    def __init__(self, writer: StoreWriter) -> None:
        self._writer = writer

    def seekable(self) -> bool:
        return False

    def write(self, data: bytes | memoryview) -> int:
        with _storing():
            return self._writer.write(bytes(data))
