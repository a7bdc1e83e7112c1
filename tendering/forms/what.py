"""Step 1: what is needed. A small tender fills in title, value and one lot with one position."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import ContactUnit, Organization
from tendering import cpv
from tendering.fields import DecimalField, MoneyField
from tendering.forms.rows import Row, flat, is_blank, read_rows
from tendering.forms.steps import StepForms
from tendering.models import AllocationRule, Authority, Item, LifeSituation, Tender

BLANK_ITEM: Row = {"ref": "", "text": "", "quantity": "", "unit": "", "role": "", "price_decimals": ""}
BLANK_LOT: Row = {"code": "", "title": "", "items": [BLANK_ITEM]}
BLANK = {"lots": BLANK_LOT, "items": BLANK_ITEM}
IGNORED = frozenset({"ref", "code", "role", "price_decimals"})
FINE_PRICES_FROM = 1_000
MOST_CODES = 8
FIELDS = (
    "title", "summary", "value", "life_situation", "contract_months", "option_months", "contact_unit", "value_method",
    "lot_waiver_reason", "max_lots_bid", "max_lots_awarded", "allocation_rule", "authority",
    "variants_allowed", "variant_requirements",
)  # fmt: skip
# role of a position -> (only if called for, counts in the comparison)
ROLES = {
    "needed": (False, True),
    "option_counted": (True, True),
    "option": (True, False),
    "asked": (False, False),
}
ROLE_WORDS = [
    ("needed", gettext_lazy("needed; counts")),
    ("option_counted", gettext_lazy("only if called for; counts")),
    ("option", gettext_lazy("only if called for; does not count")),
    ("asked", gettext_lazy("needed; does not count")),
]
AUTHORITY_WORDS = [
    (Authority.STATEMENT, gettext_lazy("the name of the person who declares (text form)")),
    (Authority.NONE, gettext_lazy("nothing: the account is enough")),
    (Authority.DOCUMENT, gettext_lazy("a document in the company profile, valid on the day")),
]


def _offered_units(buyers: Any, chosen: Any) -> QuerySet[ContactUnit]:
    """Open units of the buyers, and the one that is chosen already even if it was closed since."""
    current = chosen.pk if isinstance(chosen, ContactUnit) else None
    return ContactUnit.objects.filter(Q(closed_at=None) | Q(pk=current), organization__in=buyers)


class WhatForm(forms.Form):
    """Title, plain words, kind of service, value, term."""

    buyer = forms.ModelChoiceField(label=gettext_lazy("Buyer"), queryset=Organization.objects.none(), empty_label=None)
    title = forms.CharField(
        label=gettext_lazy("Title"),
        help_text=gettext_lazy("As people would look for it, for example: Cleaning of the town hall"),
        max_length=200,
        error_messages={"required": gettext_lazy("Give the tender a title, for example: Cleaning of the town hall")},
    )
    summary = forms.CharField(
        label=gettext_lazy("What is needed, in plain words"),
        help_text=gettext_lazy("Two or three short sentences. What happens today, and what should be better?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=5_000,
    )
    service = forms.CharField(
        label=gettext_lazy("Kind of service"),
        help_text=gettext_lazy("A plain word such as “letters” or “cleaning”, or a CPV code"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    value = MoneyField(
        label=gettext_lazy("Estimated value, net"),
        help_text=gettext_lazy(
            "For the whole term with all options and lots, without VAT. It decides which rules apply."
        ),
        error_messages={"required": gettext_lazy("Estimate the value as a number, for example 84,500.00")},
    )
    contract_months = forms.IntegerField(
        label=gettext_lazy("Term in months"), initial=12, min_value=1, max_value=600,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "app-short"}),
        error_messages={
            "required": gettext_lazy("Enter the term in months, for example 24"),
            "invalid": gettext_lazy("Enter the term in whole months, for example 24"),
        },
    )  # fmt: skip
    life_situation = forms.ChoiceField(
        label=gettext_lazy("Life situation"),
        help_text=gettext_lazy("Where the service meets people; residents find the tender by it."),
        choices=[("", "–"), *LifeSituation.choices],
        required=False,
    )
    option_months = forms.IntegerField(
        label=gettext_lazy("Option months"), initial=0, min_value=0, max_value=600, required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "app-short"}),
    )  # fmt: skip
    contact_unit = forms.ModelChoiceField(
        label=gettext_lazy("Contact"), queryset=ContactUnit.objects.none(), required=False
    )
    value_method = forms.CharField(
        label=gettext_lazy("How the value was estimated"), required=False, max_length=500,
        help_text=gettext_lazy("One sentence for the file, for example: costs of 2025 plus 4 %"),
    )  # fmt: skip
    lot_waiver_reason = forms.CharField(
        label=gettext_lazy("Why there is only one lot"), required=False, max_length=500,
        help_text=gettext_lazy("Lots help small companies. If you do not divide, say why in one sentence."),
    )  # fmt: skip
    max_lots_bid = forms.IntegerField(
        label=gettext_lazy("Lots a company may bid for"), required=False, min_value=1, max_value=1_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "app-short"}),
        error_messages={"invalid": gettext_lazy("Enter a whole number, for example 2, or leave it empty")},
    )  # fmt: skip
    max_lots_awarded = forms.IntegerField(
        label=gettext_lazy("Lots a company may win"), required=False, min_value=1, max_value=1_000,
        help_text=gettext_lazy("Empty means no limit"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "app-short"}),
        error_messages={"invalid": gettext_lazy("Enter a whole number, for example 2, or leave it empty")},
    )  # fmt: skip
    allocation_rule = forms.ChoiceField(
        label=gettext_lazy("How lots are handed out under such a limit"), choices=AllocationRule.choices,
        required=False,
    )  # fmt: skip
    authority = forms.ChoiceField(
        label=gettext_lazy("Proof that the person may act for the company"), choices=AUTHORITY_WORDS,
        required=False, initial=Authority.STATEMENT,
        help_text=gettext_lazy("The name is enough by default; ask for a document only where a lot depends on it."),
    )  # fmt: skip
    variants_allowed = forms.BooleanField(
        label=gettext_lazy(
            "Variants are allowed: bidders may offer another solution, beside a main bid or instead of it"
        ),
        required=False,
    )
    variant_requirements = forms.CharField(
        label=gettext_lazy("Minimum requirements for variants"), required=False, max_length=5_000,
        help_text=gettext_lazy(
            "Published. Without them a variant cannot be compared; needed as soon as they are allowed."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, buyers: Any, buyer: Organization | None, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found_codes: list[cpv.CpvCode] = []
        self.fields["value"].label = _("Estimated value, net, in %(currency)s") % {"currency": currency}
        units = self.fields["contact_unit"]
        assert isinstance(units, forms.ModelChoiceField)
        units.queryset = _offered_units([buyer] if buyer else buyers, self.initial.get("contact_unit"))
        choice = self.fields["buyer"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = buyers
        if buyer is not None:
            del self.fields["buyer"]

    def clean(self) -> dict[str, Any]:
        """Variants need their minimum requirements (§ 35 VgV, § 25 UVgO)."""
        data = super().clean() or {}
        if data.get("variants_allowed") and not data.get("variant_requirements", "").strip():
            text = _("Say what every variant must meet at least, or do not allow variants")
            self.add_error("variant_requirements", text)
        return data

    def clean_service(self) -> str:
        """A code from digits or from words that fit exactly one entry; several are offered to choose from."""
        text = self.cleaned_data["service"].strip()
        digits = text.split(" ")[0].split("-")[0]
        if not text or cpv.is_code(digits):
            return digits
        self.found_codes = cpv.find(text, MOST_CODES)
        if len(self.found_codes) == 1:
            return self.found_codes[0].code
        if self.found_codes:
            raise ValidationError(_("Several kinds of service fit. Choose one of the codes below the field"))
        raise ValidationError(
            _("No kind of service has this word. Try a shorter one, for example “letter”, or leave it empty")
        )

    def fields_to_store(self) -> dict[str, Any]:
        """In the shape of actions.update_tender."""
        data = {**self.cleaned_data}
        data["allocation_rule"] = data["allocation_rule"] or AllocationRule.BEST_PER_LOT
        data["authority"] = data["authority"] or Authority.STATEMENT
        stored = {name: data[name] for name in FIELDS if name in data}
        return {**stored, "option_months": data["option_months"] or 0, "cpv_main": data["service"]}


class LotForm(forms.Form):
    """A lot. What makes its efficiency visible is folded and optional."""

    code = forms.CharField(required=False, widget=forms.HiddenInput, max_length=10)
    title = forms.CharField(
        label=gettext_lazy("Name of the lot"), max_length=200, required=False,
        error_messages={"required": gettext_lazy("Name the lot, for example: Delivery of letters")},
    )  # fmt: skip
    value = MoneyField(label=gettext_lazy("Estimated value of this lot, net"), required=False)
    reference_quantity = DecimalField(
        label=gettext_lazy("Cases per year"), required=False, min_value=Decimal("0.01"), example=Decimal(10000),
        help_text=gettext_lazy("For example letters, calls or applications per year"),
    )  # fmt: skip
    reference_unit = forms.CharField(
        label=gettext_lazy("What is one case"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("For example: letter"),
    )
    baseline_cost_per_case = MoneyField(
        label=gettext_lazy("Today's cost per case"), required=False, places=4, example=Decimal("2.40"),
        help_text=gettext_lazy("On the same basis as the prices, with or without VAT"),
    )  # fmt: skip
    baseline_minutes_per_case = DecimalField(
        label=gettext_lazy("Today's minutes per case"), required=False, example=Decimal("6.5")
    )

    place = ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        lacks_cases = data.get("baseline_cost_per_case") is not None and not data.get("reference_quantity")
        if lacks_cases and "reference_quantity" not in self.errors:
            self.add_error("reference_quantity", _("Today's cost needs the cases per year, for example 10000"))
        return data


class OwnNumber(forms.CharField):
    """The number of a row: hidden, and alone no reason to call the row filled in."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class AsideChoice(forms.ChoiceField):
    """A choice beside the row that alone is no reason to call the row filled in."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class ItemForm(forms.Form):
    """A position of the price sheet."""

    ref = OwnNumber(required=False, widget=forms.HiddenInput, max_length=20)
    text = forms.CharField(
        label=gettext_lazy("What is priced"), max_length=500,
        error_messages={"required": gettext_lazy("Say what is priced, for example: letter up to 20 g")},
    )  # fmt: skip
    quantity = DecimalField(
        label=gettext_lazy("Quantity"), places=3, example=Decimal(1200),
        error_messages={"required": gettext_lazy("Enter the quantity over the whole term, for example 1200")},
    )  # fmt: skip
    unit = forms.CharField(
        label=gettext_lazy("Unit"), max_length=60,
        error_messages={"required": gettext_lazy("Enter the unit, for example: letter, hour or month")},
    )  # fmt: skip
    role = AsideChoice(label=gettext_lazy("How it counts"), choices=ROLE_WORDS, required=False)
    price_decimals = AsideChoice(
        label=gettext_lazy("Decimals of its price"), required=False,
        choices=[("", gettext_lazy("as usual")), *((str(n), str(n)) for n in range(7))],
    )  # fmt: skip

    place = ""


class WhatStep(StepForms):
    """The form of the tender, its lots and their positions."""

    def __init__(self, head: WhatForm, rows: list[Row], *, is_bound: bool) -> None:
        self.head = head
        data = flat(rows, "lots") if is_bound else None
        self.lots = [_lot(data, row, number, len(rows)) for number, row in enumerate(rows)]
        self.items = [
            [_item(data, item, number, index) for index, item in enumerate(row["items"])]
            for number, row in enumerate(rows)
        ]
        self._rows = rows
        super().__init__(
            [head, *(form for pair in zip(self.lots, self.items, strict=True) for form in (pair[0], *pair[1]))]
        )

    @property
    def tables(self) -> list[tuple[LotForm, list[ItemForm]]]:
        """(lot, its positions) for the page."""
        return list(zip(self.lots, self.items, strict=True))

    def is_valid(self) -> bool:
        is_complete = super().is_valid()
        for lot, items in self.tables:
            if lot.is_bound and not any(item.has_changed() for item in items):
                where = items[0] if items else lot
                where.add_error("text" if items else None, _("Every lot needs at least one position with a price"))
                is_complete = False
        return is_complete

    def paths(self) -> dict[str, tuple[forms.Form, str]]:
        """Where the faults of actions.replace_lots belong."""
        found: dict[str, tuple[forms.Form, str]] = {"cpv_main": (self.head, "service")}
        for number, (lot, items) in enumerate(self.tables):
            found |= {f"lots[{number}].{name}": (lot, name) for name in lot.fields}
            for index, item in enumerate(form for form in items if form.has_changed()):
                found |= {f"lots[{number}].items[{index}].{name}": (item, name) for name in item.fields}
        return found

    def lots_to_store(self, tender: Tender | None) -> list[dict[str, Any]]:
        """In the shape of actions.replace_lots. What the page does not show (options, decimals) stays as it was."""
        known = _stored_details(tender)
        taken = {form.cleaned_data["code"] for form in self.lots}
        return [self._lot_data(number, known, taken) for number in range(len(self.lots))]

    def _lot_data(
        self, number: int, known: Mapping[tuple[str, str], Mapping[str, Any]], taken: set[str]
    ) -> dict[str, Any]:
        data = self.lots[number].cleaned_data
        code = data["code"] or _free_code(taken)
        taken.add(code)
        title = data["title"] or self.head.cleaned_data["title"]
        rows = [form.cleaned_data for form in self.items[number] if form.has_changed()]
        refs = {row["ref"] for row in rows}
        items = []
        for row in rows:
            ref = row["ref"] or _free_ref(number + 1, refs)
            refs.add(ref)
            items.append(_item_data(row, ref, known.get((code, row["ref"]), {}) if row["ref"] else {}))
        rest = known.get((code, ""), {})
        return {**rest, **data, "code": code, "title": title, "items": items}


def _lot(data: Mapping[str, Any] | None, row: Row, number: int, count: int) -> LotForm:
    form = LotForm(data, prefix=f"lots-{number}", initial=row)
    form.place = _("(lot %(number)s)") % {"number": number + 1}
    form.fields["title"].required = count > 1
    return form


def _item(data: Mapping[str, Any] | None, row: Row, number: int, index: int) -> ItemForm:
    form = ItemForm(
        data, prefix=f"lots-{number}-items-{index}", initial=None if data else row,
        empty_permitted=True, use_required_attribute=False,
    )  # fmt: skip
    form.place = _("(lot %(number)s, row %(row)s)") % {"number": number + 1, "row": index + 1}
    return form


def _item_data(row: Mapping[str, Any], ref: str, known: Mapping[str, Any]) -> dict[str, Any]:
    fine = 4 if row["quantity"] >= FINE_PRICES_FROM else 2
    data = {"price_decimals": fine, **known}
    if row["price_decimals"]:
        data["price_decimals"] = int(row["price_decimals"])
    if row["role"]:
        data["is_optional"], data["in_evaluation"] = ROLES[row["role"]]
    return {
        **data,
        "text": row["text"],
        "unit": row["unit"],
        "quantity": row["quantity"],
        "ref": ref,
    }


def _free_ref(lot: int, taken: set[str]) -> str:
    return next(ref for number in range(1, 10_000) if (ref := f"{lot}.{number}") not in taken)


def _free_code(taken: set[str]) -> str:
    return next(code for number in range(1, 1_000) if (code := f"L{number}") not in taken)


def _stored_details(tender: Tender | None) -> dict[tuple[str, str], dict[str, Any]]:
    """{(lot, position or ""): what the page does not show} of the saved draft."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for lot in tender.lots.prefetch_related("items") if tender else ():
        found[lot.code, ""] = {"cpv": lot.cpv, "quantity_basis": lot.quantity_basis}
        for item in lot.items.all():
            names = ("price_decimals", "is_optional", "in_evaluation", "essential")
            found[lot.code, item.ref] = {name: getattr(item, name) for name in names}
    return found


