"""What is written about tenders, and what a chain "tender:12" is called."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from accounts import notices
from accounts.lifecycle import PROVIDER_ROLES, Role
from accounts.notices import Kind, Procedure
from tendering.actions.watching import describe_followed, stop_by_link
from tendering.models import Tender

OFFICE = frozenset({Role.OFFICER.value, Role.APPROVER.value, Role.ORG_ADMIN.value})
_CLOCK = _("This mail starts a clock or changes what a bid must say, so it cannot be switched off.")
_DUTY = _("A procedure waits for you, so this mail cannot be switched off.")


def register() -> None:
    notices.register(
        Kind("invitation", _("Invitation to bid"), required=True, why=_CLOCK, roles=PROVIDER_ROLES, buyer_knows=True),
        Kind("deadline_moved", _("Moved deadline"), required=True, why=_CLOCK, roles=PROVIDER_ROLES),
        Kind("amended", _("Corrected documents"), required=True, why=_CLOCK, roles=PROVIDER_ROLES),
        Kind("question_answered", _("Answer to a question"), required=True, why=_CLOCK, roles=PROVIDER_ROLES),
        Kind("cancelled", _("Cancelled procedure"), required=True, why=_CLOCK, roles=PROVIDER_ROLES),
        Kind("question_asked", _("New question of a bidder"), required=True, why=_DUTY, roles=OFFICE),
        Kind(
            "platform_disturbed",
            _("Disturbance of this platform before a deadline"),
            required=True,
            why=_DUTY,
            roles=OFFICE,
        ),
        Kind("release", _("Request to release, and its answer"), required=True, why=_DUTY, roles=OFFICE),
        Kind(
            "confirm_address",
            _("Link that confirms an address"),
            required=True,
            why=_(
                "Somebody entered this address on our site. If it was not you, do nothing: no more mails will follow."
            ),
            roles=frozenset({"address"}),
        ),
        Kind("saved_search", _("New tenders of a search you follow")),
        Kind("tender_changes", _("Changes of a tender you follow")),
        Kind("reminder", _("Reminders you set for a tender")),
    )
    notices.procedures["tender"] = _tenders
    notices.offs["subscription"] = notices.Off(describe_followed, stop_by_link)


def _tenders(numbers: Sequence[int]) -> dict[int, Procedure]:
    rows = Tender.objects.filter(pk__in=numbers).values_list("pk", "title", "buyer_id")
    return {pk: Procedure(title, buyer) for pk, title, buyer in rows}
