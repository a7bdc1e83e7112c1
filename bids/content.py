"""What a bid says: prices, discounts, answers, promised numbers per lot, files, declarations. Shape only, no database.

All numbers travel as texts with a decimal point. `DraftContent.from_json` names every fault by its JSON path;
`to_manifest` is the canonical form that is sealed.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_T = TypeVar("_T")
LONGEST_TEXT: Final = 20_000
LONGEST_NAME: Final = 150
MOST_FAULTS: Final = 100
WITH_PRICES: Final = "with prices"  # role of a further document that the panel must not see before it has scored
OTHER, PRICED = "other", "other-with-prices"  # choices of a form that offers further documents
_NUMBER: Final = re.compile(r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?", re.ASCII)
_HASH: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_HIDDEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
_TOP: Final = frozenset(
    {"vat_rate", "declarant", "combination_discounts", "max_lots_capacity", "consortium", "subcontractors"}
    | {"mandatory", "lots", "files", "extra", "pending"}
)
_LOT: Final = frozenset({"unit_prices", "discount_pct", "stated_total", "answers", "promised", "chosen"})


class Faults:
    """Collects what is wrong, by JSON path; `stop` raises all of it at once."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {}

    def add(self, path: str, text: str) -> None:
        """One fault; the same path may have several."""
        if len(self.found) < MOST_FAULTS:
            self.found.setdefault(path, []).append(text)

    def stop(self) -> None:
        """Raises ValidationError ({path: texts}) if anything was found."""
        if self.found:
            raise ValidationError(dict(self.found))


@dataclass(frozen=True)
class CombinationDiscount:
    """Percentage off if the bidder wins all these lots."""

    lot_ids: tuple[str, ...]
    discount_pct: Decimal

    def to_json(self) -> dict[str, Any]:
        """{"lot_ids", "discount_pct"}."""
        return {"lot_ids": list(self.lot_ids), "discount_pct": text_of(self.discount_pct)}


@dataclass(frozen=True)
class FileNote:
    """One document: object id, name, role, true size in bytes, hex hashes. Kept by the server, not by the form.

    `doubts` are codes of `bids.first_look`: for the bidder alone, never sealed.
    """

    object: str
    name: str
    role: str
    size: int
    sha256_plain: str
    sha256_cipher: str
    doubts: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The six fields, and `doubts` where there are any."""
        body = {**vars(self), "doubts": list(self.doubts)}
        return body if self.doubts else {name: value for name, value in body.items() if name != "doubts"}


@dataclass(frozen=True)
class LotContent:
    """The bid for one lot; `chosen` False keeps entries of a lot that is not bid for."""

    unit_prices: dict[str, Decimal] = field(default_factory=dict)
    discount_pct: Decimal = Decimal("0")
    stated_total: Decimal | None = None
    answers: dict[str, str] = field(default_factory=dict)
    promised: dict[str, Decimal] = field(default_factory=dict)
    chosen: bool = True

    def to_json(self) -> dict[str, Any]:
        """The lot's part of the draft content; absent means empty."""
        body: dict[str, Any] = {
            "unit_prices": {ref: text_of(price) for ref, price in self.unit_prices.items()},
            "discount_pct": text_of(self.discount_pct),
            "answers": dict(self.answers),
            "promised": {code: text_of(value) for code, value in self.promised.items()},
            "chosen": self.chosen,
        }
        if self.stated_total is not None:
            body["stated_total"] = text_of(self.stated_total)
        return body

    def to_manifest(self, code: str) -> dict[str, Any]:
        """Lists instead of objects: positions and criteria are no canonical keys."""
        body: dict[str, Any] = {
            "lot": code,
            "discount_pct": text_of(self.discount_pct),
            "prices": [{"ref": ref, "net": text_of(price)} for ref, price in sorted(self.unit_prices.items())],
            "answers": [{"criterion": code, "text": text} for code, text in sorted(self.answers.items())],
            "promised": [{"criterion": code, "value": text_of(value)} for code, value in sorted(self.promised.items())],
        }
        if self.stated_total is not None:
            body["stated_total"] = text_of(self.stated_total)
        return body


