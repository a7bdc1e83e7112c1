"""Invented bids to be edited, number of random sets, seed, and where to take past values from."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation.scoring.inputs import Criterion
from evaluation.simulation import MOST_SETS, Invented
from tendering.fields import DecimalField


class TrialForm(forms.Form):
    """How many random sets, and which."""

    sets = forms.IntegerField(
        label=gettext_lazy("Random sets of bids"), min_value=1, max_value=MOST_SETS,
        help_text=gettext_lazy("At most 1,000; more take a few seconds."),
    )  # fmt: skip
    seed = forms.IntegerField(
        label=gettext_lazy("Seed"), min_value=0, max_value=2**31 - 1,
        help_text=gettext_lazy("The same seed draws the same sets."),
    )  # fmt: skip
    source = forms.ChoiceField(label=gettext_lazy("Take prices and points from a finished tender"), required=False)

    def __init__(self, *args: Any, sources: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["source"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("none")), *sources]


class BidForm(forms.Form):
    """Price and scores of one invented bid."""

    name = forms.CharField(widget=forms.HiddenInput, max_length=20)
    price = DecimalField(label=gettext_lazy("Price"), min_value=Decimal("0.01"), example=Decimal(95_000))

    def __init__(self, *args: Any, criteria: Sequence[Criterion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = criteria
        for criterion in criteria:
            self.fields[f"score-{criterion.id}"] = DecimalField(
                label=_("%(criterion)s, 0 to 10") % {"criterion": criterion.id}, max_value=Decimal(10),
                example=Decimal(7),
            )  # fmt: skip

    def invented(self) -> Invented:
        """The bid as typed."""
        data = self.cleaned_data
        scores = {criterion.id: data[f"score-{criterion.id}"] or Decimal(0) for criterion in self.criteria}
        return Invented(data["name"], data["price"], scores)


def bid_forms(data: Any, bids: Sequence[Invented], criteria: Sequence[Criterion]) -> list[BidForm]:
    """A form per bid: as typed, or filled with `bids`."""
    if data is not None:
        count = sum(f"bid-{number}-name" in data for number in range(8))
        return [BidForm(data, prefix=f"bid-{number}", criteria=criteria) for number in range(count)]
    return [
        BidForm(
            prefix=f"bid-{number}", criteria=criteria,
            initial={"name": bid.name, "price": bid.price, **{f"score-{k}": v for k, v in bid.scores.items()}},
        )
        for number, bid in enumerate(bids)
    ]  # fmt: skip
