"""For which lots a bid was handed in, told once to the person who did it.

Receipt, mail and trail do not say it: the choice of lots is sealed like the prices, and the platform keeps no copy.
"""

from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from bids.actions.drafts import content_of, own_draft


def lots_handed_in(actor: User, draft_id: UUID | str) -> str:
    """The sentence for the page after handing in; empty where there is nothing to choose, or the draft is gone.

    Ask before handing in: the draft is deleted with it.
    """
    try:
        draft = own_draft(actor, draft_id)
    except Http404:
        return ""
    if draft.tender.is_call or draft.tender.lots.count() < 2:
        return ""
    codes = sorted(content_of(draft).chosen_lots())
    words = ngettext("Handed in for lot %(lots)s.", "Handed in for the lots %(lots)s.", len(codes))
    told = _("This is told to you alone, and only now: which lots you chose is sealed like your prices.")
    return f"{words % {'lots': ', '.join(codes)}} {told}" if codes else ""