@dataclass(frozen=True)
class DraftContent:
    """A whole bid content, complete or not.

    `pending` is what was typed or read from a sheet and is no part of the bid yet; it is never sealed.
    """

    vat_rate: Decimal | None = None
    declarant: str = ""
    combination_discounts: tuple[CombinationDiscount, ...] = ()
    max_lots_capacity: int | None = None
    consortium: dict[str, Any] = field(default_factory=dict)
    subcontractors: list[Any] = field(default_factory=list)
    mandatory: dict[str, bool] = field(default_factory=dict)
    lots: dict[str, LotContent] = field(default_factory=dict)
    files: tuple[FileNote, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)
    pending: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, value: object) -> DraftContent:
        """The content of its JSON object; ValidationError with {JSON path: texts} otherwise."""
        faults = Faults()
        content = _Reader(faults).content(value)
        faults.stop()
        return content

    def to_json(self) -> dict[str, Any]:
        """The stored and shown form."""
        body: dict[str, Any] = {
            "declarant": self.declarant,
            "combination_discounts": [discount.to_json() for discount in self.combination_discounts],
            "consortium": self.consortium,
            "subcontractors": self.subcontractors,
            "mandatory": dict(self.mandatory),
            "lots": {code: lot.to_json() for code, lot in self.lots.items()},
            "files": [file.to_json() for file in self.files],
            "extra": self.extra,
        }
        if self.vat_rate is not None:
            body["vat_rate"] = text_of(self.vat_rate)
        if self.max_lots_capacity is not None:
            body["max_lots_capacity"] = self.max_lots_capacity
        if self.pending:
            body["pending"] = self.pending
        return body

    def chosen_lots(self) -> dict[str, LotContent]:
        """The lots that are bid for."""
        return {code: lot for code, lot in self.lots.items() if lot.chosen}

    def with_files(self, files: tuple[FileNote, ...]) -> DraftContent:
        """The same with other files."""
        return replace(self, files=files)

    def to_manifest(self) -> dict[str, Any]:
        """The canonical JSON object that is sealed (without files, which the manifest lists itself)."""
        free = {"consortium": self.consortium, "subcontractors": self.subcontractors, "extra": self.extra}
        body: dict[str, Any] = {
            "lots": [lot.to_manifest(code) for code, lot in sorted(self.chosen_lots().items())],
            "mandatory": [{"criterion": code, "met": met} for code, met in sorted(self.mandatory.items())],
            "combination_discounts": [discount.to_json() for discount in self.combination_discounts],
            "free": json.dumps(free, sort_keys=True, ensure_ascii=False),
        }
        if self.vat_rate is not None:
            body["vat_rate"] = text_of(self.vat_rate)
        if self.max_lots_capacity is not None:
            body["max_lots_capacity"] = self.max_lots_capacity
        return body

    @classmethod
    def from_manifest(cls, body: Mapping[str, Any], declarant: str) -> DraftContent:
        """The content of a sealed manifest; ValidationError when it is not one of ours."""
        try:
            return cls.from_json(_unlisted(body, declarant))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValidationError({"$": [f"not a bid: {type(error).__name__}"]}) from None


def stored_role(chosen: str) -> str:
    """The role as it is kept: a required document by its name, "" for another one, WITH_PRICES for one with prices."""
    return {OTHER: "", PRICED: WITH_PRICES}.get(chosen, chosen)


def text_of(number: Decimal) -> str:
    """Plain digits, never an exponent."""
    return format(number, "f")


