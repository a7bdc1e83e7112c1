"""A new opener for a tender that runs: k holders of its keys take the person in, nobody else can.

One of them leads: in the leader's browser the officers' part is put together, split anew for every group with the
newcomer, and forgotten. The helpers' pieces go through the server wrapped to the leader's key. The clock share is not
involved, so this opens nothing; who leads could open together with the server, so it is a reasoned, recorded act.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, clock, outbox
from accounts.decision import refuse
from accounts.models import OpenerKey, User
from bids.actions import trail
from bids.actions.opening_access import NO_KEY, key_for, require_opener
from bids.actions.seal import MOST_OPENERS, current_seals
from bids.models import HandoverPart, KeyHandover, SealPiece, TenderSeal
from bids.sealing import Piece, SealingError
from bids.sealing.handover import subsets_with
from bids.sealing.wrapping import decode, encode
from tendering.lifecycle import Status
from tendering.locking import lock_tender_at
from tendering.models import Tender

HANDOVER_LIFE: Final = timedelta(days=1)
WRONG: Final = gettext_lazy("These are not the pieces for this new opener. Nothing was changed.")


def start_handover(*, actor: User, tender_id: int, newcomer_id: int, reason: str) -> KeyHandover:
    """The actor, who holds a key of the tender, leads; `reason` goes into the file. One at a time."""
    with audit.in_transaction():
        tender, now = lock_tender_at(tender_id)
        require_opener(actor, tender)
        seals = sealed_still(tender, now)
        if not reason.strip():
            raise ValidationError({"reason": [_("Please give a reason.")]})
        if key_for(actor, seals[0]) is None:
            refuse("no_key", NO_KEY)
        newcomer = newcomers(tender, seals).filter(pk=newcomer_id).first()
        if newcomer is None:
            raise ValidationError(
                {"newcomer": [_("Choose a member of the opening group whose key is not in the seal.")]}
            )
        if len(holders_of(seals[0])) >= MOST_OPENERS:
            refuse("too_many_openers", gettext_lazy("An opening group has at most five people."))
        if running(tender, now) is not None:
            refuse("handover_runs", gettext_lazy("Somebody is being taken in already. Wait until that has ended."))
        key = OpenerKey.objects.own().get(user=newcomer)
        row = KeyHandover(
            tender=tender, leader=actor, newcomer=newcomer, key=key, reason=reason[:1_000], started_at=now
        )
        row.full_clean()
        row.save(force_insert=True)
        _tell_group(row, now)
        _record(row, "opener_handover.started", actor, now, reason=row.reason)
    return row


def helper_task(*, actor: User, handover_id: UUID | str) -> dict[str, Any]:
    """What a helper's browser needs to hand the own pieces to the leader; shape of `opening.release_task`."""
    row, now = _find(actor, handover_id)
    seals = sealed_still(row.tender, now)
    key = _own_key(actor, seals)
    leader = _own_key(row.leader, seals)
    return {**_own(key, seals), "session": row.session, "session_public": leader.public}


def help_handover(*, actor: User, handover_id: UUID | str, pieces: list[dict[str, Any]]) -> KeyHandover:
    """Keeps the helper's wrapped pieces for the leader. Only their places can be seen here."""
    with audit.in_transaction():
        row, now = _find(actor, handover_id, lock=True)
        if row.leader_id == actor.pk:
            refuse("same_person", gettext_lazy("Another holder of a key has to help you."), 403)
        own = _own(_own_key(actor, sealed_still(row.tender, now)), sealed_still(row.tender, now))
        expected = sorted(tuple(piece["subset"]) for piece in own["pieces"])
        try:
            given = sorted(tuple(piece["subset"]) for piece in pieces if piece["opener"] == own["opener"])
            for piece in pieces:
                decode(piece["wrapped"], "piece")
        except (KeyError, TypeError, SealingError):
            given = []
        if given != expected:
            raise ValidationError({"pieces": [str(WRONG)]})
        HandoverPart.objects.update_or_create(handover=row, opener=actor, defaults={"given_at": now, "pieces": pieces})
        _record(row, "opener_handover.helped", actor, now)
    return row


