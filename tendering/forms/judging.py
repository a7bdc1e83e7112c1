"""Step 2: how bids are judged. Method, weights, criteria by kind, requirements, papers every bid must contain."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tendering.defaults import MEASURES, gap, low_price_gaps
from tendering.fields import DecimalField
from tendering.forms import groups, life_cycle
from tendering.forms.rows import Row, is_blank, read_rows
from tendering.forms.steps import StepForms
from tendering.methods import BY_ID, NUMBERS, OFFERS, OWN_KEYS, Number, Offer
from tendering.models import PRICE_PAPER, Criterion, CriterionKind, Tender
from tendering.rules import rule_book
from tendering.weights import UNWEIGHTED, percent, plain

GENERIC_METHODS = ("price_only", "weighted_linear", "inverse_proportional")
CATEGORIES = [
    ("company_related", gettext_lazy("about the company (may be asked for later)")),
    ("performance_related", gettext_lazy("about the service, not judged (may be handed in or completed later)")),
    ("evaluation_relevant", gettext_lazy("needed for judging (may not be asked for later)")),
    (PRICE_PAPER, gettext_lazy("holds prices (the panel sees it after scoring)")),
]
SPANS = {"high": "8-10", "middle": "5-7", "low": "0-4"}
POINT: Row = {"value": "", "points": ""}
BLANK: dict[str, Row] = {
    "quality": {"code": "", "name": "", "weight": ""},
    "efficiency": {
        "code": "",
        "name": "",
        "weight": "",
        "curve": [{"value": "", "points": "10"}, {"value": "", "points": "0"}],
    },
    "cost": {
        "code": "",
        "name": "",
        "weight": "",
        "curve": [{"value": "", "points": "10"}, {"value": "", "points": "0"}],
    },
    "mandatory": {"code": "", "name": "", "proof": ""},
    "papers": {"name": "", "category": "company_related"},
    "curve": POINT,
}
TABLES = ("quality", "efficiency", "cost", "mandatory", "papers")
HEADS = {"quality": "B", "efficiency": "E", "cost": "C", "mandatory": "A"}
IGNORED = frozenset({"code", "category", "points", "direction", "only"})
ALL_LOTS = "*"
LIFE_CYCLE = "life_cycle"
LOW_KEYS = frozenset(f"gap_to_{name}_pct" for name in MEASURES)


def _low_field(label: Any, hint: Any) -> DecimalField:
    return DecimalField(
        label=label, help_text=hint, required=False, places=2, max_value=Decimal(100), example=Decimal(20), unit="%"
    )


class HowForm(forms.Form):
    """The method with its weights."""

    method = forms.ChoiceField(label=gettext_lazy("Who wins?"), widget=forms.RadioSelect)
    weight_price = DecimalField(
        label=gettext_lazy("Weight of the price in per cent"), unit="%", min_value=Decimal(1), max_value=Decimal(99),
        example=Decimal(50), help_text=gettext_lazy("The rest is the weight of the performance."),
        error_messages={"required": gettext_lazy("Enter the weight of the price in per cent, for example 50")},
    )  # fmt: skip
    price_basis = forms.ChoiceField(
        label=gettext_lazy("Prices are compared"), widget=forms.RadioSelect,
        choices=[("gross", gettext_lazy("gross (with VAT)")), ("net", gettext_lazy("net (without VAT)"))],
    )  # fmt: skip
    min_performance_points = DecimalField(
        label=gettext_lazy("Least performance points"), required=False, max_value=Decimal(1000), example=Decimal(500),
        help_text=gettext_lazy("Of 1,000. A bid below is out; it keeps a very cheap, weak bid from winning."),
    )  # fmt: skip
    anonymous_bids = forms.BooleanField(
        label=gettext_lazy("The panel scores without names"), required=False,
        help_text=gettext_lazy(
            "Until the panel is closed it reads “Bidder 1”, “Bidder 2”. Ask bidders not to name themselves in texts."
        ),
    )  # fmt: skip
    two_envelopes = forms.BooleanField(
        label=gettext_lazy("Prices in an envelope of their own"), required=False,
        help_text=gettext_lazy(
            "First only the quality part of the bids is opened. Two openers open the prices after the chair has closed "
            "the scores. Until then nobody sees a price, the procurement office neither."
        ),
    )  # fmt: skip
    price_cap = DecimalField(
        label=gettext_lazy("Highest price"), required=False, unit="€", example=Decimal(250_000),
        help_text=gettext_lazy("A dearer bid is out. Leave it empty if there is no budget that must be kept."),
    )  # fmt: skip
    zero_at_factor = DecimalField(
        label=gettext_lazy("No price points from this many times the lowest price"), required=False,
        min_value=Decimal("1.01"), max_value=Decimal(10), example=Decimal(2),
        help_text=gettext_lazy("Only for “Price and performance, weighted”; usual is 2."),
    )  # fmt: skip
    figure_criterion = forms.CharField(
        label=gettext_lazy("Code of the criterion with the key figure"), required=False, max_length=10,
        help_text=gettext_lazy("An efficiency or cost criterion, for example E1"),
    )  # fmt: skip
    figure_higher = forms.ChoiceField(
        label=gettext_lazy("Which key figure wins?"), required=False, widget=forms.RadioSelect,
        choices=[("1", gettext_lazy("the highest")), ("0", gettext_lazy("the lowest"))],
    )  # fmt: skip
    reference_reason = forms.CharField(
        label=gettext_lazy("Why these numbers"), required=False, max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Kept in the file with today's date, to show that they were chosen before any bid."),
    )  # fmt: skip
    low_next = _low_field(gettext_lazy("Below the next bid, in per cent"), gettext_lazy("Usual is 20."))
    low_estimate = _low_field(
        gettext_lazy("Below your estimate, in per cent"), gettext_lazy("It says something if the estimate is sound.")
    )
    low_mean = _low_field(
        gettext_lazy("Below the mean of the bids, in per cent"), gettext_lazy("From three admissible bids on.")
    )
    low_median = _low_field(
        gettext_lazy("Below the median of the bids, in per cent"),
        gettext_lazy("From three admissible bids on. One very dear bid does not move it."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, tender: Tender, today: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        field = self.fields["method"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(key, BY_ID[key].title) for key in methods_of(tender)]
        for number in NUMBERS.values():
            self.fields[number.name] = _number_field(number)
        self.slots = groups.slots(tender.evaluation)
        for slot in range(1, self.slots + 1):
            self.fields.update(groups.fields_of(slot))

    @property
    def low_prices(self) -> list[forms.BoundField]:
        """From which distances a price is asked about."""
        return [self[f"low_{name}"] for name in MEASURES]

    @property
    def opens_low_prices(self) -> bool:
        """Whether something else than the measures of every draft is used, or faulty."""
        return any(f"low_{name}" in self.errors or self[f"low_{name}"].value() for name in ("mean", "median"))

    @property
    def groups(self) -> list[list[forms.BoundField]]:
        """The fields of the groups with a common minimum: filled or faulty ones, and one more."""
        rows = [[self[name] for name in groups.names(slot)] for slot in range(1, self.slots + 1)]
        used = [number for number, row in enumerate(rows) if any(field.value() or field.errors for field in row)]
        return rows[: max(used, default=-1) + 2]

    def clean(self) -> dict[str, Any]:
        """The numbers of the chosen method must be there; a group needs name, members and share."""
        data = super().clean() or {}
        offer = BY_ID.get(str(data.get("method")))
        for number in offer.numbers if offer else ():
            if number.name not in self.errors and data.get(number.name) is None:
                self.add_error(number.name, _("Enter this number, or choose another method"))
        if offer and offer.needs_reason and not data.get("reference_reason"):
            self.add_error("reference_reason", _("Say why, in one or two sentences"))
        if offer and offer.id == "external" and not data.get("figure_criterion"):
            self.add_error("figure_criterion", _("Name the criterion, for example E1"))
        for name in groups.incomplete(data, self.slots):
            self.add_error(name, _("A group needs a name, its criteria and a share"))
        return data

    def numbers_of(self, offer: Offer) -> list[forms.BoundField]:
        """The fields of the numbers a method publishes."""
        found = [self[number.name] for number in offer.numbers]
        return [*found, self["figure_criterion"], self["figure_higher"]] if offer.id == "external" else found

    def spec(self, tender: Tender) -> dict[str, Any]:
        """The rule in the shape of EvaluationSpec JSON; what the page does not show stays as it was."""
        data, offer = self.cleaned_data, BY_ID[self.cleaned_data["method"]]
        same = data["method"] == tender.evaluation.get("method")
        shown = {
            "anonymous_bids",
            "two_envelopes",
            "min_performance_points",
            "price_cap",
            "group_minima",
            "params",
            "figure_criterion",
        }
        dropped = shown if same else shown | set(OWN_KEYS)
        stored = {key: value for key, value in tender.evaluation.items() if key not in dropped}
        spec = {**stored, "method": data["method"], "price_basis": data["price_basis"], **self._weights(stored)}
        if not same:
            spec |= offer.keeps
        for name in ("min_performance_points", "price_cap", "zero_at_factor"):
            if (value := data[name]) is not None:
                spec[name] = f"{plain(value):f}"
        for name in ("anonymous_bids", "two_envelopes"):
            if data[name]:
                spec[name] = True
        if all(self.add_prefix(f"low_{name}") in self.data for name in MEASURES):
            gaps = low_price_gaps({name: data[f"low_{name}"] and plain(data[f"low_{name}"]) for name in MEASURES})
            spec = {key: value for key, value in spec.items() if key not in LOW_KEYS} | gaps
        return spec | self._own(offer, tender.evaluation) | groups.minima(data, self.slots)

    def _own(self, offer: Offer, stored: Mapping[str, Any]) -> dict[str, Any]:
        """Published numbers of the method, and why they were chosen with the day of that choice."""
        data = self.cleaned_data
        numbers = {number.name: f"{plain(data[number.name]):f}" for number in offer.numbers}
        own: dict[str, Any] = {}
        if offer.id == "external":
            numbers["higher"], own["figure_criterion"] = data["figure_higher"] or "1", data["figure_criterion"].strip()
        if numbers:
            own["params"] = numbers
        if offer.needs_reason:
            own["reference_reason"] = data["reference_reason"]
            kept = stored.get("params") == numbers and stored.get("reference_reason") == data["reference_reason"]
            own["reference_set_on"] = stored.get("reference_set_on", self.today) if kept else self.today
        return own

    def _weights(self, stored: Mapping[str, Any]) -> dict[str, str]:
        """Shares as typed; a method without shares keeps those that are stored for it."""
        method, typed = self.cleaned_data["method"], self.cleaned_data["weight_price"]
        if method in UNWEIGHTED and method == stored.get("method") and "weight_price" in stored:
            return {}
        share = Decimal(1) if method == "price_only" else typed / 100
        return {"weight_price": f"{plain(share):f}", "weight_quality": f"{plain(1 - share):f}"}


def _number_field(number: Number) -> DecimalField:
    return DecimalField(
        label=number.label, required=False, unit=number.unit, places=number.places, max_value=number.most,
        example=number.suggestion or Decimal(1), help_text=number.hint,
    )  # fmt: skip


class CriterionForm(forms.Form):
    """A scored criterion; quality is scored by people, efficiency and cost are promised numbers on a published line."""

    code = forms.CharField(required=False, widget=forms.HiddenInput, max_length=10)
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=300,
        error_messages={"required": gettext_lazy("Name the criterion, for example: Days until delivery")},
    )  # fmt: skip
    weight = DecimalField(
        label=gettext_lazy("Points"), places=3, min_value=Decimal("0.001"), max_value=Decimal(100), example=Decimal(40),
        error_messages={"required": gettext_lazy("Give it points, for example 40; all together make 100")},
    )  # fmt: skip
    description = forms.CharField(
        label=gettext_lazy("What is expected"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=3_000,
    )
    only = forms.ChoiceField(label=gettext_lazy("For which lots"), required=False)
    place = ""

    def offer_lots(self, codes: list[str]) -> None:
        """All lots or one of them; a stored choice of several stays choosable."""
        single = [(code, _("only lot %(code)s") % {"code": code}) for code in codes]
        stored = str(self.initial.get("only") or ALL_LOTS)
        more = [] if stored in {ALL_LOTS, *codes} else [(stored, _("lots %(codes)s") % {"codes": stored})]
        field = self.fields["only"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(ALL_LOTS, _("all lots")), *single, *more]

    def data_to_store(self, code: str) -> dict[str, Any]:
        """In the shape of actions.replace_criteria."""
        data = self.cleaned_data
        return {"code": code, "name": data["name"], "weight": data["weight"], "description": data["description"]}


class QualityForm(CriterionForm):
    """With what earns many points and what earns few."""

    minimum_score = DecimalField(
        label=gettext_lazy("Minimum score, 0 to 10"), required=False, max_value=Decimal(10), example=Decimal(4),
        help_text=gettext_lazy("A bid below is out"),
    )  # fmt: skip
    high = forms.CharField(label=gettext_lazy("8 to 10 points for"), required=False, max_length=1_000)
    middle = forms.CharField(label=gettext_lazy("5 to 7 points for"), required=False, max_length=1_000)
    low = forms.CharField(label=gettext_lazy("0 to 4 points for"), required=False, max_length=1_000)

    def data_to_store(self, code: str) -> dict[str, Any]:
        data = self.cleaned_data
        guide = {span: data[name] for name, span in SPANS.items() if data[name]}
        least = data["minimum_score"]
        return {**super().data_to_store(code), "kind": CriterionKind.QUALITY, "minimum_score": least, "guide": guide}


class PromiseForm(CriterionForm):
    """With unit, direction and the line its number is scored by."""

    kind = CriterionKind.EFFICIENCY
    unit = forms.CharField(
        label=gettext_lazy("Unit"), max_length=60,
        error_messages={"required": gettext_lazy("Enter the unit, for example: days per case")},
    )  # fmt: skip
    direction = forms.ChoiceField(
        label=gettext_lazy("Which is better?"), widget=forms.RadioSelect, initial="lower",
        choices=[("lower", gettext_lazy("less is better")), ("higher", gettext_lazy("more is better"))],
    )  # fmt: skip
    is_case_time = forms.BooleanField(label=gettext_lazy("This is the time per case in minutes"), required=False)

    def data_to_store(self, code: str) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            **super().data_to_store(code), "kind": self.kind, "unit": data["unit"], "direction": data["direction"],
            "measures": "minutes_per_case" if data["is_case_time"] else "",
        }  # fmt: skip


class CostForm(PromiseForm):
    """One promised amount, or a life-cycle cost that is worked out from several numbers of the bid."""

    kind = CriterionKind.COST

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.update(life_cycle.fields())

    def clean(self) -> dict[str, Any]:
        """A calculation is whole or absent."""
        life_cycle.check(self)
        return self.cleaned_data

    @property
    def has_calculation(self) -> bool:
        """Whether something of a life-cycle calculation is there or faulty: then its fields stand open."""
        return bool(self["lcc_years"].value()) or any(name.startswith(life_cycle.HEAD) for name in self.errors)

    @property
    def uses(self) -> list[list[forms.BoundField]]:
        """The fields of what is consumed: name, unit, price."""
        return [[self[f"lcc_use{n}_{name}"] for name in ("text", "unit", "price")] for n in life_cycle.USES]

    def data_to_store(self, code: str) -> dict[str, Any]:
        return {**super().data_to_store(code), LIFE_CYCLE: self.cleaned_data}


class PointForm(forms.Form):
    """A point of the line: this number gives these points."""

    value = DecimalField(
        label=gettext_lazy("Promised number"), places=4, example=Decimal(5),
        error_messages={"required": gettext_lazy("Enter the number, for example 5")},
    )  # fmt: skip
    points = DecimalField(
        label=gettext_lazy("gives points"), max_value=Decimal(10), example=Decimal(10),
        error_messages={"required": gettext_lazy("Enter the points from 0 to 10")},
    )  # fmt: skip
    place = ""


class RequirementForm(forms.Form):
    """What every bid must meet: yes or no."""

    code = forms.CharField(required=False, widget=forms.HiddenInput, max_length=10)
    name = forms.CharField(
        label=gettext_lazy("Requirement"), max_length=300,
        error_messages={
            "required": gettext_lazy("Name the requirement, for example: liability insurance of 1 million"),
        },
    )  # fmt: skip
    proof = forms.CharField(label=gettext_lazy("Shown by"), required=False, max_length=300)
    place = ""

    def data_to_store(self, code: str) -> dict[str, Any]:
        return {
            "code": code,
            "kind": CriterionKind.MANDATORY,
            "name": self.cleaned_data["name"],
            "proof": self.cleaned_data["proof"],
        }


class PaperForm(forms.Form):
    """A paper every bid must contain."""

    name = forms.CharField(
        label=gettext_lazy("Paper"), max_length=200,
        error_messages={"required": gettext_lazy("Name the paper, for example: list of references")},
    )  # fmt: skip
    category = forms.ChoiceField(label=gettext_lazy("Kind"), choices=CATEGORIES)
    place = ""


FORMS: dict[str, type[forms.Form]] = {
    "quality": QualityForm, "efficiency": PromiseForm, "cost": CostForm, "mandatory": RequirementForm,
    "papers": PaperForm,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stored:
    """What is saved of a draft: its lot codes and its criteria by code, in the shape of actions.replace_criteria."""

    lots: list[str]
    criteria: dict[str, dict[str, Any]]
    currency: str = "EUR"


def stored_of(tender: Tender) -> Stored:
    """Read once per page; three queries."""
    rows = (criterion_data(criterion) for criterion in tender.criteria.prefetch_related("lots"))
    return Stored([lot.code for lot in tender.lots.all()], {row["code"]: row for row in rows}, tender.currency)


def criterion_data(criterion: Criterion) -> dict[str, Any]:
    """A stored criterion in the shape of actions.replace_criteria."""
    names = ("code", "kind", "name", "description", "proof", "weight", "minimum_score", "scale", "guide", "unit",
             "direction", "curve", "measures", "key", "life_cycle")  # fmt: skip
    return {**{name: getattr(criterion, name) for name in names}, "lots": [lot.code for lot in criterion.lots.all()]}


class HowStep(StepForms):
    """The method and all tables of the step."""

    def __init__(self, head: HowForm, tables: Mapping[str, list[Row]], *, is_bound: bool, stored: Stored) -> None:
        self.head, self.stored = head, stored
        self.tables = {
            name: [_row_form(name, row, n, is_bound) for n, row in enumerate(tables[name])] for name in TABLES
        }
        self.curves = {
            name: [
                [_point(name, row, n, m, is_bound) for m in range(len(row.get("curve", [])))]
                for n, row in enumerate(tables[name])
            ]
            for name in ("efficiency", "cost")
        }
        for form in self.scored:
            form.offer_lots(stored.lots)
        super().__init__([head, *self._all()])

    def _all(self) -> Iterable[forms.Form]:
        for name in TABLES:
            for number, form in enumerate(self.tables[name]):
                yield form
                yield from self.curves[name][number] if name in self.curves else []

    def promises(self) -> list[tuple[str, forms.Form, list[PointForm]]]:
        """(table, criterion, its points) of promised numbers."""
        return [(name, form, self.curves[name][n]) for name in self.curves for n, form in enumerate(self.tables[name])]

    @property
    def scored(self) -> list[CriterionForm]:
        """Forms of all scored criteria."""
        forms_of = (form for name in ("quality", "efficiency", "cost") for form in self.tables[name])
        return [form for form in forms_of if isinstance(form, CriterionForm)]

    def lots_of(self, form: CriterionForm) -> list[str]:
        """The lots a criterion is typed for; empty means all. What the page did not send stays as it is stored."""
        typed = form.cleaned_data["only"]
        if not typed:
            return list(self.stored.criteria.get(form.cleaned_data["code"], {}).get("lots", []))
        return [] if typed == ALL_LOTS else typed.split(",")

    def is_valid(self) -> bool:
        return super().is_valid() and self._weights_fit() and self._lines_fit()

    def _weights_fit(self) -> bool:
        method = self.head.cleaned_data["method"]
        if method == "price_only" and not self.scored:
            return True
        if not self.scored:
            self.head.add_error("method", _("Add a criterion below, or let the lowest price win"))
            return False
        wrong = [(lot, total) for lot in self.stored.lots or [""] if (total := self._points_of(lot)) != 100]
        if wrong:
            words = {"lot": wrong[0][0], "total": f"{wrong[0][1]:f}"}
            is_one_of_many = any(self.lots_of(form) for form in self.scored)
            sentence = (
                _("The points of lot %(lot)s add up to %(total)s. Change them so that they add up to 100")
                if is_one_of_many
                else _("The points add up to %(total)s. Change them so that they add up to 100")
            )
            self.scored[0].add_error("weight", sentence % words)
        return not wrong

    def _points_of(self, lot: str) -> Decimal:
        counted = (form for form in self.scored if not self.lots_of(form) or lot in self.lots_of(form))
        return plain(sum((form.cleaned_data["weight"] for form in counted), Decimal(0)))

    def _lines_fit(self) -> bool:
        fits = True
        for _table, form, points in self.promises():
            values = [point.cleaned_data["value"] for point in points]
            if len(values) < 2:
                form.add_error(
                    "unit", _("Publish at least two points of the line, for example 5 days = 10 points, 20 days = 0")
                )
                fits = False
            elif len(set(values)) < len(values):
                points[0].add_error("value", _("Each number of the line may stand only once"))
                fits = False
        return fits

    def criteria_to_store(self) -> list[dict[str, Any]]:
        """In the shape of actions.replace_criteria, in their stored order. What the page does not show stays."""
        rows = [row for code, row in self.stored.criteria.items() if row["kind"] not in TABLES]
        for name in ("mandatory", "quality", "efficiency", "cost"):
            taken = {form.cleaned_data["code"] for form in self.tables[name]}
            for number, form in enumerate(self.tables[name]):
                code = form.cleaned_data["code"] or _free_code(HEADS[name], taken)
                taken.add(code)
                data = form.data_to_store(code)  # type: ignore[attr-defined]  # every form of these tables has it
                own = {"lots": self.lots_of(form)} if isinstance(form, CriterionForm) else {}
                before = self.stored.criteria.get(code, {})
                if LIFE_CYCLE in data:
                    data[LIFE_CYCLE] = life_cycle.to_store(
                        data[LIFE_CYCLE], before.get(LIFE_CYCLE) or {}, self.stored.currency
                    )
                rows.append({**_kept(before, data), **own, **self._curve(name, number)})
        order = {code: number for number, code in enumerate(self.stored.criteria)}
        return sorted(rows, key=lambda row: order.get(row["code"], len(order)))

    def _curve(self, name: str, number: int) -> dict[str, Any]:
        if name not in self.curves:
            return {}
        points = sorted((p.cleaned_data["value"], p.cleaned_data["points"]) for p in self.curves[name][number])
        return {"curve": [[f"{plain(value):f}", f"{plain(score):f}"] for value, score in points]}

    def papers_to_store(self) -> list[dict[str, Any]]:
        """In the shape of actions.replace_required_documents."""
        return [dict(form.cleaned_data) for form in self.tables["papers"]]


def _kept(stored: Mapping[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    """The typed criterion on top of the stored one; other spans of its guide and another measure stay."""
    row = {**stored, **data}
    if "guide" in data:
        row["guide"] = {**_other_spans(stored), **data["guide"]}
    if data.get("measures") == "" and stored.get("measures") not in {None, "minutes_per_case"}:
        row["measures"] = stored["measures"]
    return row


def _other_spans(stored: Mapping[str, Any]) -> dict[str, str]:
    return {span: text for span, text in (stored.get("guide") or {}).items() if span not in SPANS.values()}


def _row_form(name: str, row: Row, number: int, is_bound: bool) -> forms.Form:
    form = FORMS[name](_typed(name, row, number) if is_bound else None, prefix=f"{name}-{number}", initial=row)
    form.place = f"({_place(name)} {number + 1})"  # type: ignore[attr-defined]  # every form of these tables has it
    return form


def _typed(name: str, row: Row, number: int) -> dict[str, Any]:
    return {f"{name}-{number}-{key}": value for key, value in row.items() if not isinstance(value, list)}


def _point(name: str, row: Row, number: int, index: int, is_bound: bool) -> PointForm:
    prefix, point = f"{name}-{number}-curve-{index}", row["curve"][index]
    form = PointForm(
        {f"{prefix}-{key}": value for key, value in point.items()} if is_bound else None, prefix=prefix, initial=point
    )
    form.place = f"({_place(name)} {number + 1})"
    return form


def _place(name: str) -> str:
    return {
        "quality": _("quality"), "efficiency": _("efficiency"), "cost": _("cost"), "mandatory": _("requirement"),
        "papers": _("paper"),
    }[name]  # fmt: skip


def _free_code(head: str, taken: set[str]) -> str:
    return next(code for number in range(1, 1_000) if (code := f"{head}{number}") not in taken)


def methods_of(tender: Tender) -> tuple[str, ...]:
    """The methods of the tender's profile, simplest first; the stored one stays choosable."""
    found = rule_book().profiles.get(tender.profile)
    allowed = {*(found.methods if found else GENERIC_METHODS), str(tender.evaluation.get("method", "price_only"))}
    return tuple(offer.id for offer in OFFERS if offer.id in allowed)


