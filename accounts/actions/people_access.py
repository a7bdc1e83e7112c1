"""The first lines of every act on an organisation's people: lock it, read the clock once, see who asks."""

from datetime import datetime

from django.http import Http404
from django.utils.translation import gettext as _

from accounts import clock
from accounts.decision import refuse
from accounts.lifecycle import ADMINS
from accounts.models import Membership, Organization, User


def locked(organization_id: int) -> tuple[Organization, datetime]:
    """The organisation, so that its acts wait for each other, and the act's one moment; Http404 when unknown."""
    organization = Organization.objects.select_for_update(of=("self",), no_key=True).filter(pk=organization_id).first()
    if organization is None:
        raise Http404
    return organization, clock.now()


def administer(actor: User, organization_id: int) -> tuple[Organization, datetime]:
    """As `locked`, for the organisation's administrators; Http404 for strangers, 403 for other members.

    Asks the table, not the roles the request began with: an administrator may just have been removed.
    """
    organization, now = locked(organization_id)
    held = set(
        Membership.objects.active(now).filter(user=actor, organization=organization).values_list("role", flat=True)
    )
    if not held or not actor.is_active:
        raise Http404
    if held.isdisjoint(ADMINS):
        refuse("not_your_role", _("Only an administrator of the organisation may do this."), 403)
    return organization, now


def colleague(organization: Organization, user_id: int) -> User:
    """Somebody who has or had a role there; Http404 otherwise."""
    found = User.objects.filter(pk=user_id, memberships__organization=organization).distinct().first()
    if found is None:
        raise Http404
    return found


def require_admin_left(organization: Organization, at: datetime) -> None:
    """Refuse an act after which nobody could administer the organisation for good.

    Stand-ins, people on loan and administrators whose own end is planned do not count.
    """
    own = Membership.objects.active(at).filter(organization=organization, role__in=ADMINS, stands_in_for=None, via=None)
    if not own.filter(user__is_active=True, ends_at=None).exists():
        refuse(
            "last_admin",
            _("Then nobody could administer this organisation. Make somebody else administrator first."),
        )