def leader_task(*, actor: User, handover_id: UUID | str) -> dict[str, Any]:
    """What the leader's browser needs; refused until enough others have handed their pieces over."""
    row, now = _find(actor, handover_id)
    seals = sealed_still(row.tender, now)
    if row.leader_id != actor.pk:
        raise Http404
    if not has_enough(row, seals[0]):
        refuse("helpers_missing", gettext_lazy("Another holder of a key has to hand the own part to you first."))
    key = _own_key(actor, seals)
    return {
        "opener": key.identifier,
        "locked": encode(bytes(key.locked)),
        "session": row.session,
        "newcomer": row.key.identifier,
        "seals": [_seal_task(row, seal, key) for seal in seals],
    }


def complete_handover(*, actor: User, handover_id: UUID | str, pieces: list[dict[str, Any]]) -> KeyHandover:
    """Stores the new pieces: exactly one per opener and group with the newcomer, of every seal; all or none."""
    with audit.in_transaction():
        row, now = _find(actor, handover_id, lock=True)
        seals = sealed_still(row.tender, now)
        if row.leader_id != actor.pk:
            raise Http404
        if not has_enough(row, seals[0]):
            refuse("helpers_missing", gettext_lazy("Another holder of a key has to hand the own part to you first."))
        made = _new_pieces(row, seals, pieces)
        _erase_former(row, seals)
        SealPiece.objects.bulk_create(made)
        _end(row, now)
        row.completed_at = now
        row.save(update_fields=["completed_at"])
        _record(row, "opener_handover.completed", actor, now, keys=len(holders_of(seals[0])))
    return row


def cancel_handover(*, actor: User, handover_id: UUID | str) -> KeyHandover:
    """Ends it without a change; any holder of a key may."""
    with audit.in_transaction():
        row, now = _find(actor, handover_id, lock=True)
        _end(row, now)
        _record(row, "opener_handover.cancelled", actor, now)
    return row


def running(tender: Tender, now: datetime) -> KeyHandover | None:
    """The handover under way; one that was left for a day ends by being looked at."""
    row = KeyHandover.objects.filter(tender=tender, ended_at=None).select_related("key", "leader", "newcomer").first()
    if row is not None and now >= row.started_at + HANDOVER_LIFE:
        _end(row, now)
        return None
    return row


def sealed_still(tender: Tender, now: datetime) -> list[TenderSeal]:
    """The seals that are still to be opened; refuses when none is."""
    status = tender.status(now)
    seals = current_seals(tender)
    if tender.opened_at is not None:
        seals = [seal for seal in seals if seal.envelope == "price" and tender.prices_sealed]
    if status not in {Status.SCHEDULED, Status.OPEN, Status.CLOSED, Status.EVALUATION} or not seals:
        refuse("not_now", gettext_lazy("A new opener can be taken in only while bids or prices are sealed."))
    return seals


def newcomers(tender: Tender, seals: Iterable[TenderSeal]) -> Any:
    """Members of the buyer's group with a key in use that no piece of the seal is for."""
    held = SealPiece.objects.filter(seal__in=list(seals)).exclude(body={}).values("key")
    able = OpenerKey.objects.own().exclude(pk__in=held)
    people = User.objects.filter(opening_groups__organization=tender.buyer_id, opener_key__in=able, is_active=True)
    makers = OpenerKey.objects.recovery().filter(pk__in=held).values("user")  # nobody is to hold two keys of a tender
    return people.exclude(pk__in=makers).distinct().order_by("function", "pk")


def holders_of(seal: TenderSeal) -> dict[str, OpenerKey]:
    """{name in pieces: key in use} of every key that fits the seal, a recovery key among them."""
    held = SealPiece.objects.filter(seal=seal).exclude(body={}).values("key")
    keys = OpenerKey.objects.usable().filter(pk__in=held)
    return {key.identifier: key for key in keys.select_related("user")}


def has_enough(row: KeyHandover, seal: TenderSeal) -> bool:
    """Whether leader and helpers are as many as open together."""
    return row.parts.exclude(pieces=[]).count() + 1 >= seal.needed


def _find(actor: User, handover_id: UUID | str, *, lock: bool = False) -> tuple[KeyHandover, datetime]:
    found = KeyHandover.objects.filter(pk=handover_id, ended_at=None).first()
    if found is None:
        raise Http404
    if lock:
        tender, now = lock_tender_at(found.tender_id)
    else:
        tender, now = found.tender, clock.now()
    require_opener(actor, tender)
    row = running(tender, now)
    if row is None or row.pk != found.pk:
        raise Http404
    return row, now


def _own_key(user: User, seals: list[TenderSeal]) -> OpenerKey:
    key = key_for(user, seals[0])
    if key is None:
        refuse("no_key", NO_KEY)
    return key