def how_initial(tender: Tender) -> dict[str, Any]:
    """The stored rule as the form shows it."""
    spec = tender.evaluation
    least = spec.get("min_performance_points")
    weight = percent(spec.get("weight_price"))
    params = {name: Decimal(str(value)) for name, value in (spec.get("params") or {}).items()}
    return {
        **{name: params.get(name) for name in NUMBERS},
        "figure_higher": "0" if params.get("higher") == 0 else "1",
        "figure_criterion": spec.get("figure_criterion", ""),
        "reference_reason": spec.get("reference_reason", ""),
        "price_cap": Decimal(spec["price_cap"]) if spec.get("price_cap") else None,
        "zero_at_factor": Decimal(spec["zero_at_factor"]) if spec.get("zero_at_factor") else None,
        **groups.initial(spec),
        "method": spec.get("method", "weighted_linear"),
        "weight_price": weight if 0 < weight < 100 else Decimal(50),
        "price_basis": spec.get("price_basis", "net"),
        "min_performance_points": Decimal(least) if least else None,
        "anonymous_bids": bool(spec.get("anonymous_bids")),
        "two_envelopes": bool(spec.get("two_envelopes")),
        **{f"low_{name}": gap(spec, name) or None for name in MEASURES},
        "version": tender.version,
    }


