"""An opening in which enough people released and which opened nothing: it says why, and it ends.

What is wrong is then no bid but the key: a part, the clock share, the platform key, or the moment (a tender that was
cancelled meanwhile). Within its quarter of an hour another member may release, too, and it can be tried again; after
that, or at an opener's word, its key and the released parts are destroyed and a new one can be started. Nothing of
the bids is touched.
"""

from typing import Final
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, outbox
from accounts.audit import stamp
from accounts.decision import refuse
from accounts.holders import holders
from accounts.lifecycle import Role
from accounts.models import User
from bids.actions import trail
from bids.actions.opening_access import require_opener
from bids.models import OpeningSession
from tendering.locking import lock_tender_at
from tendering.models import Tender

PIECES_WRONG: Final = gettext_lazy("The released keys do not open this tender. Nothing was opened.")
OF_THE_KEY: Final = frozenset({"pieces_wrong", "wrong_piece"})  # besides, a tender may be cancelled meanwhile


def record_failure(actor: User, session: OpeningSession, code: str, person: str = "") -> None:
    """Keeps why the parts opened nothing, once per reason, and tells the group and the office."""
    if code == "session_expired":
        return
    with audit.in_transaction():
        tender, now = lock_tender_at(session.tender_id)
        current = OpeningSession.objects.select_for_update().get(pk=session.pk)
        if current.completed_at or not current.session_wrapped or current.failure.get("code", "") == code:
            return
        current.failure = {"code": code, "at": stamp(now), **({"person": person} if person else {})}
        current.save(update_fields=["failure"])
        if code in OF_THE_KEY:
            _tell(current, tender, code)
        data = {"session": str(current.pk), "kind": current.kind, "problem": code}
        trail.record_for_tender(tender, "opening.failed", actor=actor, at=now, data=data)


def end_failed_opening(*, actor: User, session_id: UUID | str) -> None:
    """An opener ends an attempt that opened nothing, so that a new one can be started at once."""
    found = OpeningSession.objects.select_related("tender").filter(pk=session_id).first()
    if found is None:
        raise Http404
    require_opener(actor, found.tender)
    with audit.in_transaction():
        tender, now = lock_tender_at(found.tender_id)
        current = OpeningSession.objects.select_for_update().get(pk=found.pk)
        if current.completed_at or not current.failure:
            refuse("not_failed", gettext_lazy("Only an opening that opened nothing can be ended before its time."))
        if not current.session_wrapped:
            return
        erase_session(current)
        data = {"session": str(current.pk), "kind": current.kind, "problem": current.failure["code"]}
        trail.record_for_tender(tender, "opening.ended", actor=actor, at=now, data=data)


def end_failed(session: OpeningSession) -> None:
    """Its time is over: nobody has to say so. It was recorded when it failed."""
    with audit.in_transaction():
        lock_tender_at(session.tender_id)
        current = OpeningSession.objects.select_for_update().get(pk=session.pk)
        if current.completed_at is None:
            erase_session(current)


def erase_session(session: OpeningSession) -> None:
    """Destroys the session's key and the released pieces."""
    session.session_wrapped = ""
    session.save(update_fields=["session_wrapped"])
    session.releases.update(pieces=[])


def _tell(session: OpeningSession, tender: Tender, code: str) -> None:
    told = holders(tender.buyer_id, [Role.OFFICER], session.started_at)
    told |= User.objects.filter(opening_groups__organization=tender.buyer_id, is_active=True)
    for person in told.distinct():
        with outbox.in_language_of(person):
            outbox.tell(
                person,
                key=f"opening:{session.pk}:{code}",
                subject=_("The opening opened nothing: %(tender)s") % {"tender": tender.reference},
                body=_(
                    "Enough people released their parts, but together they open nothing. Everything is still sealed "
                    "and nothing is lost. The page of the opening says what to do."
                ),
                at=session.started_at,
                url=f"/tenders/{tender.pk}/opening/",
                chain=tender.chain,
            )