def visible(text: str) -> str:
    """A typed or pasted text without the control and direction marks that `DraftContent` refuses."""
    return _HIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def file_name(name: str) -> str:
    """A client's file name as text: last part of a path, NFC, no control or direction marks, at most 150 characters.

    Raises ValidationError when nothing is left.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    clean = _HIDDEN.sub("", last).replace("\n", " ").replace("\t", " ").strip()
    if clean in {"", ".", ".."}:
        raise ValidationError({"name": [_("The file needs a name.")]})
    stem, dot, suffix = clean.rpartition(".")
    if len(clean) <= LONGEST_NAME:
        return clean
    return clean[:LONGEST_NAME] if not dot else f"{stem[: LONGEST_NAME - 11]}.{suffix[:10]}"


def _unlisted(body: Mapping[str, Any], declarant: str) -> dict[str, Any]:
    lots = {
        lot["lot"]: {
            "unit_prices": {entry["ref"]: entry["net"] for entry in lot["prices"]},
            "answers": {entry["criterion"]: entry["text"] for entry in lot["answers"]},
            "promised": {entry["criterion"]: entry["value"] for entry in lot["promised"]},
            **{name: lot[name] for name in ("discount_pct", "stated_total") if name in lot},
        }
        for lot in body["lots"]
    }
    mandatory = {entry["criterion"]: entry["met"] for entry in body["mandatory"]}
    kept = {name: body[name] for name in ("vat_rate", "max_lots_capacity", "combination_discounts") if name in body}
    free = json.loads(body["free"])
    named = {name: free[name] for name in ("consortium", "subcontractors", "extra")}
    return {"declarant": declarant, "lots": lots, "mandatory": mandatory, **kept, **named}


class _Reader:
    """Reads the JSON of a bid content; every fault goes to `faults`, and something harmless is returned instead."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    def content(self, value: object) -> DraftContent:
        body = self._object(value, "$", _TOP)
        return DraftContent(
            vat_rate=self._optional(body, "vat_rate", lambda v, p: self.number(v, p, most=100, decimals=2)),
            declarant=self.text(body.get("declarant", ""), "$.declarant", 200),
            combination_discounts=tuple(self._discounts(body.get("combination_discounts") or [])),
            max_lots_capacity=self._optional(body, "max_lots_capacity", self._count),
            consortium=self._free_object(body.get("consortium") or {}, "$.consortium"),
            subcontractors=self._free_list(body.get("subcontractors") or [], "$.subcontractors"),
            mandatory=dict(self._answers_yes_no(body.get("mandatory") or {})),
            lots={code: self._lot(lot, path) for code, lot, path in self._entries(body.get("lots") or {}, "$.lots")},
            files=tuple(self._files(body.get("files") or [])),
            extra=self._free_object(body.get("extra") or {}, "$.extra"),
            pending=self._free_object(body.get("pending") or {}, "$.pending"),
        )

    def _lot(self, value: object, path: str) -> LotContent:
        body = self._object(value, path, _LOT)
        numbers = {
            name: {
                key: self.number(number, at, decimals=6)
                for key, number, at in self._entries(body.get(name) or {}, f"{path}.{name}")
                if number not in (None, "")
            }
            for name in ("unit_prices", "promised")
        }
        chosen = body.get("chosen", True)
        if not isinstance(chosen, bool):
            self._faults.add(f"{path}.chosen", _("Must be true or false."))
        return LotContent(
            unit_prices=numbers["unit_prices"],
            discount_pct=self._optional(body, "discount_pct", self._percentage, path) or Decimal("0"),
            stated_total=self._optional(body, "stated_total", lambda v, p: self.number(v, p, decimals=2), path),
            answers={
                key: self.text(text, at, LONGEST_TEXT)
                for key, text, at in self._entries(body.get("answers") or {}, f"{path}.answers")
            },
            promised=numbers["promised"],
            chosen=chosen is True,
        )

    def _discounts(self, value: object) -> Iterator[CombinationDiscount]:
        for index, item in enumerate(self._list(value, "$.combination_discounts")):
            path = f"$.combination_discounts[{index}]"
            body = self._object(item, path, frozenset({"lot_ids", "discount_pct"}))
            lots = self._list(body.get("lot_ids"), f"{path}.lot_ids")
            yield CombinationDiscount(
                tuple(self.text(lot, f"{path}.lot_ids", 10) for lot in lots),
                self._percentage(body.get("discount_pct"), f"{path}.discount_pct"),
            )

    def _files(self, value: object) -> Iterator[FileNote]:
        names = frozenset({"object", "name", "role", "size", "sha256_plain", "sha256_cipher", "doubts"})
        for index, item in enumerate(self._list(value, "$.files")):
            path = f"$.files[{index}]"
            body = self._object(item, path, names)
            hashes = [body.get("sha256_plain"), body.get("sha256_cipher")]
            if not all(isinstance(text, str) and _HASH.fullmatch(text) for text in hashes):
                self._faults.add(path, _("Two SHA-256 hashes are needed."))
                continue
            yield FileNote(
                object=self._uuid(body.get("object"), f"{path}.object"),
                name=self.text(body.get("name"), f"{path}.name", LONGEST_NAME),
                role=self.text(body.get("role", ""), f"{path}.role", 200),
                size=self._count(body.get("size"), f"{path}.size"),
                sha256_plain=str(hashes[0]),
                sha256_cipher=str(hashes[1]),
                doubts=tuple(self._doubts(body.get("doubts") or [], f"{path}.doubts")),
            )

    def _doubts(self, value: object, path: str) -> Iterator[str]:
        return (self.text(code, path, 40) for code in self._list(value, path))

    def _answers_yes_no(self, value: object) -> Iterator[tuple[str, bool]]:
        for code, met, path in self._entries(value, "$.mandatory"):
            if isinstance(met, bool):
                yield code, met
            elif met is not None:
                self._faults.add(path, _("Must be true or false."))

    def number(self, value: object, path: str, *, most: int | None = None, decimals: int) -> Decimal:
        """A decimal text, zero or more."""
        if not isinstance(value, str) or not _NUMBER.fullmatch(value):
            self._faults.add(path, _('Write the number as a text with a decimal point, for example "1250.00".'))
            return Decimal("0")
        number = Decimal(value)
        if len(value.partition(".")[2]) > decimals:
            self._faults.add(path, _("At most %(count)s decimals are allowed.") % {"count": decimals})
        if most is not None and number > most:
            self._faults.add(path, _("At most %(count)s is allowed.") % {"count": most})
        return number

    def text(self, value: object, path: str, longest: int) -> str:
        """A text in normal form C without control or direction marks."""
        if not isinstance(value, str):
            self._faults.add(path, _("Must be a text."))
            return ""
        text = unicodedata.normalize("NFC", value.replace("\r\n", "\n"))
        if _HIDDEN.search(text):
            self._faults.add(path, _("The text contains control characters. Please type it again."))
        if len(text) > longest:
            self._faults.add(path, _("At most %(count)s characters are allowed.") % {"count": longest})
        return text

    def _percentage(self, value: object, path: str) -> Decimal:
        return self.number(value, path, most=100, decimals=4)

    def _count(self, value: object, path: str) -> int:
        if type(value) is int and 0 <= value < 2**40:
            return value
        self._faults.add(path, _("Must be a whole number."))
        return 0

    def _uuid(self, value: object, path: str) -> str:
        try:
            return str(UUID(str(value)))
        except ValueError:
            self._faults.add(path, _("Not an id of a document."))
            return str(UUID(int=0))

    def _optional(self, body: dict[str, Any], name: str, read: Callable[[Any, str], _T], path: str = "$") -> _T | None:
        value = body.get(name)
        return None if value is None or value == "" else read(value, f"{path}.{name}")

    def _object(self, value: object, path: str, known: frozenset[str]) -> dict[str, Any]:
        if not isinstance(value, dict):
            self._faults.add(path, _("Must be an object."))
            return {}
        for key in value.keys() - known:
            self._faults.add(f"{path}.{str(key)[:80]}", _("This field does not exist."))
        return value

    def _entries(self, value: object, path: str) -> Iterator[tuple[str, Any, str]]:
        if not isinstance(value, dict):
            self._faults.add(path, _("Must be an object."))
            return
        for key, item in value.items():
            at = f'{path}["{str(key)[:80]}"]'
            yield self.text(key, at, 40), item, at

    def _list(self, value: object, path: str) -> list[Any]:
        if isinstance(value, list) and len(value) <= 1000:
            return value
        self._faults.add(path, _("Must be a list of at most 1000 entries."))
        return []

    def _free_object(self, value: object, path: str) -> dict[str, Any]:
        if isinstance(value, dict):
            return {
                str(key): clean
                for key, item in value.items()
                if (clean := self._free(item, f"{path}.{key}")) is not None
            }
        self._faults.add(path, _("Must be an object."))
        return {}

    def _free_list(self, value: object, path: str) -> list[Any]:
        return [self._free(item, f"{path}[{index}]") for index, item in enumerate(self._list(value, path))]

    def _free(self, value: object, path: str) -> Any:
        if value is None or isinstance(value, bool) or type(value) is int:
            return value
        if isinstance(value, str):
            return self.text(value, path, LONGEST_TEXT)
        if isinstance(value, dict):
            return self._free_object(value, path)
        if isinstance(value, list):
            return self._free_list(value, path)
        self._faults.add(path, _("Write numbers as texts here."))
        return None
