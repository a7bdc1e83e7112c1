"""Who takes part: invited providers, and declarations of (no) conflict of interest."""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, outbox
from accounts.decision import refuse
from accounts.holders import holders
from accounts.lifecycle import PROVIDER_ROLES, OrganizationKind
from accounts.models import Message, Organization, User
from tendering.actions.access import act_on, address, page_of
from tendering.models import INVITED_ONLY, ConflictDeclaration, Invitation, Stage, Tender
from tendering.zones import Moment


def invite_providers(*, actor: User, tender_id: int, providers: list[Organization]) -> None:
    """Invite companies to a procedure that is not open to all; who is invited already stays invited."""
    with audit.in_transaction():
        tender, now = act_on(tender_id, actor, "invite")
        _stop_after_call(tender)
        if tender.procedure_type not in INVITED_ONLY:
            refuse("open_to_all", gettext_lazy("This procedure is open to every company; nobody needs an invitation."))
        if any(provider.kind != OrganizationKind.PROVIDER for provider in providers):
            refuse("not_a_provider", gettext_lazy("Only companies can be invited."))
        Invitation.objects.bulk_create(
            [Invitation(tender=tender, provider=provider, sent_at=now) for provider in providers], ignore_conflicts=True
        )
        if tender.published_at and tender.published_at <= now:
            tell_invited(tender, now)
        names = sorted(provider.reference for provider in providers)
        audit.record(tender.chain, "tender.providers_invited", actor=actor, at=now, data={"providers": names})


def withdraw_invitation(*, actor: User, tender_id: int, provider: Organization) -> None:
    """Take an invitation back; possible only before the release, while nobody has been told of it."""
    with audit.in_transaction():
        tender, now = act_on(tender_id, actor, "invite")
        _stop_after_call(tender)
        if tender.released_at is not None:
            refuse("released", gettext_lazy("After the release an invitation can no longer be taken back."))
        Invitation.objects.filter(tender=tender, provider=provider).delete()
        data = {"provider": provider.reference}
        audit.record(tender.chain, "tender.invitation_withdrawn", actor=actor, at=now, data=data)


def _stop_after_call(tender: Tender) -> None:
    if tender.stage == Stage.BIDS:
        refuse("after_call", gettext_lazy("Exactly the candidates that were selected are invited; nobody else can be."))


def tell_invited(tender: Tender, now: datetime) -> int:
    """Queue the invitation mail for every bidder of the invited companies; each person is told once."""
    people = holders(tender.invitations.values("provider"), PROVIDER_ROLES, now)
    for person in people:
        with outbox.in_language_of(person):
            words = {"buyer": tender.buyer.name, "end": _deadline(tender), "address": address(tender)}
            outbox.tell(
                person,
                key=f"tender:{tender.pk}:invited",
                subject=_("Invitation to bid: %(title)s") % {"title": tender.title},
                body=_("%(buyer)s invites you to hand in a bid. Deadline: %(end)s\n%(address)s") % words,
                at=now,
                kind="invitation",
                url=page_of(tender),
                chain=tender.chain,
            )
    return len(people)


def _deadline(tender: Tender) -> str:
    return str(Moment(tender.tender_period_end, tender.buyer)) if tender.tender_period_end else "–"


def tell_invited_of_published(now: datetime) -> int:
    """Send the invitations of tenders whose planned publication has come; returns the number of tenders."""
    waiting = Tender.objects.filter(
        Q(procedure_type__in=INVITED_ONLY) | Q(stage=Stage.BIDS), released_at__isnull=False, published_at__lte=now,
        tender_period_end__gt=now, cancelled_at=None,
    )  # fmt: skip
    count = 0
    for tender in waiting.select_related("buyer"):
        if not Message.objects.filter(key__startswith=f"tender:{tender.pk}:invited:").exists():
            with audit.in_transaction():
                count += bool(tell_invited(tender, now))
    return count


def declare_conflict(*, actor: User, tender_id: int, conflict: bool, note: str = "") -> ConflictDeclaration:
    """Declare (no) conflict of interest. A later declaration replaces the earlier one; the trail keeps both."""
    with audit.in_transaction():
        tender, now = act_on(tender_id, actor, "declare_conflict")
        declaration = ConflictDeclaration.objects.filter(tender=tender, user=actor).first()
        declaration = declaration or ConflictDeclaration(tender=tender, user=actor)
        declaration.declared_at, declaration.conflict, declaration.note = now, conflict, note
        declaration.full_clean()
        declaration.save()
        audit.record(tender.chain, "conflict.declared", actor=actor, at=now, data={"conflict": conflict})
    return declaration
