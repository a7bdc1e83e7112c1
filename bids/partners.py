"""Who bids with whom: consortium, subcontractors, capacity of other companies; read from a bid's content. No database.

In the content: `consortium` {"name", "role", "share_pct", "authority", "members": [{"name", "role", "share_pct",
"vat_number"}]}, `subcontractors` [{"name", "part", "share_pct"}] and, under `extra`, `reliance` [{"name", "criterion",
"what", "commitment", "declaration"}]. The company that hands in leads. A bare text stands for a company's name.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.vat import clean_vat_number
from bids.content import DraftContent, Faults, text_of

RELIANCE: Final = "reliance"
LONGEST: Final = 1_000
MOST: Final = 50
HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class Member:
    """A further company of the consortium; `share_pct` of the service, `vat_number` as checked."""

    name: str = ""
    role: str = ""
    share_pct: Decimal | None = None
    vat_number: str = ""


@dataclass(frozen=True, slots=True)
class Subcontractor:
    """A company that does a part of the service."""

    name: str = ""
    part: str = ""
    share_pct: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Lender:
    """A company whose capacity the bid relies on for a criterion; whether its commitment and declaration are there."""

    name: str = ""
    criterion: str = ""
    what: str = ""
    commitment: bool = False
    declaration: bool = False


@dataclass(frozen=True, slots=True)
class Partners:
    """All of it; `role`, `share_pct` and `authority` are those of the leading company."""

    name: str = ""
    role: str = ""
    share_pct: Decimal | None = None
    authority: bool = False
    members: tuple[Member, ...] = ()
    subcontractors: tuple[Subcontractor, ...] = ()
    lenders: tuple[Lender, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.name or self.members or self.subcontractors or self.lenders)

    @property
    def names(self) -> list[str]:
        """Of all other companies."""
        return [
            *(member.name for member in self.members),
            *(one.name for one in self.subcontractors),
            *(lender.name for lender in self.lenders),
        ]

    def into(self, content: DraftContent) -> DraftContent:
        """The content with these partners; what is empty is left out."""
        own = {"name": self.name, "role": self.role, "share_pct": _shown(self.share_pct), "authority": self.authority}
        consortium = {**_filled(own), "members": [_row(member) for member in self.members]}
        extra = {name: entry for name, entry in content.extra.items() if name != RELIANCE}
        if self.lenders:
            extra[RELIANCE] = [_row(lender) for lender in self.lenders]
        return replace(
            content,
            consortium=consortium if self.members or self.name else {},
            subcontractors=[_row(one) for one in self.subcontractors],
            extra=extra,
        )


def partners_of(consortium: object, subcontractors: object, extra: object) -> Partners:
    """What can be read of it; what cannot is left out."""
    said = consortium if isinstance(consortium, Mapping) else {}
    lenders = extra.get(RELIANCE) if isinstance(extra, Mapping) else None
    return Partners(
        name=_words(said.get("name")),
        role=_words(said.get("role")),
        share_pct=_share(said.get("share_pct")),
        authority=said.get("authority") is True,
        members=tuple(
            Member(_words(one.get("name")), _words(one.get("role")), _share(one.get("share_pct")),
                   _words(one.get("vat_number")))
            for one in _objects(said.get("members"))
        ),
        subcontractors=tuple(
            Subcontractor(_words(one.get("name")), _words(one.get("part")), _share(one.get("share_pct")))
            for one in _objects(subcontractors)
        ),
        lenders=tuple(
            Lender(_words(one.get("name")), _words(one.get("criterion")), _words(one.get("what")),
                   one.get("commitment") is True, one.get("declaration") is True)
            for one in _objects(lenders)
        ),
    )  # fmt: skip


def in_content(content: DraftContent) -> Partners:
    """The partners of a draft."""
    return partners_of(content.consortium, content.subcontractors, content.extra)


def in_opened(opened: Mapping[str, Any]) -> Partners:
    """The partners of an opened bid."""
    return partners_of(opened.get("consortium"), opened.get("subcontractors"), opened.get("extra"))


def doubts(found: Partners, own_name: str, *, subcontracting_allowed: bool = True) -> list[str]:
    """What may be wrong, each sentence once; nothing of it blocks."""
    return list(dict.fromkeys(_doubts(found, own_name, subcontracting_allowed)))


def _doubts(found: Partners, own_name: str, subcontracting_allowed: bool) -> Iterator[str]:
    yield from _of_consortium(found, own_name)
    if found.subcontractors and not subcontracting_allowed:
        yield _("This tender does not allow subcontractors.")
    for one in found.subcontractors:
        if one.name and not one.part:
            yield _("Say which part of the service %(name)s does.") % {"name": one.name}
    total = sum((one.share_pct or Decimal(0) for one in found.subcontractors), Decimal(0))
    if total > HUNDRED:
        yield _("The shares of the subcontractors add up to %(total)s %%.") % {"total": _plain(total)}
    for lender in found.lenders:
        words = {"name": lender.name}
        if lender.name and not lender.commitment:
            yield _("Add the commitment of %(name)s that its capacity is at your disposal.") % words
        if lender.name and not lender.declaration:
            yield _("Add the self-declaration of %(name)s on grounds for exclusion.") % words
    if not all(found.names):
        yield _("One of the other companies has no name yet.")


def _of_consortium(found: Partners, own_name: str) -> Iterator[str]:
    if not found.members:
        if found.name:
            yield _("A consortium has at least one further member. Name it, or leave the name of the consortium empty.")
        return
    if not found.authority:
        yield _("Confirm that all members let your company act for them and are liable together.")
    names = [alike(member.name) for member in found.members if member.name]
    if alike(own_name) in names:
        yield _("Your own company leads the consortium; do not name it again among the others.")
    for name in sorted({member.name for member in found.members if names.count(alike(member.name)) > 1}):
        yield _("%(name)s is named twice.") % {"name": name}
    shares = [found.share_pct, *(member.share_pct for member in found.members)]
    given = [share for share in shares if share is not None]
    if given and (len(given) < len(shares) or sum(given) != HUNDRED):
        total = _plain(sum(given, Decimal(0)))
        yield _("The shares of all members, yours among them, add up to %(total)s %%, not 100 %%.") % {"total": total}


def alike(name: str) -> str:
    """A company's name for comparing."""
    return " ".join(name.casefold().split())


