"""Who sits on the panel, has handed in scores and led it, for the page of duties."""

from accounts.models import User
from evaluation.models import PanelLock, PanelMember
from tendering import duties
from tendering.models import Tender


def register() -> None:
    """Once."""
    for slot, function in (
        (duties.seats, named),
        (duties.doers[duties.PANEL], scored_by),
        (duties.doers[duties.CHAIR], led_by),
    ):
        if function not in slot:
            slot.append(function)


def named(tender: Tender) -> list[User]:
    """The members of the panel."""
    return [seat.user for seat in PanelMember.objects.filter(tender=tender).select_related("user")]


def scored_by(tender: Tender) -> list[User]:
    """Who has handed in scores."""
    seats = PanelMember.objects.filter(tender=tender, submitted_at__isnull=False)
    return [seat.user for seat in seats.select_related("user")]


def led_by(tender: Tender) -> list[User]:
    """Who closed the panel."""
    return [lock.locked_by for lock in PanelLock.objects.filter(tender=tender).select_related("locked_by")]
