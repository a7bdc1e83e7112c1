"""Which questions a person sees: answered ones for all, open ones for the asking company and the buyer's officers."""

from typing import Any

from django.db.models import Q, QuerySet

from accounts.lifecycle import Role
from tendering.models import Question, Tender


def questions_for(actor: Any, tender: Tender) -> QuerySet[Question]:
    """Questions of a tender the person may know of. The asker is not among the fields anybody is shown."""
    found = tender.questions.defer("asked_by")
    if not getattr(actor, "is_authenticated", False):
        return found.filter(answered_at__isnull=False)
    if actor.roles_in(tender.buyer_id):
        return found
    own = actor.organizations_with(Role.BIDDER, Role.BIDDER_ADMIN)
    return found.filter(Q(answered_at__isnull=False) | Q(asked_by__in=own))