def check(content: DraftContent, faults: Faults) -> None:
    """Faults by JSON path in what is structured; names may stand as bare texts."""
    if "share_pct" in content.consortium:
        _check_share(content.consortium["share_pct"], "$.consortium.share_pct", faults)
    _check_rows(content.consortium.get("members", []), "$.consortium.members", faults)
    _check_rows(content.subcontractors, "$.subcontractors", faults)
    _check_rows(content.extra.get(RELIANCE, []), f"$.extra.{RELIANCE}", faults)


def checked_vat_number(number: str, country: str = "") -> str:
    """As `clean_vat_number`; the two letters before the number name the country, else `country`."""
    letters = "".join(number.split())[:2].upper()
    if letters.isalpha() and letters.isascii() and len(letters) == 2:
        country = "GR" if letters == "EL" else letters
    return clean_vat_number(country, number) if country else "".join(number.split()).upper()


def _check_rows(value: object, path: str, faults: Faults) -> None:
    if not isinstance(value, list):
        faults.add(path, _("Must be a list of companies."))
        return
    if len(value) > MOST:
        faults.add(path, _("At most %(count)s companies are allowed.") % {"count": MOST})
    for number, row in enumerate(value[:MOST]):
        if isinstance(row, dict):
            _check_row(row, f"{path}[{number}]", faults)
        elif not isinstance(row, str):
            faults.add(f"{path}[{number}]", _("Must be the name of a company or an object with one."))


def _check_row(row: dict[str, Any], path: str, faults: Faults) -> None:
    for name in ("name", "role", "part", "what", "criterion", "vat_number"):
        if name in row and not (isinstance(row[name], str) and len(row[name]) <= LONGEST):
            faults.add(f"{path}.{name}", _("Must be a text of at most %(count)s characters.") % {"count": LONGEST})
    for name in ("commitment", "declaration"):
        if name in row and not isinstance(row[name], bool):
            faults.add(f"{path}.{name}", _("Must be true or false."))
    if "share_pct" in row:
        _check_share(row["share_pct"], f"{path}.share_pct", faults)
    if isinstance(row.get("vat_number"), str):
        try:
            checked_vat_number(row["vat_number"])
        except ValidationError as error:
            faults.add(f"{path}.vat_number", " ".join(error.messages))


def _check_share(value: object, path: str, faults: Faults) -> None:
    if _share(value) is None:
        faults.add(path, _("Write the share in percent as a text, for example “55” or “12.5”."))


def _share(value: object) -> Decimal | None:
    if not isinstance(value, str) or not value.isascii() or not value.replace(".", "", 1).isdigit() or len(value) > 10:
        return None
    share = Decimal(value)
    return share if share <= HUNDRED else None


def _words(value: object) -> str:
    return value if isinstance(value, str) else ""


def _objects(value: object) -> Iterator[Mapping[str, Any]]:
    for one in value if isinstance(value, list) else []:
        if isinstance(one, Mapping):
            yield one
        elif isinstance(one, str):
            yield {"name": one}


def _row(one: Member | Subcontractor | Lender) -> dict[str, Any]:
    row = {name: getattr(one, name) for name in one.__slots__}
    return {"name": one.name, **_filled({k: _shown(v) if isinstance(v, Decimal) else v for k, v in row.items()})}


def _filled(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value not in (None, "", False)}


def _shown(share: Decimal | None) -> str | None:
    return None if share is None else text_of(share)


def _plain(number: Decimal) -> str:
    return text_of(number.normalize())
