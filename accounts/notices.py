"""What the platform writes about: a registry of kinds. Upper apps register theirs at start-up.

What a procedure requires is always mailed at once and says why; everything else lies in the mailbox, and is mailed only
to whoever asked for it (Consent), at once or once a day (NotificationChoice). What an office needs as evidence comes
unasked to the people of a role, says why, and ends with one click.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.lifecycle import Role

Text: TypeAlias = str | Promise
NOW, DAILY, NEVER = "now", "daily", "never"
_SALT = "unsubscribe"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of notice.

    `required`: the procedure demands it. `unasked`: people of its roles get it until they end it. `why`: in a sentence.

    `roles` narrows who is offered the choice (none: everybody). `buyer_knows`: the buyer knows the recipient anyway, so
    its officers may be told when the mail cannot be delivered; never for what would give away who bids.
    """

    code: str
    label: Text
    required: bool = False
    unasked: bool = False
    why: Text = ""
    roles: frozenset[str] = frozenset()
    buyer_knows: bool = False
    channels: tuple[str, ...] = (NOW, DAILY, NEVER)


@dataclass(frozen=True, slots=True)
class Procedure:
    """What a chain ("tender:12") is called and whose it is."""

    title: str
    organization: int


@dataclass(frozen=True, slots=True)
class Off:
    """Something with an end of its own: its name in words (None: unknown), and how it is stopped."""

    describe: Callable[[str], str | None]
    stop: Callable[[str, datetime], None]


Lookup: TypeAlias = Callable[[Sequence[int]], dict[int, Procedure]]

kinds: dict[str, Kind] = {}
# "tender": titles and organisations of these ids, in one query
procedures: dict[str, Lookup] = {}
# "subscription": what else a one-click address can end
offs: dict[str, Off] = {}


def register(*some: Kind) -> None:
    """Known from now on; registering a kind twice is the same."""
    kinds.update({kind.code: kind for kind in some})


def kind_of(code: str) -> Kind:
    """The kind of this code; KeyError for a code nobody registered."""
    return kinds[code]


def voluntary() -> list[Kind]:
    return [kind for kind in kinds.values() if not kind.required]


def required() -> list[Kind]:
    return [kind for kind in kinds.values() if kind.required]


def named(chains: Iterable[str]) -> dict[str, Procedure]:
    """{chain: procedure} of those that are known; one query per sort of chain."""
    numbers: dict[str, dict[int, str]] = {}
    for chain in chains:
        sort, _colon, number = chain.partition(":")
        if sort in procedures and number.isdecimal():
            numbers.setdefault(sort, {})[int(number)] = chain
    return {
        by_number[key]: procedure
        for sort, by_number in numbers.items()
        for key, procedure in procedures[sort](list(by_number)).items()
    }


def off_token(what: str, who: str) -> str:
    """The signed part of a one-click address: `what` is "user", "address" or a key of `offs`; never expires."""
    return signing.dumps([what, who], salt=_SALT)


def read_off_token(token: str) -> tuple[str, str] | None:
    """(what, who) of an address that was made here, None for any other."""
    try:
        what, who = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(what), str(who)


def off_address(token: str) -> str:
    return settings.BASE_URL + reverse("unsubscribe", args=[token])


def off_headers(token: str) -> dict[str, str]:
    """RFC 2369 and RFC 8058: the mail program's own button ends it with one click."""
    return {"List-Unsubscribe": f"<{off_address(token)}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def footer(kind: Kind, *, off: str = "", message: str = "", person: bool = False) -> str:
    """What ends every mail, in the active language: who writes, why, and where to change it.

    `off` is an `off_token`, `message` the id in the mailbox; `person`: the recipient can sign in.
    """
    lines = ["-- ", f"{settings.SITE_NAME} · {settings.BASE_URL}"]
    if kind.required or kind.unasked:
        lines += [reason(kind)]
    else:
        lines += [_("You get this mail because you asked for it: %(kind)s.") % {"kind": kind.label}]
    if message:
        lines += [_("It also lies among your messages:"), settings.BASE_URL + reverse("message", args=[message])]
    if off:
        lines += [_("No more of these mails, with one click:"), off_address(off)]
    if person:
        lines += [_("Choose what we mail to you:"), settings.BASE_URL + reverse("notifications")]
    return "\n".join(lines)


def reason(kind: Kind) -> str:
    """Why a kind is mailed without having been asked for, in the active language."""
    return str(kind.why or _("This mail is part of the procedure, so it cannot be switched off."))


_STAFF = frozenset(role.value for role in Role) - {Role.BIDDER, Role.BIDDER_ADMIN}

register(
    Kind("procedure", gettext_lazy("News of procedures you take part in"), required=True),
    Kind(
        "account",
        gettext_lazy("Your account and your roles"),
        required=True,
        why=gettext_lazy("This mail is about your account, so it cannot be switched off."),
    ),
    Kind(
        "feedback",
        gettext_lazy("Reports of barriers, to the operator"),
        required=True,
        why=gettext_lazy("You get this mail because you run this site."),
        roles=frozenset({"operator"}),
    ),
    Kind(
        "digest",
        gettext_lazy("My tasks, every morning"),
        roles=_STAFF,
        channels=(DAILY, NEVER),
    ),
)
