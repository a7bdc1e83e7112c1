"""The opening: one member of the opening group starts it, each releases the own pieces, the last one opens.

Not before deadline and guard, by different people, within fifteen minutes. Until the last release nobody sees a number
or a name. Decryption runs outside the transaction; recording is one transaction under the tender's lock, so that a
second worker or a repeated attempt finds either everything or nothing.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, clock
from accounts.decision import RefusedError, refuse
from accounts.models import OpenerKey, User
from bids import keys, opening, storage
from bids.actions import records, trail
from bids.actions.mending_told import tell_damaged
from bids.actions.opening_access import (
    ASSISTED_OFF,
    NO_KEY,
    WRONG_PIECE,
    key_for,
    require_opener,
)
from bids.actions.opening_failure import PIECES_WRONG, end_failed, erase_session, record_failure
from bids.actions.opening_time import AFTERWARDS, OF_PRICES, kind_to_open, require_time, to_open
from bids.actions.seal import current_seal, current_seals
from bids.envelopes import PRICE
from bids.models import Bid, BidQuerySet, OpeningRelease, OpeningSession, RecoveryUse, SealPiece, TenderSeal
from bids.sealing import SealingError, WrongPassSentence, WrongPiece
from bids.sealing import release_pieces as wrap_pieces
from bids.sealing.wrapping import encode
from tendering.actions import mark_opened, mark_prices_opened
from tendering.lifecycle import Status
from tendering.locking import lock_tender_at
from tendering.models import ConflictDeclaration, Tender

SESSION_LIFE: Final = timedelta(minutes=15)
MOST_ATTEMPTS: Final = 5
NOT_STORED: Final = gettext_lazy(
    "This server cannot store the opened bids now. Nothing was opened and nothing is lost: tell the operator, then go "
    "on here."
)


def start_opening(*, actor: User, tender_id: int) -> OpeningSession:
    """The running session of this tender, or a new one. Refuses before deadline and guard, and for everybody else.

    What an opener tried too early stands in the trail.
    """
    with audit.in_transaction():
        tender, now = lock_tender_at(tender_id)
        require_opener(actor, tender)
        kind = kind_to_open(tender)
        try:
            require_time(tender, now, kind)
        except RefusedError as error:
            refusal = error
            # not anchored in the bids' trail: its head would tell readers of the tender's that bids arrived
            audit.record(tender.chain, "opening.refused", actor=actor, at=now, subject=f"tender:{tender.pk}",
                         data={"code": error.refused.code, "kind": kind})  # fmt: skip
        else:
            return session_for(tender, kind, actor, now)
    raise refusal


def release_pieces(*, actor: User, session_id: UUID | str, pass_sentence: str) -> OpeningSession:
    """Unlocks the actor's key with the sentence for this one release and hands the pieces over; the k-th opens.

    A wrong sentence is refused, counted and recorded (without the sentence); after five no more is tried.
    """
    session = _own_session(actor, session_id)
    if not keys.assisted_allowed(session.tender.buyer):
        refuse("assisted_off", ASSISTED_OFF, 403)
    if session.completed_at:
        return session
    _require_own_part_only(session, actor)
    if not has_released(session, actor) and _count_attempt(actor, session):
        pieces = _unlocked(actor, session, pass_sentence)
        record_release(actor, session, pieces, "server")
    return open_if_complete(actor, session)


def release_task(*, actor: User, session_id: UUID | str) -> dict[str, Any]:
    """What the opener's browser needs to release: {"session", "session_public", "opener", "locked", "pieces"}.

    `locked` is the person's own locked key.
    """
    session = _own_session(actor, session_id)
    tender = session.tender
    _require_running(session, tender, clock.now())
    require_no_conflict(actor, tender)
    _require_own_part_only(session, actor)
    key = key_for(actor, seal_of(session))
    if key is None:
        refuse("no_key", NO_KEY)
    pieces = SealPiece.objects.filter(seal=seal_of(session), key=key).exclude(body={})
    return {
        "session": str(session.pk),
        "session_public": opening.session_public(session),
        "opener": key.identifier,
        "locked": encode(bytes(key.locked)),
        "pieces": list(pieces.values_list("body", flat=True)),
    }


def hand_over_pieces(*, actor: User, session_id: UUID | str, pieces: list[dict[str, Any]]) -> OpeningSession:
    """As `release_pieces`, with pieces that the opener's own browser unlocked and wrapped to the session's key."""
    session = _own_session(actor, session_id)
    if session.completed_at:
        return session
    _require_own_part_only(session, actor)
    if not has_released(session, actor):
        seal = seal_of(session)
        key = key_for(actor, seal)
        if key is None:
            refuse("no_key", NO_KEY)
        try:
            opening.check_release(session, seal, key.identifier, pieces)
        except SealingError:
            raise ValidationError({"pieces": [_("These are not your pieces for this opening.")]}) from None
        record_release(actor, session, pieces, "browser")
    return open_if_complete(actor, session)


def resume_opening(*, actor: User, tender_id: int) -> OpeningSession | None:
    """Goes on with an opening that a stopped process left after the last release; None when none waits."""
    tender = Tender.objects.select_related("buyer").filter(pk=tender_id).first()
    if tender is None:
        raise Http404
    require_opener(actor, tender)
    waiting = [session for session in unfinished(tender) if is_complete(session)]
    return open_if_complete(actor, waiting[-1]) if waiting else None


def resume_all(now: datetime) -> int:
    """A job: every opening that a stopped process left goes on; how many were completed."""
    done = 0
    for session in OpeningSession.objects.filter(completed_at=None).exclude(session_wrapped=""):
        if not is_complete(session) or session.started_at >= now:
            continue
        if not is_running(session, now):
            end_failed(session)
            continue
        last = session.releases.select_related("opener").last()
        assert last is not None
        with suppress(RefusedError):  # it is recorded; the others go on
            done += open_if_complete(last.opener, session).completed_at is not None
    return done


def unfinished(tender: Tender) -> list[OpeningSession]:
    """Sessions of the tender that still have their key."""
    return list(OpeningSession.objects.filter(tender=tender, completed_at=None).exclude(session_wrapped=""))


def is_complete(session: OpeningSession) -> bool:
    """Whether enough people have released: then it no longer expires, and only has to be carried out."""
    return session.releases.exclude(pieces=[]).count() >= seal_of(session).needed


def is_running(session: OpeningSession, now: datetime) -> bool:
    """Whether parts are still taken, or all are there and the bids are about to be opened.

    Where enough parts opened nothing, it ends after its quarter of an hour like one that was left.
    """
    waits = is_complete(session) and not session.failure
    return bool(session.session_wrapped) and (now < session.started_at + SESSION_LIFE or waits)


def session_for(tender: Tender, kind: str, actor: User, now: datetime) -> OpeningSession:
    """The session of this kind that still runs, else a new one; an expired one loses its key and releases."""
    for session in OpeningSession.objects.filter(tender=tender, kind=kind, completed_at=None):
        if is_running(session, now):
            return session
        erase_session(session)
    session = OpeningSession(tender=tender, kind=kind, started_at=now, started_by=actor)
    session.session_wrapped = opening.new_session_key(session)
    session.full_clean()
    session.save(force_insert=True)
    trail.record_for_tender(
        tender, "opening.started", actor=actor, at=now, data={"session": str(session.pk), "kind": kind}
    )
    return session


def open_if_complete(actor: User, session: OpeningSession) -> OpeningSession:
    """Opens when enough people have released; called again after a crash it goes on where it stood."""
    session.refresh_from_db()
    seal = seal_of(session)
    if session.completed_at or session.releases.count() < seal.needed:
        return session
    tender = Tender.objects.select_related("buyer").get(pk=session.tender_id)
    try:
        _require_running(session, tender, clock.now())
        secret = opening.recover(session, seal)
    except RefusedError as error:
        record_failure(actor, session, error.refused.code)
        raise
    except WrongPiece as error:
        person = sender_of(session, error.opener_id)
        record_failure(actor, session, "wrong_piece", person)
        refuse("wrong_piece", WRONG_PIECE % {"person": person})
    except SealingError:
        session.refresh_from_db()
        if session.completed_at:  # another worker was first and has destroyed the session's key
            return session
        record_failure(actor, session, "pieces_wrong")
        refuse("pieces_wrong", PIECES_WRONG)
    opened = opening.OpenedBids()
    try:
        for bid in bids_to_open(session, tender):
            opened.by_id[bid.pk] = opening.open_bid(bid, secret, seal.envelope)
        with audit.in_transaction():
            done = _record_opening(actor, session, seal, opened, secret)
    except opening.StoreUnwritable:
        opened.discard()
        refuse("not_stored", NOT_STORED)
    except BaseException as error:
        if not storage.may_be_recorded(error):
            opened.discard()
        raise
    if not done:
        opened.discard()
    session.refresh_from_db()
    return session


def bids_to_open(session: OpeningSession, tender: Tender) -> BidQuerySet:
    """What this session opens, in the order of arrival."""
    return to_open(tender, session.kind).select_related("tender__buyer", "company").order_by("received_at", "pk")


def seal_of(session: OpeningSession) -> TenderSeal:
    """The seal of the round and envelope that is being opened."""
    return current_seal(session.tender, PRICE if session.kind in OF_PRICES else "")


def erase_seal_if_done(tender: Tender, seal: TenderSeal) -> None:
    """Destroys pieces and clock share once no bid of the round may still be opened: the rest stays sealed for good."""
    if not _is_needed(tender, seal):
        erase_seals([seal])


def _is_needed(tender: Tender, seal: TenderSeal) -> bool:
    """Whether a late bid may still be admitted, or one that could not be opened may be restored."""
    live = Bid.objects.live().filter(tender=tender, round=seal.generation)
    if seal.envelope == PRICE:
        return live.mendable().filter(opened_at__isnull=False).exists()
    late = live.filter(opened_at=None, damaged_at=None, is_late=True)
    return live.mendable().filter(opened_at=None).exists() or any(records.may_still_be_opened(bid) for bid in late)


def erase_seals(seals: list[TenderSeal]) -> None:
    """Destroys pieces and clock shares: what has not been opened stays sealed for good."""
    SealPiece.objects.filter(seal__in=seals).update(body={})
    TenderSeal.objects.filter(pk__in=[seal.pk for seal in seals]).update(clock_wrapped="", clock_escrow="")


def _require_running(session: OpeningSession, tender: Tender, now: datetime) -> None:
    if not is_running(session, now):
        text = gettext_lazy(
            "This opening has expired after 15 minutes. Please start it again; both of you release again."
        )
        refuse("session_expired", text)
    if session.kind not in AFTERWARDS:
        require_time(tender, now, session.kind)
    elif tender.status(now) != Status.EVALUATION:
        refuse("not_now", gettext_lazy("Late and restored bids are opened between opening and award."))


def sender_of(session: OpeningSession, identifier: str) -> str:
    """The person whose released part is the wrong one."""
    piece = SealPiece.objects.filter(seal=seal_of(session), body__opener=identifier).select_related("key__user").first()
    return piece.key.holder if piece else identifier


def _own_session(actor: User, session_id: UUID | str) -> OpeningSession:
    session = OpeningSession.objects.select_related("tender__buyer").filter(pk=session_id).first()
    if session is None:
        raise Http404
    require_opener(actor, session.tender)
    return session


def has_released(session: OpeningSession, actor: User) -> bool:
    """Whether the person has released a part in this opening: the own one or a recovery key's, never both."""
    return session.releases.filter(opener=actor).exists()


