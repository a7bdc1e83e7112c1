"""Which lots, which requirements are met."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bids import variants
from bids.content import CombinationDiscount, DraftContent, LotContent
from bids.forms.base import YES_NO, DraftForm
from tendering.fields import DecimalField

COMBINATIONS = 2
MAIN = ("lots", "variants")


class ParticipationForm(DraftForm):
    """Lots and declarations; a tender with one lot does not ask which."""

    part = "lots"

    def build(self) -> None:
        if len(self.bench.lots) > 1:
            self._lots()
        for number, criterion in enumerate(self.bench.mandatory):
            met = self.bench.content.mandatory.get(criterion.code)
            self.fields[f"met_{number}"] = forms.ChoiceField(
                label=f"{criterion.code} {criterion.name}",
                help_text=criterion.description or criterion.proof,
                choices=YES_NO,
                widget=forms.RadioSelect,
                initial={True: "yes", False: "no"}.get(met) if met is not None else None,
            )
        if len(self.bench.lots) > 1:
            self._several()
        if self.bench.tender.variants_allowed and not self.bench.draft.variant:
            self._variants()

    def into(self, content: DraftContent) -> DraftContent:
        changes: dict[str, Any] = {"lots": self._chosen(content), "mandatory": dict(self._met())}
        if "capacity" in self.fields and not self.was_refused("capacity"):
            changes["max_lots_capacity"] = self.readable("capacity")
        if "variants" in self.fields and not self.was_refused("variants"):
            changes["extra"] = variants.with_variants(content, self.readable("variants") or [])
        if "combination_0" in self.fields:
            changes["combination_discounts"] = tuple(self._combinations())
        return replace(content, **changes)

    def clean_lots(self) -> list[str]:
        """At most as many lots as the tender allows."""
        lots: list[str] = self.cleaned_data["lots"]
        most = self.bench.tender.max_lots_bid
        if most and len(lots) > most:
            words = ngettext(
                "Choose at most %(most)s lot: the tender allows no more",
                "Choose at most %(most)s lots: the tender allows no more",
                most,
            )
            raise forms.ValidationError(words % {"most": most})
        return lots

    def requirement_fields(self) -> list[forms.BoundField]:
        """The declarations, for the page."""
        return [self[name] for name in self.fields if name.startswith("met_")]

    def further_fields(self) -> list[forms.BoundField]:
        """What most bidders leave alone."""
        return [f for f in self.visible_fields() if f.name not in MAIN and not f.name.startswith("met_")]

    def _lots(self) -> None:
        self.fields["lots"] = forms.MultipleChoiceField(
            label=_("For which lots do you bid?"),
            choices=[(lot.code, f"{lot.code} {lot.title}") for lot in self.bench.lots],
            widget=forms.CheckboxSelectMultiple,
            initial=[lot.code for lot in self.bench.chosen],
        )

    def _variants(self) -> None:
        self.fields["variants"] = forms.MultipleChoiceField(
            label=_("For which lots is this bid a variant instead of a main bid?"),
            help_text=_(
                "A variant offers another solution and must meet the published minimum requirements. Leave it empty "
                "for a main bid; a variant beside it is a bid of its own, started on the page of your bid."
            ),
            choices=[(lot.code, f"{lot.code} {lot.title}") for lot in self.bench.lots],
            widget=forms.CheckboxSelectMultiple,
            required=False,
            initial=list(variants.of(self.bench.content, 0)),
        )

    def _several(self) -> None:
        self.fields["capacity"] = forms.IntegerField(
            label=_("How many lots can you take on at most?"),
            help_text=_("Leave it empty if you could take all."),
            required=False,
            min_value=1,
            max_value=len(self.bench.lots),
            widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "app-short"}),
            initial=self.bench.content.max_lots_capacity,
            error_messages={"invalid": _("Enter a whole number, for example 2")},
        )
        if self.bench.tender.combination_discounts_allowed:
            for number in range(COMBINATIONS):
                self._combination(number)

    def _combination(self, number: int) -> None:
        stored = self.bench.content.combination_discounts
        found = stored[number] if number < len(stored) else None
        words = {"number": number + 1}
        self.fields[f"combination_{number}"] = forms.MultipleChoiceField(
            label=_("Discount %(number)s: if you win all these lots") % words,
            choices=[(lot.code, lot.code) for lot in self.bench.lots],
            widget=forms.CheckboxSelectMultiple,
            required=False,
            initial=list(found.lot_ids) if found else [],
        )
        self.fields[f"off_{number}"] = DecimalField(
            label=_("Discount %(number)s in %%") % words,
            places=4, unit="%", max_value=Decimal(100), required=False, initial=found.discount_pct if found else None,
        )  # fmt: skip

    def _chosen(self, content: DraftContent) -> dict[str, LotContent]:
        codes = [lot.code for lot in self.bench.lots]
        wanted = set(codes) if len(codes) == 1 else set(self.readable("lots") or [])
        if self.was_refused("lots"):
            return content.lots
        known = {code: content.lots.get(code) for code in codes if code in wanted or code in content.lots}
        return {code: replace(lot or LotContent(), chosen=code in wanted) for code, lot in known.items()}

    def _met(self) -> Iterator[tuple[str, bool]]:
        for number, criterion in enumerate(self.bench.mandatory):
            if answer := self.readable(f"met_{number}"):
                yield criterion.code, answer == "yes"

    def _combinations(self) -> Iterator[CombinationDiscount]:
        for number in range(COMBINATIONS):
            lots, off = self.readable(f"combination_{number}"), self.readable(f"off_{number}")
            if lots and off:
                yield CombinationDiscount(tuple(lots), off)
        yield from self.bench.content.combination_discounts[COMBINATIONS:]
