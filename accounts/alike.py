"""Is this company here already? By VAT number, by name and country, by the domain of the e-mail address."""

import re
import unicodedata
from datetime import datetime
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts import practice
from accounts.lifecycle import OrganizationKind, Role
from accounts.models import Membership, Organization, User

_WORDS: Final = re.compile(r"[^\W_]+")
# what a company is, not what it is called
LEGAL_FORMS: Final = frozenset({
    "ag", "and", "co", "cokg", "corp", "dac", "eg", "ek", "et", "ev", "gbr", "ggmbh", "gmbh", "inc", "kg", "kgaa",
    "limited", "llc", "llp", "lp", "ltd", "mbh", "nv", "oe", "og", "ohg", "oy", "partg", "partgmbb", "plc", "sa",
    "sarl", "sas", "se", "sl", "spa", "srl", "ug", "und",
})  # fmt: skip
# everybody can have an address there: the same domain says nothing
PUBLIC_MAIL_HOSTS: Final = frozenset({
    "1und1", "aol", "arcor", "bluewin", "freenet", "gmail", "gmx", "googlemail", "hotmail", "icloud", "live", "mail",
    "mailbox", "me", "msn", "outlook", "posteo", "proton", "protonmail", "t-online", "tutanota", "vodafone", "web",
    "yahoo", "yandex", "zoho",
})  # fmt: skip


# letters of other alphabets whose capitals look like Latin ones: a name must not be new because of one of them
_LOOK_ALIKES: Final = str.maketrans(
    "авсеіјкмнорѕтухѵһԁԛԝ" "αβεζηικμνορτυχ" "ı",
    "abceijkmhopstyxvhdqw" "abezhikmnoptyx" "i",
)  # fmt: skip
# small letters that look like another Latin letter than their capital does: a small nu is a v, its capital an N
_SMALL_LOOK_ALIKES: Final = str.maketrans("νυηγω", "vunyw")
_OTHER_ALPHABETS: Final = "[\u0370-\u03ff\u0400-\u052f\u0131]"


def plain_name(name: str) -> str:
    """The name by which two spellings are the same: no case, punctuation, legal form or look-alike letters.

    "" when nothing is left.
    """
    folded = unicodedata.normalize("NFKC", name).casefold().translate(_LOOK_ALIKES)
    words = _WORDS.findall(folded.replace(".", ""))
    return " ".join(word for word in words if word not in LEGAL_FORMS) or " ".join(words)


def looks_of(name: str) -> set[str]:
    """Every plain name this may be read as; two names with one in common look the same. {""} when nothing is left."""
    return {plain_name(name), plain_name(name.translate(_SMALL_LOOK_ALIKES))}


def own_domain(email: str) -> str:
    """The domain of an address that belongs to a company; "" for a public mail host and for invented accounts."""
    domain = email.rpartition("@")[2].strip().lower()
    labels = domain.split(".")
    if len(labels) < 2 or domain == practice.DOMAIN:
        return ""
    host = labels[-3] if len(labels) > 2 and labels[-2] in {"co", "com"} else labels[-2]
    return "" if host in PUBLIC_MAIL_HOSTS else domain


def company_like(*, name: str, email: str, country: str, vat_number: str, now: datetime) -> Organization | None:
    """The company that is probably meant and has an administrator who could be asked; None for a new one.

    The strongest sign wins: VAT number, then name and country, then domain. Never asks whether an address has an
    account: the answer is the same for known and unknown addresses.
    """
    if vat_number and (found := _companies(now).filter(vat_number=vat_number).first()):
        return found
    if found := _by_name(name, country, now):
        return found
    return _by_domain(own_domain(email), now)


def _companies(now: datetime) -> QuerySet[Organization]:
    admins = Membership.objects.active(now).filter(
        organization=OuterRef("pk"), role=Role.BIDDER_ADMIN, user__is_active=True
    )
    return Organization.objects.filter(Exists(admins), kind=OrganizationKind.PROVIDER).order_by("pk")


def _by_name(name: str, country: str, now: datetime) -> Organization | None:
    """Compared here, not in the database: no database folds names like this. One ASCII word narrows the search."""
    wanted = looks_of(name) - {""}
    if not wanted:
        return None
    narrow = [word for word in _WORDS.findall(name) if word.isascii() and word.casefold() not in LEGAL_FORMS]
    found = _companies(now).filter(country=country)
    if narrow:
        found = found.filter(Q(name__icontains=max(narrow, key=len)) | Q(name__regex=_OTHER_ALPHABETS))
    for pk, other in found.values_list("pk", "name"):
        if looks_of(other) & wanted:
            return Organization.objects.get(pk=pk)
    return None


def _by_domain(domain: str, now: datetime) -> Organization | None:
    if not domain:
        return None
    people = User.objects.filter(email__iendswith=f"@{domain}", is_active=True)
    theirs = Membership.objects.active(now).filter(organization=OuterRef("pk"), user__in=people)
    return _companies(now).filter(Q(email__iendswith=f"@{domain}") | Q(Exists(theirs))).first()