def _require_own_part_only(session: OpeningSession, actor: User) -> None:
    if session.releases.filter(opener=actor, recovery_use__isnull=False).exists():
        text = gettext_lazy(
            "You have released the part of the recovery key. The own part must come from another person."
        )
        refuse("two_parts", text, 403)


def _count_attempt(actor: User, session: OpeningSession) -> bool:
    """Counts before it is tried, under lock, so that parallel guessing gains nothing. False: opened meanwhile."""
    with audit.in_transaction():
        tender, now = lock_tender_at(session.tender_id)
        current = OpeningSession.objects.select_for_update().get(pk=session.pk)
        if current.completed_at:
            return False
        _require_running(current, tender, now)
        require_no_conflict(actor, tender)
        tried = current.attempts.get(str(actor.pk), 0)
        if tried >= MOST_ATTEMPTS:
            text = gettext_lazy(
                "Too many wrong pass sentences. Another person may release, or start again in 15 minutes."
            )
            refuse("too_many_attempts", text, 403)
        current.attempts = {**current.attempts, str(actor.pk): tried + 1}
        current.save(update_fields=["attempts"])
    return True


def require_no_conflict(actor: User, tender: Tender) -> None:
    """Whoever opens has declared to have no conflict of interest."""
    declaration = ConflictDeclaration.objects.filter(tender=tender, user=actor).first()
    if declaration is None:
        text = gettext_lazy("Before you open bids, please declare whether you have a conflict of interest.")
        refuse("declaration_missing", text)
    if declaration.conflict:
        refuse("conflict", gettext_lazy("You declared a conflict of interest, so you cannot open these bids."), 403)