def posted_rows(data: Mapping[str, Any]) -> list[Row]:
    """Lots as typed; there is always one."""
    rows = read_rows(data, "lots", "items")
    return rows or stored_rows(None)


def without_blank_items(rows: list[Row]) -> list[Row]:
    """Rows nobody wrote into are not complained about, as long as one stays."""
    for row in rows:
        kept = [item for item in row["items"] if not is_blank(item, IGNORED)]
        row["items"] = kept or row["items"][:1] or [dict(BLANK_ITEM)]
    return rows


def stored_rows(tender: Tender | None) -> list[Row]:
    """Lots of the saved draft, or one empty lot with one empty position."""
    lots = list(tender.lots.prefetch_related("items")) if tender else []
    names = ("code", "title", "value", "reference_quantity", "reference_unit", "baseline_cost_per_case",
             "baseline_minutes_per_case")  # fmt: skip
    rows: list[Row] = [
        {
            **{name: getattr(lot, name) for name in names},
            "items": [_stored_item(item) for item in lot.items.all()] or [dict(BLANK_ITEM)],
        }
        for lot in lots
    ]
    return rows or [{**BLANK_LOT, "items": [dict(BLANK_ITEM)]}]


def _stored_item(item: Item) -> Row:
    roles = {flags: role for role, flags in ROLES.items()}
    return {
        "ref": item.ref, "text": item.text, "quantity": item.quantity, "unit": item.unit,
        "role": roles[item.is_optional, item.in_evaluation], "price_decimals": str(item.price_decimals),
    }  # fmt: skip
