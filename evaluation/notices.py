"""What is written while bids are judged. The buyer knows the bidders by then and is told of what does not arrive."""

from django.utils.translation import gettext_lazy as _

from accounts import notices
from accounts.lifecycle import PROVIDER_ROLES, Role
from accounts.notices import Kind


def register() -> None:
    clock = _("This mail starts a clock or changes what a bid must say, so it cannot be switched off.")
    for code, label in (
        ("documents_requested", _("Request for missing documents")),
        ("price_question", _("Question about your price")),
        ("bid_question", _("Question about your bid")),
        ("award_letter", _("Letter about the award")),
        ("candidate_letter", _("Letter about the selection of candidates")),
    ):
        notices.register(Kind(code, label, required=True, why=clock, roles=PROVIDER_ROLES, buyer_knows=True))
    notices.register(
        Kind(
            "contract",
            _("Contracts: delivery and end"),
            required=True,
            why=_("This mail is about a contract you are part of, so it cannot be switched off."),
            roles=PROVIDER_ROLES | {Role.OFFICER.value},
            buyer_knows=True,
        )
    )
    notices.register(
        Kind(
            "panel",
            _("Work of the panel"),
            required=True,
            why=_("A procedure waits for you, so this mail cannot be switched off."),
            roles=frozenset({Role.EVALUATOR.value, Role.PANEL_CHAIR.value}),
        )
    )