def _unlocked(actor: User, session: OpeningSession, pass_sentence: str) -> list[dict[str, Any]]:
    key = key_for(actor, seal_of(session))
    pieces = opening.stored_pieces(seal_of(session))
    if key is None or not any(piece.opener == str(actor.pk) for piece in pieces):
        if OpeningSession.objects.filter(pk=session.pk, completed_at__isnull=False).exists():
            return []  # opened by the others meanwhile, the pieces are destroyed
        refuse("no_key", NO_KEY)
    try:
        secret = keys.unlock(key, pass_sentence)
    except WrongPassSentence:
        _remember_wrong_sentence(actor, session)
        refuse(
            "wrong_pass_sentence",
            gettext_lazy("This pass sentence does not fit your opening key. Nothing was released."),
            403,
        )
    try:
        public = opening.session_public(session)
        released = wrap_pieces(pieces, str(actor.pk), secret.secret, session=str(session.pk), session_public=public)
    except SealingError:
        refuse(
            "pieces_damaged", gettext_lazy("Your part of the key is damaged. Another member of the group must release.")
        )
    OpenerKey.objects.filter(pk=key.pk).update(assisted_at=clock.now())
    return [piece.to_json() for piece in released]


def _remember_wrong_sentence(actor: User, session: OpeningSession) -> None:
    with audit.in_transaction():
        trail.record_for_tender(session.tender, "opening.wrong_pass_sentence", actor=actor, at=clock.now(),
                                data={"session": str(session.pk)})  # fmt: skip


