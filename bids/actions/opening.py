"""The opening: one member of the opening group starts it, each releases the own pieces, the last one opens.

Not before deadline and guard, by different people, within fifteen minutes. Until the last release nobody sees a number
or a name. Decryption runs outside the transaction; recording is one transaction under the tender's lock, so that a
second worker or a repeated attempt finds either everything or nothing.
"""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, clock
from accounts.decision import refuse, require
from accounts.lifecycle import Role
from accounts.models import OpenerKey, OpeningGroup, User
from bids import keys, opening
from bids.actions import records, trail
from bids.models import Bid, BidQuerySet, OpeningRelease, OpeningSession, SealPiece, TenderSeal
from bids.sealing import SealingError, WrongPassSentence
from bids.sealing import release_pieces as wrap_pieces
from tendering.actions import mark_opened
from tendering.lifecycle import Status, decide
from tendering.locking import lock_tender_at
from tendering.models import ConflictDeclaration, Tender

SESSION_LIFE: Final = timedelta(minutes=15)
MOST_ATTEMPTS: Final = 5


def start_opening(*, actor: User, tender_id: int) -> OpeningSession:
    """The running session of this tender, or a new one. Refuses before deadline and guard, and for everybody else."""
    with audit.in_transaction():
        tender, now = lock_tender_at(tender_id)
        require_opener(actor, tender)
        _require_time(tender, now)
        return session_for(tender, "bids", actor, now)


def release_pieces(*, actor: User, session_id: UUID | str, pass_sentence: str) -> OpeningSession:
    """Unlocks the actor's key with the sentence for this one release and hands the pieces over; the k-th opens.

    A wrong sentence is refused, counted and recorded (without the sentence); after five no more is tried.
    """
    session = _own_session(actor, session_id)
    if session.completed_at:
        return session
    if not _has_released(session, actor) and _count_attempt(actor, session):
        pieces = _unlocked(actor, session, pass_sentence)
        _record_release(actor, session, pieces, "server")
    return open_if_complete(actor, session)


def hand_over_pieces(*, actor: User, session_id: UUID | str, pieces: list[dict[str, Any]]) -> OpeningSession:
    """As `release_pieces`, with pieces that the opener's own browser unlocked and wrapped to the session's key."""
    session = _own_session(actor, session_id)
    if session.completed_at:
        return session
    if not _has_released(session, actor):
        try:
            opening.check_release(session, seal_of(session), str(actor.pk), pieces)
        except SealingError:
            raise ValidationError({"pieces": [_("These are not your pieces for this opening.")]}) from None
        _record_release(actor, session, pieces, "browser")
    return open_if_complete(actor, session)


def require_opener(actor: User, tender: Tender) -> None:
    """Http404 unless the person belongs to the buyer's opening group (also people of a service centre)."""
    group = OpeningGroup.objects.filter(organization=tender.buyer_id, members=actor.pk)
    if not actor.is_active or not group.exists():
        raise Http404


def session_for(tender: Tender, kind: str, actor: User, now: datetime) -> OpeningSession:
    """The session of this kind that still runs, else a new one; an expired one loses its key and releases."""
    for session in OpeningSession.objects.filter(tender=tender, kind=kind, completed_at=None):
        if session.session_wrapped and now < session.started_at + SESSION_LIFE:
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
    _require_running(session, tender, clock.now())
    try:
        secret = opening.recover(session, seal)
    except SealingError:
        session.refresh_from_db()
        if session.completed_at:  # another worker was first and has destroyed the session's key
            return session
        refuse("pieces_wrong", gettext_lazy("The released keys do not open this tender. Nothing was opened."))
    opened = opening.OpenedBids()
    try:
        for bid in bids_to_open(session, tender):
            opened.by_id[bid.pk] = opening.open_bid(bid, secret)
        with audit.in_transaction():
            done = _record_opening(actor, session, seal, opened, secret)
    except BaseException:
        opened.discard()
        raise
    if not done:
        opened.discard()
    session.refresh_from_db()
    return session


def bids_to_open(session: OpeningSession, tender: Tender) -> BidQuerySet:
    """Live bids of the current round that came in time; in a late session the admitted late ones."""
    live = Bid.objects.live().filter(tender=tender, round=tender.round, opened_at=None, damaged_at=None)
    late = session.kind == "late"
    chosen = live.filter(is_late=True, late_admitted_at__isnull=False) if late else live.filter(is_late=False)
    return chosen.select_related("tender__buyer", "company").order_by("received_at", "pk")


def seal_of(session: OpeningSession) -> TenderSeal:
    """The seal of the round that is being opened."""
    return TenderSeal.objects.get(tender=session.tender_id, generation=session.tender.round)


def erase_session(session: OpeningSession) -> None:
    """Destroys the session's key and the released pieces."""
    session.session_wrapped = ""
    session.save(update_fields=["session_wrapped"])
    session.releases.update(pieces=[])


def erase_seal_if_done(tender: Tender, seal: TenderSeal) -> None:
    """Destroys pieces and clock share once no bid of the round may still be opened: the rest stays sealed for good."""
    waiting = Bid.objects.live().filter(
        tender=tender, round=seal.generation, opened_at=None, damaged_at=None, is_late=True
    )
    if any(records.may_still_be_opened(bid) for bid in waiting):
        return
    SealPiece.objects.filter(seal=seal).update(body={})
    TenderSeal.objects.filter(pk=seal.pk).update(clock_wrapped="", clock_escrow="")


