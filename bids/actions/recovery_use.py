"""Opening with the recovery key: one opener takes it out of its envelope, a second person confirms the envelope log.

It counts as one of the keys that open together, never as two: whoever releases its part releases no own one, so that
two people open as always. The sheet is read in the opener's browser; here only the wrapped parts arrive.
"""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, clock, outbox
from accounts.decision import refuse
from accounts.holders import holders
from accounts.lifecycle import Role
from accounts.models import OpenerKey, User
from bids import opening
from bids.actions import trail
from bids.actions.opening import (
    has_released,
    open_if_complete,
    record_release,
    require_no_conflict,
    session_for,
    unfinished,
)
from bids.actions.opening_access import may_use_recovery_key, recovery_key_of
from bids.actions.opening_time import AFTERWARDS, OF_PRICES, kind_to_open, require_time, to_open
from bids.actions.seal import current_seal
from bids.envelopes import PRICE
from bids.models import OpeningSession, RecoveryUse, SealPiece, TenderSeal
from bids.sealing import SealingError
from tendering.locking import lock_tender_at
from tendering.models import ConflictDeclaration, Tender

USE_LIFE: Final = timedelta(days=1)
WITNESSES: Final = (Role.OFFICER, Role.APPROVER, Role.OPENER, Role.AUDITOR, Role.ORG_ADMIN)


def take_recovery_key(*, actor: User, tender_id: int, witness_id: int, reason: str) -> RecoveryUse:
    """The actor is about to open the envelope, for a reason, with a witness who has to confirm. Opens nothing yet."""
    with audit.in_transaction():
        tender, now = lock_tender_at(tender_id)
        if not may_use_recovery_key(actor, tender):
            raise Http404
        kind = kind_now(tender)
        require_time(tender, now, kind)
        require_no_conflict(actor, tender)
        key = _key_of(tender, kind)
        if any(has_released(session, actor) for session in unfinished(tender) if session.kind == kind):
            text = gettext_lazy("You have released your own part. The recovery key must be used by another person.")
            refuse("two_parts", text, 403)
        _check(reason, witness := witnesses(actor, tender, now).filter(pk=witness_id).first())
        if running(tender, now) is not None:
            refuse("envelope_open", gettext_lazy("Somebody is using the recovery key already."))
        assert witness is not None
        use = RecoveryUse(
            tender=tender, kind=kind, key=key, opener=actor, witness=witness, reason=reason.strip()[:1_000],
            started_at=now,
        )  # fmt: skip
        use.full_clean()
        use.save(force_insert=True)
        _ask_witness(use, now)
        _record(use, "recovery_key.taken_out", actor, now, reason=use.reason, witness=f"u:{witness.pk}")
    return use


def confirm_envelope(*, actor: User, use_id: UUID | str) -> RecoveryUse:
    """The witness, in an own session: the envelope was whole, both have signed its log."""
    with audit.in_transaction():
        use, now = _locked(use_id)
        if use.witness_id != actor.pk:
            raise Http404
        if use.confirmed_at is None:
            use.confirmed_at = now
            use.save(update_fields=["confirmed_at"])
            _record(use, "recovery_key.confirmed", actor, now)
    return use


def put_back(*, actor: User, use_id: UUID | str) -> RecoveryUse:
    """Ends it without a change: either of the two."""
    with audit.in_transaction():
        use, now = _locked(use_id)
        if actor.pk not in (use.opener_id, use.witness_id):
            raise Http404
        use.ended_at = now
        use.save(update_fields=["ended_at"])
        _record(use, "recovery_key.put_back", actor, now)
    return use


def recovery_task(*, actor: User, use_id: UUID | str) -> dict[str, Any]:
    """What the opener's browser needs besides the sheet: as `release_task`, without a locked key. Joins the opening."""
    with audit.in_transaction():
        use, now = _locked(use_id)
        _require_ready(actor, use)
        session = session_for(use.tender, use.kind, actor, now)
        _require_another(session, use)
    bodies = SealPiece.objects.filter(seal=_seal_of(use), key=use.key).exclude(body={}).values_list("body", flat=True)
    return {
        "session": str(session.pk),
        "session_public": opening.session_public(session),
        "opener": use.key.identifier,
        "pieces": list(bodies),
    }


