"""With whom a company bids: consortium, subcontractors, capacity of others; two empty rows of each are offered."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from bids.content import DraftContent
from bids.forms.base import DraftForm, VisibleText
from bids.partners import MOST, Lender, Member, Partners, Subcontractor, checked_vat_number, in_content
from tendering.fields import DecimalField

SPARE = 2
NAME, TEXT = 200, 1_000


class VatNumber(VisibleText):
    """A VAT number with its check digits; the reason stands in the message."""

    def __init__(self, country: str, **kwargs: Any) -> None:
        self.country = country
        super().__init__(max_length=30, **kwargs)

    def clean(self, value: Any) -> str:
        number: str = super().clean(value)
        try:
            return checked_vat_number(number, self.country)
        except ValidationError as error:
            raise ValidationError(error.messages) from None


class PartnersForm(DraftForm):
    """Rows of companies. A row without any entry is no company."""

    part = "partners"

    def build(self) -> None:
        found = in_content(self.bench.content)
        self._text("name", _("Name of the consortium"), found.name, NAME)
        self._text("role", _("What your company does in it"), found.role, TEXT)
        self._share("share", _("Your share in %"), found.share_pct)
        self.fields["authority"] = forms.BooleanField(
            label=_("All members let our company act for them, and all are liable together"), required=False,
            initial=found.authority,
        )  # fmt: skip
        self.members = self._rows("member", found.members, Member())
        for number, member in enumerate(self.members):
            self._member(number, member)
        self.subcontractors: list[Subcontractor] = []
        if self.bench.tender.subcontracting_allowed or found.subcontractors:
            self.subcontractors = self._rows("sub", found.subcontractors, Subcontractor())
        for number, one in enumerate(self.subcontractors):
            self._text(f"sub_{number}_name", _("Subcontractor"), one.name, NAME)
            self._text(f"sub_{number}_part", _("Part of the service"), one.part, TEXT)
            self._share(f"sub_{number}_share", _("Share in %"), one.share_pct)
        self.lenders = self._rows("lender", found.lenders, Lender())
        for number, lender in enumerate(self.lenders):
            self._lender(number, lender)

    def into(self, content: DraftContent) -> DraftContent:
        return Partners(
            name=self._read("name"),
            role=self._read("role"),
            share_pct=self.readable("share"),
            authority=bool(self.readable("authority")),
            members=tuple(filter(_is_filled, map(self._read_member, range(len(self.members))))),
            subcontractors=tuple(filter(_is_filled, map(self._read_sub, range(len(self.subcontractors))))),
            lenders=tuple(filter(_is_filled, map(self._read_lender, range(len(self.lenders))))),
        ).into(content)

    def own_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("name", "role", "share", "authority")]

    def member_rows(self) -> list[list[forms.BoundField]]:
        return self._table("member", len(self.members))

    def subcontractor_rows(self) -> list[list[forms.BoundField]]:
        return self._table("sub", len(self.subcontractors))

    def lender_rows(self) -> list[list[forms.BoundField]]:
        return self._table("lender", len(self.lenders))

    def row_of(self, name: str) -> str:
        """The heading of the company a field belongs to, for the list of errors; "" for the own company's fields."""
        kind, _line, rest = name.partition("_")
        number = rest.partition("_")[0]
        if not number.isdecimal():
            return ""
        heading = {
            "member": _("Further member %(number)s"), "sub": _("Subcontractor %(number)s"),
            "lender": _("Other company %(number)s"),
        }[kind]  # fmt: skip
        return heading % {"number": int(number) + 1}

    def _table(self, kind: str, count: int) -> list[list[forms.BoundField]]:
        starts = [f"{kind}_{number}_" for number in range(count)]
        return [[self[name] for name in self.fields if name.startswith(start)] for start in starts]

    def _rows(self, kind: str, stored: Any, empty: Any) -> list[Any]:
        """The stored ones and two empty ones; as many as were sent, where the sender saw more."""
        sent = sum(1 for number in range(MOST) if f"{kind}_{number}_name" in self.data)
        return [*stored, *[empty] * max(SPARE, sent - len(stored))][: max(MOST, len(stored))]

    def _member(self, number: int, member: Member) -> None:
        self._text(f"member_{number}_name", _("Company"), member.name, NAME)
        self._text(f"member_{number}_role", _("What it does"), member.role, TEXT)
        self._share(f"member_{number}_share", _("Share in %"), member.share_pct)
        self.fields[f"member_{number}_vat"] = VatNumber(
            self.bench.draft.company.country, label=_("VAT number"), required=False, initial=member.vat_number,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )  # fmt: skip

    def _lender(self, number: int, lender: Lender) -> None:
        start = f"lender_{number}_"
        self._text(f"{start}name", _("Company whose capacity you use"), lender.name, NAME)
        asked = [(criterion.code, str(criterion)) for criterion in self.bench.mandatory]
        asked += [(document.name[:NAME], document.name) for document in self.bench.required_documents]
        if lender.criterion and lender.criterion not in dict(asked):
            asked.append((lender.criterion, lender.criterion))
        self.fields[f"{start}criterion"] = forms.ChoiceField(
            label=_("For which requirement"), choices=[("", _("– choose –")), *asked], required=False,
            initial=lender.criterion,
        )  # fmt: skip
        self._text(f"{start}what", _("What it puts at your disposal"), lender.what, TEXT)
        self.fields[f"{start}commitment"] = forms.BooleanField(
            label=_("Its commitment is among our documents"), required=False, initial=lender.commitment
        )
        self.fields[f"{start}declaration"] = forms.BooleanField(
            label=_("Its self-declaration on grounds for exclusion is among our documents"), required=False,
            initial=lender.declaration,
        )  # fmt: skip

    def _text(self, name: str, label: str, value: str, longest: int) -> None:
        self.fields[name] = VisibleText(label=label, required=False, max_length=longest, initial=value)

    def _share(self, name: str, label: str, value: Decimal | None) -> None:
        self.fields[name] = DecimalField(
            label=label, places=2, unit="%", max_value=Decimal(100), required=False, initial=value
        )

    def _read(self, name: str) -> str:
        return " ".join(str(self.readable(name) or "").split())

    def _read_member(self, number: int) -> Member:
        start = f"member_{number}_"
        return Member(
            self._read(f"{start}name"), self._read(f"{start}role"), self.readable(f"{start}share"),
            self._read(f"{start}vat"),
        )  # fmt: skip

    def _read_sub(self, number: int) -> Subcontractor:
        start = f"sub_{number}_"
        return Subcontractor(self._read(f"{start}name"), self._read(f"{start}part"), self.readable(f"{start}share"))

    def _read_lender(self, number: int) -> Lender:
        start = f"lender_{number}_"
        return Lender(
            self._read(f"{start}name"), self._read(f"{start}criterion"), self._read(f"{start}what"),
            bool(self.readable(f"{start}commitment")), bool(self.readable(f"{start}declaration")),
        )  # fmt: skip


def _is_filled(row: Member | Subcontractor | Lender) -> bool:
    return row != type(row)()