def stored_tables(tender: Tender) -> dict[str, list[Row]]:
    """Criteria and papers of the draft. A draft without any gets one quality criterion to start from."""
    criteria = list(tender.criteria.prefetch_related("lots"))
    tables: dict[str, list[Row]] = {name: [] for name in TABLES}
    for criterion in criteria:
        if criterion.kind in tables:
            tables[criterion.kind].append(_stored(criterion))
    tables["papers"] = [{"name": paper.name, "category": paper.category} for paper in tender.required_documents.all()]
    if not criteria and tender.evaluation.get("method") != "price_only":
        tables["quality"] = [{**BLANK["quality"], "name": _("How the service is carried out"), "weight": Decimal(100)}]
    return tables


def _stored(criterion: Criterion) -> Row:
    names = ("code", "name", "weight", "description", "minimum_score", "unit", "direction", "proof")
    row: Row = {name: getattr(criterion, name) for name in names}
    row |= {name: criterion.guide.get(span, "") for name, span in SPANS.items()}
    row["only"] = ",".join(lot.code for lot in criterion.lots.all()) or ALL_LOTS
    row["is_case_time"] = criterion.measures == "minutes_per_case"
    row |= life_cycle.initial(criterion.life_cycle)
    if criterion.is_promised:
        row["curve"] = [{"value": Decimal(value), "points": Decimal(points)} for value, points in criterion.curve]
    return row


def posted_tables(data: Mapping[str, Any]) -> dict[str, list[Row]]:
    """Rows as typed; those nobody wrote into are dropped."""
    return {name: read_rows(data, name, "curve" if name in {"efficiency", "cost"} else "") for name in TABLES}


def without_blank(tables: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Rows and points nobody wrote into are not complained about; half of the first two points the page fills in."""
    kept = {name: [row for row in rows if not is_blank(row, IGNORED)] for name, rows in tables.items()}
    for row in (*kept["efficiency"], *kept["cost"]):
        row["curve"] = [point for number, point in enumerate(row["curve"]) if _is_typed(point, number)]
    return kept


def _is_typed(point: Row, number: int) -> bool:
    filled_in = str(BLANK["cost"]["curve"][number]["points"]) if number < len(BLANK["cost"]["curve"]) else ""
    value, points = (str(point.get(name) or "").strip() for name in ("value", "points"))
    return bool(value) or points not in {"", filled_in}
