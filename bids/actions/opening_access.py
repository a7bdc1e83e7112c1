"""Who may take part in an opening, and with which key."""

from typing import Final

from django.http import Http404
from django.utils.translation import gettext_lazy

from accounts.holders import groups_of
from accounts.lifecycle import Role
from accounts.models import OpenerKey, User
from bids.models import SealPiece, TenderSeal
from tendering.models import Tender

ASSISTED_OFF: Final = gettext_lazy(
    "Here a pass sentence is never sent to the server. Please open this page in a browser with JavaScript switched on."
)
NO_KEY: Final = gettext_lazy("Your opening key does not belong to this tender. Ask another member of the group.")
WRONG_PIECE: Final = gettext_lazy(
    "The part released by %(person)s is not the one of the seal. Nothing was opened. Start again without this person."
)


def require_opener(actor: User, tender: Tender) -> None:
    """Http404 unless the person belongs to the buyer's opening group and is an opener there now.

    People of a service centre hold that role, too: in the group alone is not enough once it has ended.
    """
    if not actor.is_active or not groups_of(actor).filter(organization=tender.buyer_id).exists():
        raise Http404


def may_use_recovery_key(actor: User, tender: Tender) -> bool:
    """Whether the person may take the recovery key of this tender out: an opener of the buyer today, also one on loan
    or standing in, with or without an own key in the seal; or a member of its opening group.
    """
    if not actor.is_active:
        return False
    is_opener = tender.buyer_id in actor.organizations_with(Role.OPENER)
    return is_opener or groups_of(actor).filter(organization=tender.buyer_id).exists()


def recovery_key_of(seal: TenderSeal) -> OpenerKey | None:
    """The recovery key the seal was made for, unless it is lost or the pieces are destroyed."""
    pieces = SealPiece.objects.filter(seal=seal).exclude(body={})
    return OpenerKey.objects.recovery().filter(pieces__in=pieces).distinct().first()


def key_for(actor: User, seal: TenderSeal) -> OpenerKey | None:
    """The person's key in use, if the seal was made for it and is not destroyed yet."""
    pieces = SealPiece.objects.filter(seal=seal).exclude(body={})
    return OpenerKey.objects.own().filter(user=actor, pieces__in=pieces).distinct().first()
