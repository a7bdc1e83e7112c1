"""The opening groups of the demo have rehearsed an opening, as a group does before its first tender."""

from accounts.models import OpeningGroup
from bids import actions
from config.demo.people import pass_sentence


def rehearse_openings() -> None:
    """Each group opens a test bid together, with the pass sentences of the demo."""
    for group in OpeningGroup.objects.filter(organization__practice_run=None).order_by("organization__reference"):
        openers = list(group.members.order_by("pk"))[: group.needed]
        begun = actions.start_group_rehearsal(actor=openers[0], organization_id=group.organization_id)
        for opener in openers:
            sentence = pass_sentence(opener.reference or "")
            actions.rehearse_assisted(actor=opener, rehearsal_id=begun.pk, pass_sentence=sentence)