def release_recovery_key(
    *, actor: User, use_id: UUID | str, session_id: UUID | str, pieces: list[dict[str, Any]]
) -> OpeningSession:
    """Counts the key's pieces, which the opener's browser unlocked from the sheet, as one part; the k-th part opens."""
    use = _find(use_id)
    _require_ready(actor, use)
    session = OpeningSession.objects.select_related("tender__buyer").filter(pk=session_id, tender=use.tender).first()
    if session is None or session.kind != use.kind:
        raise Http404
    if session.completed_at is None and not session.releases.filter(recovery_use=use).exists():
        try:
            opening.check_release(session, _seal_of(use), use.key.identifier, pieces)
        except SealingError:
            raise ValidationError({"pieces": [_("These are not the pieces of the recovery key.")]}) from None
        with audit.in_transaction():
            use, now = _locked(use_id)
            _require_ready(actor, use)
            _require_another(session, use)
            if record_release(actor, session, pieces, "browser", use) is not None:
                _mark_used(use, now)
    return open_if_complete(actor, session)


def running(tender: Tender, now: datetime) -> RecoveryUse | None:
    """The use under way of what is to be opened now; one left for a day, or done, ends by being looked at."""
    found = RecoveryUse.objects.filter(tender=tender, ended_at=None).select_related("key", "opener", "witness")
    use = found.first()
    if use is not None and (now >= use.started_at + USE_LIFE or _is_done(use)):
        use.ended_at = now
        use.save(update_fields=["ended_at"])
        return None
    return use


def witnesses(actor: User, tender: Tender, now: datetime) -> QuerySet[User]:
    """Who may sign the envelope log with the actor: working people of the buyer, on loan or not, without a conflict."""
    partial = ConflictDeclaration.objects.filter(tender=tender, conflict=True).values("user")
    people = holders(tender.buyer_id, WITNESSES, now).exclude(pk=actor.pk).exclude(pk__in=partial)
    return people.order_by("function", "pk")


def kind_now(tender: Tender) -> str:
    """What the recovery key would open now: as `kind_to_open`, or what is opened afterwards, one kind at a time."""
    if tender.opened_at is None:
        return kind_to_open(tender)
    closed = tender.two_envelopes and tender.scores_closed_at is not None
    kinds = ("again_prices",) if closed else AFTERWARDS
    return next((kind for kind in kinds if to_open(tender, kind).exists()), kind_to_open(tender))


def seal_for(tender: Tender, kind: str) -> TenderSeal:
    """The seal whose pieces of the recovery key open this."""
    return current_seal(tender, PRICE if kind in OF_PRICES else "")


def _is_done(use: RecoveryUse) -> bool:
    if use.kind in AFTERWARDS:
        return not to_open(use.tender, use.kind).exists()
    done = use.tender.prices_opened_at if use.kind == "prices" else use.tender.opened_at
    return done is not None


def _find(use_id: UUID | str) -> RecoveryUse:
    found = RecoveryUse.objects.select_related("tender__buyer", "key", "opener", "witness").filter(pk=use_id)
    use = found.first()
    if use is None or use.ended_at is not None:
        raise Http404
    return use


def _locked(use_id: UUID | str) -> tuple[RecoveryUse, datetime]:
    """The use, read again under its tender's lock; Http404 once it has ended or lapsed."""
    tender, now = lock_tender_at(_find(use_id).tender_id)
    use = running(tender, now)
    if use is None or str(use.pk) != str(use_id):
        raise Http404
    use.tender = tender
    return use, now


