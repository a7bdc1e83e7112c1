"""Proofs that run out, on the desk of the company's people."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import days, desk
from accounts.desk import MOST, Task, role_held
from accounts.lifecycle import PROVIDER_ROLES, Role
from accounts.models import User
from bids.models import Proof
from bids.proofs import SOON_DAYS

PROFILE = gettext_lazy("My company")
FORGOTTEN_AFTER = timedelta(days=90)


def register() -> None:
    """Put the panel on the desk, once."""
    if expiring not in desk.panels:
        desk.panels.append(expiring)


def expiring(user: User, now: datetime) -> Iterator[Task]:
    """Proofs that expire within thirty days or did so lately, due at the end of their last day. One query."""
    companies = user.organizations_with(*PROVIDER_ROLES)
    if not companies:
        return
    first, last = (now - FORGOTTEN_AFTER).date(), (now + timedelta(days=SOON_DAYS)).date()
    rows = Proof.objects.filter(company__in=companies, removed_at=None, valid_until__range=(first, last))
    for proof in rows.defer("content").select_related("company").order_by("valid_until")[:MOST]:
        end = days.end_of(proof.valid_until, proof.company).astimezone(ZoneInfo(proof.company.time_zone))  # type: ignore[arg-type]  # filtered
        yield Task(
            _("Renew a proof: %(title)s") % {"title": proof.title},
            f"{reverse('company_profile')}?company={proof.company_id}",
            end - timedelta(minutes=1),
            PROFILE,
            why=_("After this day no bid can use it any more."),
            role=role_held(user, proof.company_id, Role.BIDDER_ADMIN, Role.BIDDER),
            organization=proof.company_id,
        )