def _require_time(tender: Tender, now: datetime) -> None:
    """After the deadline and the guard, in which everything that arrived in time is recorded."""
    require(decide("open", tender.status(now), frozenset({Role.OPENER})))
    assert tender.tender_period_end
    if now < tender.tender_period_end + timedelta(seconds=settings.OPENING_GUARD_SECONDS):
        refuse(
            "opening_guard", gettext_lazy("Please wait a moment: bids that arrived in time are still being recorded.")
        )


def _require_running(session: OpeningSession, tender: Tender, now: datetime) -> None:
    if not session.session_wrapped or now >= session.started_at + SESSION_LIFE:
        text = gettext_lazy(
            "This opening has expired after 15 minutes. Please start it again; both of you release again."
        )
        refuse("session_expired", text)
    if session.kind == "bids":
        _require_time(tender, now)
    elif tender.status(now) != Status.EVALUATION:
        refuse("not_now", gettext_lazy("Admitted late bids are opened between opening and award."))


def _own_session(actor: User, session_id: UUID | str) -> OpeningSession:
    session = OpeningSession.objects.select_related("tender__buyer").filter(pk=session_id).first()
    if session is None:
        raise Http404
    require_opener(actor, session.tender)
    return session


def _has_released(session: OpeningSession, actor: User) -> bool:
    return session.releases.filter(opener=actor).exists()


def _count_attempt(actor: User, session: OpeningSession) -> bool:
    """Counts before it is tried, under lock, so that parallel guessing gains nothing. False: opened meanwhile."""
    with audit.in_transaction():
        tender, now = lock_tender_at(session.tender_id)
        current = OpeningSession.objects.select_for_update().get(pk=session.pk)
        if current.completed_at:
            return False
        _require_running(current, tender, now)
        _require_no_conflict(actor, tender)
        tried = current.attempts.get(str(actor.pk), 0)
        if tried >= MOST_ATTEMPTS:
            text = gettext_lazy(
                "Too many wrong pass sentences. Another person may release, or start again in 15 minutes."
            )
            refuse("too_many_attempts", text, 403)
        current.attempts = {**current.attempts, str(actor.pk): tried + 1}
        current.save(update_fields=["attempts"])
    return True


def _require_no_conflict(actor: User, tender: Tender) -> None:
    declaration = ConflictDeclaration.objects.filter(tender=tender, user=actor).first()
    if declaration is None:
        text = gettext_lazy("Before you open bids, please declare whether you have a conflict of interest.")
        refuse("declaration_missing", text)
    if declaration.conflict:
        refuse("conflict", gettext_lazy("You declared a conflict of interest, so you cannot open these bids."), 403)


def _unlocked(actor: User, session: OpeningSession, pass_sentence: str) -> list[dict[str, Any]]:
    key = OpenerKey.objects.filter(user=actor, retired_at=None).first()
    pieces = opening.stored_pieces(seal_of(session))
    if key is None or not any(piece.opener == str(actor.pk) for piece in pieces):
        if OpeningSession.objects.filter(pk=session.pk, completed_at__isnull=False).exists():
            return []  # opened by the others meanwhile, the pieces are destroyed
        refuse(
            "no_key", gettext_lazy("Your opening key does not belong to this tender. Ask another member of the group.")
        )
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
    return [piece.to_json() for piece in released]


def _remember_wrong_sentence(actor: User, session: OpeningSession) -> None:
    with audit.in_transaction():
        trail.record_for_tender(session.tender, "opening.wrong_pass_sentence", actor=actor, at=clock.now(),
                                data={"session": str(session.pk)})  # fmt: skip


def _record_release(actor: User, session: OpeningSession, pieces: list[dict[str, Any]], where: str) -> None:
    with audit.in_transaction():
        tender, now = lock_tender_at(session.tender_id)
        current = OpeningSession.objects.select_for_update().get(pk=session.pk)
        if current.completed_at or _has_released(current, actor):
            return
        _require_running(current, tender, now)
        _require_no_conflict(actor, tender)
        release = OpeningRelease(session=current, opener=actor, released_at=now, unlocked_at=where, pieces=pieces)
        release.full_clean()
        release.save()
        count, needed = current.releases.count(), seal_of(current).needed
        trail.record_for_tender(
            tender,
            "opening.released",
            actor=actor,
            at=now,
            data={"session": str(current.pk), "unlocked_at": where, "released": count, "needed": needed},
        )


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
            opened.by_id[bid.pk] = opening.open_bid(bid, secret)
    records.write_bids(tender, bids, opened, now, late=current.kind == "late")
    current.record = records.opening_record(tender, current, seal, bids, opened, now)
    current.completed_at = now
    current.full_clean(exclude=["session_wrapped"])
    current.save()
    erase_session(current)
    erase_seal_if_done(tender, seal)
    if current.kind == "bids":
        mark_opened(tender, now)
    trail.record_for_tender(tender, "bids.opened", actor=actor, at=now, data=records.summary(current))
    return True
