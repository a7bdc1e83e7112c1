"""What is written about bids. Never to the buyer: before the opening it does not know who bids."""

from django.utils.translation import gettext_lazy as _

from accounts import notices
from accounts.lifecycle import PROVIDER_ROLES, Role
from accounts.notices import NEVER, NOW, Kind


def register() -> None:
    evidence = _("This mail is your evidence, so it cannot be switched off.")
    notices.register(
        Kind("receipt", _("Receipt for a bid"), required=True, why=evidence, roles=PROVIDER_ROLES),
        Kind("withdrawal", _("Receipt for a withdrawal"), required=True, why=evidence, roles=PROVIDER_ROLES),
        Kind(
            "opening",
            _("Opening of bids"),
            required=True,
            why=_("A procedure waits for you, so this mail cannot be switched off."),
            roles=frozenset({Role.OPENER.value}),
        ),
        Kind(
            "checkpoint",
            _("Checkpoint of the audit trail, once a day"),
            unasked=True,
            why=_("You get this mail because you open bids: what left the house cannot be rewritten there any more."),
            roles=frozenset({Role.OPENER.value}),
            channels=(NOW, NEVER),
        ),
    )
