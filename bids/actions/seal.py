"""The seal of a tender, made when it is published: the secret is split among the opening group and forgotten."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.decision import refuse
from accounts.models import OpenerKey, OpeningGroup, User
from bids import keys
from bids.actions import trail
from bids.models import SealPiece, TenderSeal
from bids.sealing import SplitSecret, new_tender_secret, split_secret
from bids.sealing.wrapping import encode
from tendering.models import Tender

MOST_OPENERS = 5


def make_seal(tender: Tender, actor: User, at: datetime) -> None:
    """Seals the tender's current round for the buyer's opening group; does nothing when that seal exists.

    Called by tendering inside the transaction of release or of the next round. Refuses while keys are missing.
    """
    if TenderSeal.objects.filter(tender=tender, generation=tender.round).exists():
        return
    group = OpeningGroup.objects.filter(organization=tender.buyer_id).first()
    if group is None:
        refuse("no_opening_group", _("Please name an opening group first: the people who open the bids together."))
    openers = _opener_keys(group)
    secret = new_tender_secret()
    split = split_secret(
        secret,
        tender=str(tender.pk),
        generation=tender.round,
        openers=openers,
        k=group.needed,
        platform_public=keys.platform_key().public,
        escrow_public=keys.escrow_public(),
    )
    seal = _store(tender, group.needed, split, at)
    trail.record(
        tender.pk,
        "seal.made",
        actor=actor,
        at=at,
        subject=f"tender:{tender.pk}",
        data={"recipient": seal.recipient, "generation": seal.generation, "needed": seal.needed, "keys": len(openers)},
    )


def current_seal(tender: Tender) -> TenderSeal:
    """The seal of the tender's current round; refuses when there is none."""
    seal = TenderSeal.objects.filter(tender=tender, generation=tender.round).first()
    if seal is None:
        refuse("no_seal", _("This tender has no seal yet, so no bid can be taken."))
    return seal


def _opener_keys(group: OpeningGroup) -> dict[str, str]:
    """{person id: public key}. One more key than needed, so that a lost key does not lose the bids."""
    members = OpenerKey.objects.filter(user__in=group.members.all(), user__is_active=True, retired_at=None)
    openers = {str(key.user_id): key.public for key in members}
    if len(openers) <= group.needed:
        text = _(
            "%(needed)s people open together, so at least %(least)s of the opening group need an opening key; %(have)s "
            "have one. Please ask the others to make their key under “My account”."
        )
        refuse("opener_keys_missing", text % {"needed": group.needed, "least": group.needed + 1, "have": len(openers)})
    if len(openers) > MOST_OPENERS:
        refuse("too_many_openers", _("An opening group has at most five people."))
    return openers


def _store(tender: Tender, needed: int, split: SplitSecret, at: datetime) -> TenderSeal:
    seal = TenderSeal(
        tender=tender,
        generation=tender.round,
        recipient=split.recipient,
        needed=needed,
        clock_wrapped=encode(split.clock_platform),
        clock_escrow=encode(split.clock_escrow) if split.clock_escrow else "",
        created_at=at,
    )
    seal.full_clean()
    seal.save()
    SealPiece.objects.bulk_create(
        SealPiece(seal=seal, opener_id=int(piece.opener), subset=list(piece.subset), body=piece.to_json())
        for piece in split.pieces
    )
    return seal
