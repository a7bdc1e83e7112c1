"""What is written about pilots and to councils, and what a chain "pilot:3" is called."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from accounts import notices
from accounts.lifecycle import Role
from accounts.notices import Kind, Procedure
from pilots.models import Pilot

OFFICE = frozenset({Role.OFFICER.value, Role.REQUESTER.value, Role.APPROVER.value, Role.AUDITOR.value})


def register() -> None:
    notices.register(
        Kind(
            "pilot_duty",
            _("Second signature for a pilot"),
            required=True,
            why=_("A procedure waits for you, so this mail cannot be switched off."),
            roles=OFFICE,
        ),
        Kind("council_paper", _("New papers for the council"), roles=frozenset({Role.COUNCIL_MEMBER.value})),
    )
    notices.procedures["pilot"] = _pilots


def _pilots(numbers: Sequence[int]) -> dict[int, Procedure]:
    rows = Pilot.objects.filter(pk__in=numbers).values_list("pk", "title", "municipality_id")
    return {pk: Procedure(title, municipality) for pk, title, municipality in rows}