def record_release(
    actor: User, session: OpeningSession, pieces: list[dict[str, Any]], where: str, use: RecoveryUse | None = None
) -> OpeningRelease | None:
    """Counts the pieces as this person's release, under lock; None when the opening is over or the person has released.

    With `use` they are those of the recovery key.
    """
    with audit.in_transaction():
        tender, now = lock_tender_at(session.tender_id)
        current = OpeningSession.objects.select_for_update().get(pk=session.pk)
        if current.completed_at or has_released(current, actor):
            return None
        _require_running(current, tender, now)
        require_no_conflict(actor, tender)
        release = OpeningRelease(
            session=current, opener=actor, released_at=now, unlocked_at=where, pieces=pieces, recovery_use=use
        )
        release.full_clean()
        release.save()
        count, needed = current.releases.count(), seal_of(current).needed
        trail.record_for_tender(
            tender,
            "opening.released",
            actor=actor,
            at=now,
            data={
                "session": str(current.pk),
                "unlocked_at": where,
                "released": count,
                "needed": needed,
                **({} if use is None else {"recovery_use": str(use.pk)}),
            },
        )
    return release


def _record_opening(
    actor: User, session: OpeningSession, seal: TenderSeal, opened: opening.OpenedBids, secret: Any
) -> bool:
    """Writes everything at once; False when another worker was first."""
    tender, now = lock_tender_at(session.tender_id)
    current = OpeningSession.objects.select_for_update().get(pk=session.pk)
    if current.completed_at:
        return False
    _require_running(current, tender, now)
    bids = list(bids_to_open(current, tender))
    for bid in bids:
        if bid.pk not in opened.by_id:  # recorded between the first look and the lock, but received in time
            opened.by_id[bid.pk] = opening.open_bid(bid, secret, seal.envelope)
    if current.kind in OF_PRICES:
        records.write_prices(tender, bids, opened, now)
    else:
        records.write_bids(tender, bids, opened, now, numbered=current.kind == "bids")
    current.record = records.opening_record(tender, current, seal, bids, opened, now)
    current.completed_at = now
    current.full_clean(exclude=["session_wrapped"])
    current.save()
    erase_session(current)
    if current.kind == "prices":
        mark_prices_opened(tender, now)
        erase_seals([one for one in current_seals(tender) if one.envelope != PRICE])
    erase_seal_if_done(tender, seal)
    if current.kind == "bids":
        mark_opened(tender, now)
    tell_damaged(tender, bids, now)
    trail.record_for_tender(tender, "bids.opened", actor=actor, at=now, data=records.summary(current))
    return True
