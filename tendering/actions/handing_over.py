"""Who takes care of a procedure: passed on from one person to another, or to the whole procurement office."""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, clock, outbox
from accounts.audit import stamp
from accounts.decision import refuse, require
from accounts.holders import holders
from accounts.lifecycle import Role
from accounts.models import User
from tendering.actions.access import address, see
from tendering.lifecycle import decide_hand_over
from tendering.models import Tender

LONGEST = 1_000


def hand_over(*, actor: User, tender_id: int, to: User | None, note: str = "") -> Tender:
    """From now on `to` (an officer of the buyer; None: whoever of the office is free) takes care of the procedure.

    The receiver gets a message with the note. Raises ValidationError on `to` for anybody else.
    """
    with audit.in_transaction():
        tender, now = see(tender_id, actor)
        _pass_on(actor, tender, to, note, now)
        _tell(actor, [tender], to, note, now)
    return tender


def hand_over_all(*, actor: User, to: User, note: str = "") -> list[Tender]:
    """Everything the actor takes care of at buyers where `to` is an officer; one message for all. All or none.

    Refused with code "nothing" when there is nothing to pass on to this person.
    """
    with audit.in_transaction():
        now = clock.now()
        buyers = set(actor.organizations_with(Role.OFFICER)) & set(to.organizations_with(Role.OFFICER))
        ids = list(responsible_for(actor).filter(buyer__in=buyers).order_by("pk").values_list("pk", flat=True))
        if not ids:
            refuse("nothing", gettext_lazy("You take care of no procedure that this person could take over."))
        tenders = [see(pk, actor)[0] for pk in ids]
        for tender in tenders:
            _pass_on(actor, tender, to, note, now)
        _tell(actor, tenders, to, note, now)
    return tenders


def responsible_for(user: User) -> QuerySet[Tender]:
    """Procedures under way that a person takes care of."""
    found: QuerySet[Tender] = Tender.objects.filter(
        responsible=user, awarded_at=None, cancelled_at=None, candidates_decided_at=None
    )
    return found


def _pass_on(actor: User, tender: Tender, to: User | None, note: str, now: datetime) -> None:
    is_own = tender.responsible_id == actor.pk
    require(decide_hand_over(tender.status(now), actor.roles_in(tender.buyer_id), is_own))
    if len(note) > LONGEST:
        raise ValidationError({"note": _("Write at most %(number)s characters.") % {"number": LONGEST}})
    if to is not None and not to.has_role(tender.buyer_id, Role.OFFICER):
        raise ValidationError({"to": _("Choose somebody of the procurement office.")})
    before = tender.responsible_id
    if before == (to.pk if to else None):
        refuse("same_person", gettext_lazy("This person takes care of the procedure already."))
    tender.responsible = to
    Tender.objects.filter(pk=tender.pk).update(responsible=to)
    data = {"from": _code(before), "to": _code(to.pk if to else None), "note": note.strip()}
    audit.record(tender.chain, "tender.handed_over", actor=actor, at=now, data=data)


def _code(pk: int | None) -> str:
    return f"u:{pk}" if pk else "office"


def _tell(actor: User, tenders: list[Tender], to: User | None, note: str, now: datetime) -> None:
    """The receiver, or everybody of the office, is told once for all procedures; nobody writes to oneself."""
    office = {tender.buyer_id for tender in tenders}
    people: Iterable[User] = [to] if to else holders(office, [Role.OFFICER], now)
    names = "\n".join(f"{tender.reference} {tender.title}\n{address(tender)}" for tender in tenders)
    for person in people:
        if person.pk == actor.pk:
            continue
        with outbox.in_language_of(person):
            subject = _("You now take care of: %(title)s") % {"title": tenders[0].title}
            if to is None:
                subject = _("For the procurement office: %(title)s") % {"title": tenders[0].title}
            if len(tenders) > 1:
                subject = _("You now take care of %(n)s procedures") % {"n": len(tenders)}
            head = _("%(person)s has handed this over to you.") % {"person": actor}
            body = "\n\n".join(part for part in (head, note.strip(), names) if part)
            outbox.tell(
                person, key=f"handed_over:{tenders[0].pk}:{stamp(now)}", subject=subject, body=body, at=now,
                url=f"/tenders/{tenders[0].pk}/" if len(tenders) == 1 else "/desk/",
                chain=tenders[0].chain if len(tenders) == 1 else "",
            )  # fmt: skip
