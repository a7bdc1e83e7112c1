"""What the pages of the library show: newest versions in use, found by words, and one content laid out for readers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from tendering import cpv
from tendering.curve_picture import curve_svg
from tendering.library.comparing import changes
from tendering.library.drafting import ROLES, growth, rounded
from tendering.library.results import achieved
from tendering.library.shape import Json, in_language
from tendering.models import Template, TemplateVersion
from tendering.search import words_of
from tendering.weights import plain

SEARCHED = ("title", "summary", "need", "problem", "hypothesis", "scope", "tried")
KINDS = ("efficiency", "cost", "quality")


class Drafted(Protocol):
    """A tender or a pilot that may have come from a template."""

    @property
    def template_version_id(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """A template as the list shows it: its newest version in use, and the content in the reader's language."""

    version: TemplateVersion
    content: Json

    @property
    def template(self) -> Template:
        return self.version.template


def newest_in_use(language: str, codes: Iterable[str] | None = None) -> list[Entry]:
    """The newest version in use of every template, ordered by title; one query."""
    rows = TemplateVersion.objects.in_use().select_related("template__owner")
    rows = rows.filter(template__owner__practice_run=None).order_by("template", "-number")
    if codes is not None:
        rows = rows.filter(template__code__in=list(codes))
    first: dict[Any, TemplateVersion] = {}
    for row in rows:
        first.setdefault(row.template_id, row)
    entries = [Entry(row, in_language(row.content, language)) for row in first.values()]
    return sorted(entries, key=lambda entry: (entry.template.kind == "pilot", entry.content["title"].casefold()))


def most_used(kind: str, language: str, now: datetime, number: int = 4) -> list[Entry]:
    """The templates of a kind that were used most, for those who start something new."""
    entries = [entry for entry in newest_in_use(language) if entry.template.kind == kind]
    results = achieved([entry.template.pk for entry in entries], now)

    def times(entry: Entry) -> int:
        result = results[entry.template.pk]
        return result.procedures + (result.tried.pilots if result.tried else 0)

    return sorted(entries, key=times, reverse=True)[:number]


def newer_than(version: TemplateVersion) -> TemplateVersion | None:
    """The newest version in use that came after this one; None when there is none."""
    rows = TemplateVersion.objects.in_use().filter(template=version.template_id, number__gt=version.number)
    return rows.order_by("-number").first()


def fits(entry: Entry, words: str) -> bool:
    """Whether the content contains every word of the search, as a part of a word too."""
    own = entry.content
    texts = [own.get(name, "") for name in SEARCHED]
    texts += [lot["title"] for lot in own.get("lots", ())] + [row["name"] for row in own.get("indicators", ())]
    text = " ".join([*texts, entry.template.code, cpv.label(own.get("cpv_main", ""))])
    found = " ".join(words_of(text))
    return all(word in found for word in words_of(words))


def shares(content: Mapping[str, Any]) -> list[tuple[str, Decimal]]:
    """[(kind, per cent of the decision)]: price first. With criteria of single lots those of the first lot count."""
    price = Decimal(str(content["price_weight"]))
    if content["method"] == "price_only" or not content["criteria"]:
        return [("price", Decimal(100))]
    lot = content["lots"][0]["code"]
    own = [row for row in content["criteria"] if lot in (row.get("lots") or [lot])]
    rest: dict[str, Decimal] = {}
    for row in own:
        rest[row["kind"]] = rest.get(row["kind"], Decimal(0)) + Decimal(row["weight"])
    others = [(kind, plain((100 - price) * rest[kind] / 100)) for kind in KINDS if kind in rest]
    return [("price", plain(price)), *others]


def criteria(content: Mapping[str, Any], language: str) -> list[Json]:
    """Award criteria with their share of the decision and, for promised numbers, the picture of their line."""
    whole = 100 - Decimal(str(content["price_weight"]))
    rows = []
    for row in content["criteria"]:
        share = plain(whole * Decimal(row["weight"]) / 100)
        picture = curve_svg(row["curve"], row["name"], row["unit"], language) if row.get("curve") else ""
        rows.append({**row, "share": share, "points": Decimal(row["weight"]), "picture": picture,
                     "guide_rows": list((row.get("guide") or {}).items())})  # fmt: skip
    return rows


def lots(content: Mapping[str, Any], population: int | None) -> list[Json]:
    """Lots with quantities per year, month or term for a town of this size (None: the reference town)."""
    factor = growth(population)

    def scaled(number: str, grows: bool) -> Decimal:
        return rounded(Decimal(number) * factor) if grows and factor != 1 else plain(Decimal(number))

    return [
        {
            **lot,
            "cases": scaled(lot["reference_quantity"], True),
            "rows": [
                {**item, "amount": scaled(item["quantity"], item["grows"]), "is_optional": ROLES[item["role"]][0]}
                for item in lot["items"]
            ],
        }
        for lot in content["lots"]
    ]


def hint_of(draft: Drafted, language: str) -> Json | None:
    """What a draft made from a template is told: which one, what to replace, and what a newer version changed."""
    if draft.template_version_id is None:
        return None
    version = TemplateVersion.objects.select_related("template__owner").get(pk=draft.template_version_id)
    newer = newer_than(version)
    return {
        "version": version,
        "template": version.template,
        "content": in_language(version.content, language),
        "newer": newer,
        "rows": changes(version.content, newer.content, language) if newer else [],
    }