def _own(key: OpenerKey, seals: list[TenderSeal]) -> dict[str, Any]:
    """{"opener", "locked", "pieces"}: the locked key and the own pieces of these seals."""
    pieces = SealPiece.objects.filter(seal__in=seals, key=key).exclude(body={})
    bodies = list(pieces.values_list("body", flat=True))
    return {"opener": key.identifier, "locked": encode(bytes(key.locked)), "pieces": bodies}


def _seal_task(row: KeyHandover, seal: TenderSeal, key: OpenerKey) -> dict[str, Any]:
    """One seal for the leader's browser: own and handed pieces, and the public keys of everybody afterwards."""
    stored = {
        (body["opener"], tuple(body["subset"])): body["commit"]
        for body in SealPiece.objects.filter(seal=seal).exclude(body={}).values_list("body", flat=True)
    }
    handed = [
        {**piece, "commit": commit}
        for part in row.parts.all()
        for piece in part.pieces
        if (commit := stored.get((piece["opener"], tuple(piece["subset"]))))
    ]
    openers = {name: held.public for name, held in holders_of(seal).items()} | {row.key.identifier: row.key.public}
    return {
        "tender": seal.scope,
        "generation": seal.generation,
        "needed": seal.needed,
        "pieces": _own(key, [seal])["pieces"],
        "handed": handed,
        "openers": openers,
    }


def _new_pieces(row: KeyHandover, seals: list[TenderSeal], given: list[dict[str, Any]]) -> list[SealPiece]:
    """The rows to store; ValidationError unless there is exactly one piece for each place, bound to it."""
    made, expected = [], set()
    by_scope = {seal.scope: (seal, holders_of(seal) | {row.key.identifier: row.key}) for seal in seals}
    for scope, (seal, keys) in by_scope.items():
        for subset in subsets_with(row.key.identifier, keys, seal.needed):
            expected |= {(scope, seal.generation, subset, opener) for opener in subset}
    try:
        pieces = [Piece.from_json(piece) for piece in given]
        for piece in pieces:
            decode(piece.enc, "piece")
            decode(piece.ct, "piece")
    except SealingError:
        raise ValidationError({"pieces": [str(WRONG)]}) from None
    places = [(piece.tender, piece.generation, piece.subset, piece.opener) for piece in pieces]
    if len(places) != len(expected) or set(places) != expected:
        raise ValidationError({"pieces": [str(WRONG)]})
    for piece in pieces:
        seal, keys = by_scope[piece.tender]
        key = keys[piece.opener]
        made.append(
            SealPiece(seal=seal, key=key, opener_id=key.user_id, subset=list(piece.subset), body=piece.to_json())
        )
    return made


def _erase_former(row: KeyHandover, seals: list[TenderSeal]) -> None:
    """Pieces for a key that the newcomer has lost, and their counterparts: the new ones take their place."""
    rows = SealPiece.objects.filter(seal__in=seals).values_list("pk", "subset")
    former = [pk for pk, subset in rows if row.key.identifier in subset]
    SealPiece.objects.filter(pk__in=former).update(body={})


def _end(row: KeyHandover, now: datetime) -> None:
    row.ended_at = now
    row.save(update_fields=["ended_at"])
    HandoverPart.objects.filter(handover=row).update(pieces=[])


def _record(row: KeyHandover, verb: str, actor: User, now: datetime, **data: Any) -> None:
    facts = {"handover": str(row.pk), "newcomer": f"u:{row.newcomer_id}", "leader": f"u:{row.leader_id}", **data}
    trail.record_for_tender(row.tender, verb, actor=actor, at=now, data=facts)


def _tell_group(row: KeyHandover, now: datetime) -> None:
    """Everybody of the group learns of it, so that nothing happens behind anybody's back."""
    for member in User.objects.filter(opening_groups__organization=row.tender.buyer_id).exclude(pk=row.leader_id):
        with outbox.in_language_of(member):
            outbox.tell(
                member,
                key=f"opener_handover:{row.pk}",
                subject=_("A new opener is taken in: %(tender)s") % {"tender": row.tender.reference},
                body=_(
                    "%(leader)s wants to take in %(newcomer)s. Reason: %(reason)s\n\nIf you hold a key, you may help."
                )
                % {"leader": row.leader, "newcomer": row.newcomer, "reason": row.reason},
                at=now,
                url=f"/tenders/{row.tender_id}/opening/new-opener/",
                chain=row.tender.chain,
            )