def _require_ready(actor: User, use: RecoveryUse) -> None:
    if use.opener_id != actor.pk or not may_use_recovery_key(actor, use.tender):
        raise Http404
    if use.confirmed_at is None:
        refuse("witness_missing", gettext_lazy("First the second person confirms the envelope log."))
    now = clock.now()
    require_time(use.tender, now, use.kind)
    require_no_conflict(actor, use.tender)


def _require_another(session: OpeningSession, use: RecoveryUse) -> None:
    """Two parts of one person, or two releases of the one key, would not be two people."""
    if session.releases.filter(opener=use.opener, recovery_use=None).exists():
        text = gettext_lazy("You have released your own part. The recovery key must be used by another person.")
        refuse("two_parts", text, 403)
    if session.releases.filter(recovery_use__isnull=False).exclude(recovery_use=use).exists():
        refuse("released_already", gettext_lazy("The part of the recovery key was released already."))


def _seal_of(use: RecoveryUse) -> TenderSeal:
    return seal_for(use.tender, use.kind)


def _key_of(tender: Tender, kind: str) -> OpenerKey:
    key = recovery_key_of(seal_for(tender, kind))
    if key is None:
        refuse("no_recovery_key", gettext_lazy("No recovery key belongs to the seal of this tender."))
    return key


def _check(reason: str, witness: User | None) -> None:
    faults = {}
    if not reason.strip():
        faults["reason"] = [_("Please give a reason.")]
    if witness is None:
        faults["witness"] = [_("Choose the second person who signs the envelope log.")]
    if faults:
        raise ValidationError(faults)


def _mark_used(use: RecoveryUse, now: datetime) -> None:
    if use.released_at is not None:
        return
    use.released_at = now
    use.save(update_fields=["released_at"])
    OpenerKey.objects.filter(pk=use.key_id, used_at=None).update(used_at=now)
    _tell_everybody(use, now)
    _record(use, "recovery_key.used", use.opener, now, witness=f"u:{use.witness_id}")


def _record(use: RecoveryUse, verb: str, actor: User, now: datetime, **data: Any) -> None:
    facts = {"use": str(use.pk), "number": use.key.number, **data}
    trail.record_for_tender(use.tender, verb, actor=actor, at=now, data=facts)


def _page(use: RecoveryUse) -> str:
    return f"/tenders/{use.tender_id}/opening/recovery/"


def _ask_witness(use: RecoveryUse, now: datetime) -> None:
    with outbox.in_language_of(use.witness):
        outbox.tell(
            use.witness,
            key=f"recovery_use:{use.pk}:asked",
            subject=_("Please confirm the envelope log: %(tender)s") % {"tender": use.tender.reference},
            body=_(
                "%(opener)s takes the recovery key out of its envelope and names you as the second person. Reason: "
                "%(reason)s\n\nLook at the envelope, sign its log, then confirm on the page."
            )
            % {"opener": use.opener, "reason": use.reason},
            at=now,
            url=_page(use),
            chain=use.tender.chain,
        )


def _tell_everybody(use: RecoveryUse, now: datetime) -> None:
    """Administrators, audit, the opening group and who made the key: an opened envelope is nobody's secret."""
    told = holders(use.tender.buyer_id, [Role.ORG_ADMIN, Role.AUDITOR], now)
    told |= User.objects.filter(opening_groups__organization=use.tender.buyer_id, is_active=True)
    told |= User.objects.filter(pk=use.key.user_id)
    for person in told.exclude(pk=use.opener_id).distinct():
        with outbox.in_language_of(person):
            outbox.tell(
                person,
                key=f"recovery_use:{use.pk}:used",
                subject=_("The recovery key was used: %(tender)s") % {"tender": use.tender.reference},
                body=_(
                    "%(opener)s has released the part of the recovery key; %(witness)s has signed the envelope log, "
                    "too. Reason: %(reason)s\n\nIts secret has left the envelope. Have a new recovery key made."
                )
                % {"opener": use.opener, "witness": use.witness, "reason": use.reason},
                at=now,
                url=f"/account/openers/recovery/{use.tender.buyer_id}/",
                chain=use.tender.chain,
            )
