"""The seal of a tender, made when it is published: the secret is split among the opening group and forgotten."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.decision import refuse
from accounts.lifecycle import Role
from accounts.models import Membership, OpenerKey, OpeningGroup, User, ready_recovery
from bids import keys
from bids.actions import trail
from bids.envelopes import PRICE, SINGLE, envelopes
from bids.models import SealPiece, TenderSeal
from bids.sealing import new_tender_secret, split_secret
from bids.sealing.wrapping import encode
from tendering.models import Tender

MOST_OPENERS = 5


def make_seal(tender: Tender, actor: User, at: datetime) -> None:
    """Seals the tender's current round for the buyer's opening group; does nothing when that seal exists.

    Called by tendering inside the transaction of release or of the next round. Refuses while keys are missing.
    """
    if current_seals(tender):
        return
    group = OpeningGroup.objects.filter(organization=tender.buyer_id).first()
    if group is None:
        refuse("no_opening_group", _("Please name an opening group first: the people who open the bids together."))
    held = keys_of_group(group, max(at, tender.opening_planned_at or tender.tender_period_end or at))
    for envelope in envelopes(tender):
        seal = _new_seal(tender, envelope, group.needed, held, at)
        data = {"recipient": seal.recipient, "generation": seal.generation, "needed": seal.needed, "keys": len(held)}
        if envelope != SINGLE:
            data["envelope"] = envelope
        trail.record(tender.pk, "seal.made", actor=actor, at=at, subject=f"tender:{tender.pk}", data=data)


def current_seals(tender: Tender) -> list[TenderSeal]:
    """The seals of the tender's current round in the order in which their envelopes are opened; empty before."""
    found = list(TenderSeal.objects.filter(tender=tender, generation=tender.round))
    for seal in found:
        seal.tender = tender
    return sorted(found, key=lambda seal: seal.envelope == PRICE)


def current_seal(tender: Tender, envelope: str = "") -> TenderSeal:
    """The seal of the current round for this envelope, by default the one opened first; refuses when there is none."""
    seal = next((seal for seal in current_seals(tender) if envelope in ("", seal.envelope)), None)
    if seal is None:
        refuse("no_seal", _("This tender has no seal yet, so no bid can be taken."))
    return seal


def keys_of_group(group: OpeningGroup, opening: datetime) -> dict[str, OpenerKey]:
    """{name in pieces: key}, the recovery key among them. One more than needed, so that a lost key does not lose bids.

    Nobody on loan from a service centre whose duty ends before the opening: that key would be of no use.
    """
    ending = Membership.objects.filter(
        organization=group.organization_id, role=Role.OPENER, via__isnull=False, ends_at__lte=opening
    )
    members = OpenerKey.objects.own().filter(user__in=group.members.all(), user__is_active=True)
    members = members.exclude(user__in=ending.values("user"))
    openers = {key.identifier: key for key in members.defer("locked")}
    openers |= {key.identifier: key for key in _recovery_key(group)}
    if len(openers) <= group.needed:
        text = _(
            "%(needed)s people open together, so the opening group needs at least %(least)s opening keys; it has "
            "%(have)s. Please ask the others to make their key under “My account”, or have a recovery key made."
        )
        refuse("opener_keys_missing", text % {"needed": group.needed, "least": group.needed + 1, "have": len(openers)})
    if len(openers) > MOST_OPENERS:
        refuse("too_many_openers", _("An opening group has at most five people."))
    return openers


def _recovery_key(group: OpeningGroup) -> QuerySet[OpenerKey]:
    """The group's recovery key, if it is ready and nobody who opens with an own key has made it."""
    ready = OpenerKey.objects.filter(ready_recovery(), recovery_for=group)
    return ready.exclude(user__in=group.members.all())


def _new_seal(tender: Tender, envelope: str, needed: int, held: dict[str, OpenerKey], at: datetime) -> TenderSeal:
    """Makes a secret, splits it, stores what may be stored, and forgets it."""
    seal = TenderSeal(tender=tender, generation=tender.round, envelope=envelope, needed=needed, created_at=at)
    split = split_secret(
        new_tender_secret(),
        tender=seal.scope,
        generation=tender.round,
        openers={name: key.public for name, key in held.items()},
        k=needed,
        platform_public=keys.platform_key().public,
        escrow_public=keys.escrow_public(),
    )
    seal.recipient, seal.clock_wrapped = split.recipient, encode(split.clock_platform)
    seal.clock_escrow = encode(split.clock_escrow) if split.clock_escrow else ""
    seal.full_clean()
    seal.save()
    SealPiece.objects.bulk_create(
        SealPiece(
            seal=seal,
            key=held[piece.opener],
            opener_id=held[piece.opener].user_id,
            subset=list(piece.subset),
            body=piece.to_json(),
        )
        for piece in split.pieces
    )
    return seal
