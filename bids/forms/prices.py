"""The price sheet of one lot as a form: unit prices, discount, VAT, promised numbers."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bids.content import DraftContent, LotContent
from bids.forms.base import DraftForm
from bids.workbench import Workbench
from tendering.fields import DecimalField, MoneyField
from tendering.models import Asked, Criterion, Item, Lot

PROMISE_DECIMALS = 2


class PriceForm(DraftForm):
    """Numbers as people type them; an ambiguous one is refused with both readings and stays in its field."""

    part = "prices"

    def __init__(self, bench: Workbench, lot: Lot, data: Any = None) -> None:
        self.lot = lot
        self.items: list[Item] = list(lot.items.all())
        self.promises: list[Asked] = bench.asked(lot)
        super().__init__(bench, data)

    @property
    def key(self) -> str:
        return f"prices.{self.lot.code}"

    def arguments(self) -> tuple[Any, ...]:
        return (self.bench, self.lot)

    def build(self) -> None:
        stored = self.bench.lot_content(self.lot)
        for number, item in enumerate(self.items):
            self.fields[f"price_{number}"] = MoneyField(
                label=_("Unit price for %(ref)s, net") % {"ref": item.ref},
                places=item.price_decimals,
                max_value=Decimal(10) ** 12 - 1,
                required=item.essential,
                initial=stored.unit_prices.get(item.ref),
            )
        for number, one in enumerate(self.promises):
            self.fields[f"promise_{number}"] = _promise(one, stored.promised.get(one.code))
        self._below(stored)

    def into(self, content: DraftContent) -> DraftContent:
        lot = replace(
            content.lots.get(self.lot.code, LotContent()),
            unit_prices=self._numbers("price", [item.ref for item in self.items]),
            promised=self._numbers("promise", [one.code for one in self.promises]),
            discount_pct=self.readable("discount") or Decimal("0"),
            stated_total=self.readable("stated_total"),
        )
        vat = content.vat_rate if self.was_refused("vat_rate") else self.readable("vat_rate")
        return replace(content, vat_rate=vat, lots={**content.lots, self.lot.code: lot})

    def rows(self) -> list[tuple[Item, forms.BoundField]]:
        """(position, its field)."""
        return [(item, self[f"price_{number}"]) for number, item in enumerate(self.items)]

    def promise_rows(self) -> list[tuple[Criterion, list[forms.BoundField]]]:
        """(criterion, its field; a life-cycle cost has one for each of its numbers)."""
        fields = {one.code: self[f"promise_{number}"] for number, one in enumerate(self.promises)}
        return [(c, [fields[one.code] for one in c.asked]) for c in self.bench.promised(self.lot)]

    def lower_fields(self) -> list[forms.BoundField]:
        """Discount, VAT and stated total."""
        return [self[name] for name in ("vat_rate", "discount", "stated_total")]

    def _below(self, stored: LotContent) -> None:
        rates = self.bench.vat_rates
        vat = self.bench.content.vat_rate
        self.fields["vat_rate"] = DecimalField(
            label=_("VAT in %"), help_text=_("For all lots of this bid."), unit="%", max_value=Decimal(100),
            initial=rates[0] if vat is None else vat, example=rates[0],
        )  # fmt: skip
        self.fields["discount"] = DecimalField(
            label=_("Discount on this lot in %"), places=4, unit="%", max_value=Decimal(100), required=False,
            initial=stored.discount_pct or None, example=Decimal(2),
        )  # fmt: skip
        self.fields["stated_total"] = MoneyField(
            label=_("Your own net total"), required=False, initial=stored.stated_total,
            help_text=_("Only for comparison: your unit prices count."),
        )  # fmt: skip

    def _numbers(self, kind: str, keys: list[str]) -> dict[str, Decimal]:
        found = ((key, self.readable(f"{kind}_{number}")) for number, key in enumerate(keys))
        return {key: value for key, value in found if value is not None}


def _promise(asked: Asked, stored: Decimal | None) -> DecimalField:
    return DecimalField(
        label=f"{asked.code} {asked.name}",
        help_text=asked.hint,
        unit=asked.unit,
        places=PROMISE_DECIMALS,
        max_value=Decimal(10) ** 12 - 1,
        initial=stored,
    )


class SheetForm(forms.Form):
    """The filled price sheet of one's own computer; it is kept in memory only."""

    sheet = forms.FileField(
        label=gettext_lazy("Your filled price sheet"),
        allow_empty_file=True,
        error_messages={"required": gettext_lazy("Choose the file you filled in")},
    )

    def __init__(self, data: Any = None, files: Any = None, *, limit: int) -> None:
        self.limit = limit
        super().__init__(data, files)
        self.fields["sheet"].help_text = _("xlsx, ods or csv, at most %(limit)s MB") % {"limit": limit // 1_000_000}

    def clean_sheet(self) -> bytes:
        """The bytes of the file; refused above the limit."""
        file: UploadedFile = self.cleaned_data["sheet"]
        if file.size is not None and file.size > self.limit:
            text = _("The file is larger than %(limit)s MB. Remove pictures or other sheets and choose it again")
            raise ValidationError(text % {"limit": self.limit // 1_000_000})
        content: bytes = file.read()
        return content
