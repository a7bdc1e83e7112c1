"""The shape of a template's content: what a service description or a pilot consists of, and what is wrong with one.

    content = {"kind": "tender", "languages": ["de", "en"], "title": {"de": …, "en": …}, "lots": […], …}
    faults(content)                 {"$.lots[0].title.en": ["This text is missing."]}; empty when it may be published
    in_language(content, "en")      the same content with plain texts

Numbers are decimal text with a point. Quantities are those of a town of REFERENCE_POPULATION per year, month or term.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias, TypedDict

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.evidence import canonical_bytes, digest
from tendering.frozen import canonical
from tendering.library.nodes import (
    LANGUAGES,
    Choice,
    Curve,
    Flag,
    Found,
    Node,
    Number,
    Plain,
    Record,
    Rows,
    Whole,
    Words,
    add,
    decimal_of,
)
from tendering.models import LifeSituation

REFERENCE_POPULATION: Final = 20_000
SPANS: Final = ("8-10", "5-7", "0-4")
CODE: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,9}"
FULL: Final = Decimal(100)
Json: TypeAlias = dict[str, Any]


class Position(TypedDict):
    """A priced row: how it is counted, and the quantity of a town of REFERENCE_POPULATION."""

    ref: str
    text: dict[str, str]
    unit: dict[str, str]
    quantity: str
    per: Literal["year", "month", "term"]
    grows: bool
    counting: dict[str, str]
    price_decimals: int
    role: Literal["needed", "option_counted", "option"]


class LotPart(TypedDict, total=False):
    """A lot with what one case is, how cases are counted, and how many a town of REFERENCE_POPULATION has a year."""

    code: str
    title: dict[str, str]
    cpv: str
    reference_unit: dict[str, str]
    reference_quantity: str
    counting: dict[str, str]
    items: list[Position]


class ScoredCriterion(TypedDict, total=False):
    """An award criterion: people score quality by `guide`, promised numbers are scored by `curve`."""

    code: str
    kind: Literal["quality", "efficiency", "cost"]
    name: dict[str, str]
    weight: str
    description: dict[str, str]
    guide: dict[str, dict[str, str]]
    minimum_score: str
    unit: dict[str, str]
    direction: Literal["lower", "higher"]
    curve: list[list[str]]
    measuring: dict[str, str]
    measures: str
    lots: list[str]


class TenderContent(TypedDict):
    """A service that is bought."""

    kind: Literal["tender"]
    languages: list[str]
    life_situation: str
    title: dict[str, str]
    summary: dict[str, str]
    need: dict[str, str]
    problem: dict[str, str]
    scope: dict[str, str]
    provided: dict[str, str]
    minimum: dict[str, str]
    value_guide: dict[str, str]
    one_lot_reason: dict[str, str]
    cpv_main: str
    cpv_additional: list[str]
    contract_months: int
    option_months: int
    method: str
    price_weight: str
    lots: list[LotPart]
    requirements: list[Json]
    criteria: list[ScoredCriterion]
    documents: list[Json]
    mistakes: list[dict[str, str]]
    notes: list[dict[str, str]]


class PilotContent(TypedDict):
    """Something that is tried: hypothesis, indicators by group, comparison, cost, when to stop."""

    kind: Literal["pilot"]
    languages: list[str]
    life_situation: str
    title: dict[str, str]
    summary: dict[str, str]
    problem: dict[str, str]
    hypothesis: dict[str, str]
    tried: dict[str, str]
    minimum: dict[str, str]
    control: dict[str, str]
    control_reason: dict[str, str]
    spill_over: dict[str, str]
    baseline_months: int
    pilot_months: int
    ramp_up_months: int
    indicators: list[Json]
    costs: list[Json]
    staff_hour: str
    cases_kpi: str
    guard_months: int
    overrun: int
    stop_rule: dict[str, str]
    options: dict[str, dict[str, str]]
    mistakes: list[dict[str, str]]
    notes: list[dict[str, str]]


def _words(label: Any, most: int = 300, lines: int = 1, *, hint: Any = "", optional: bool = False) -> Words:
    return Words(label, hint, optional, most, lines)


_ADVICE: Final = {
    "mistakes": Rows(gettext_lazy("Typical mistakes"), each=_words("", 600, 2), one=gettext_lazy("mistake"), most=12),
    "notes": Rows(gettext_lazy("Notes for the office"), each=_words("", 800, 2), one=gettext_lazy("note"), most=12),
}
_HEAD: Final[dict[str, Node]] = {
    "kind": Choice(choices=(("tender", gettext_lazy("tender")), ("pilot", gettext_lazy("pilot")))),
    "languages": Rows(each=Choice(choices=tuple((code, code) for code in LANGUAGES)), least=1, most=len(LANGUAGES)),
    "life_situation": Choice(gettext_lazy("Life situation"), choices=tuple(LifeSituation.choices)),
    "title": _words(gettext_lazy("Title"), 200),
    "summary": _words(gettext_lazy("In one or two sentences"), 500, 2),
}
_POSITION: Final = Record(
    fields={
        "ref": Plain(gettext_lazy("Number"), most=20, pattern=r"[A-Za-z0-9][A-Za-z0-9._-]*"),
        "text": _words(gettext_lazy("What is priced"), 500),
        "unit": _words(gettext_lazy("Unit"), 60),
        "quantity": Number(gettext_lazy("Quantity of a town of 20,000"), least=Decimal("0.001")),
        "per": Choice(
            gettext_lazy("Counted"),
            choices=(
                ("year", gettext_lazy("per year")),
                ("month", gettext_lazy("per month")),
                ("term", gettext_lazy("once for the whole term")),
            ),
        ),
        "grows": Flag(gettext_lazy("Grows with the number of residents")),
        "counting": _words(gettext_lazy("How to find the quantity"), 400, 2),
        "price_decimals": Whole(gettext_lazy("Decimals of its price"), most=6),
        "role": Choice(
            gettext_lazy("How it counts"),
            choices=(
                ("needed", gettext_lazy("needed; counts")),
                ("option_counted", gettext_lazy("only if called for; counts")),
                ("option", gettext_lazy("only if called for; does not count")),
            ),
        ),
    }
)
_LOT: Final = Record(
    fields={
        "code": Plain(gettext_lazy("Code"), most=10, pattern=CODE),
        "title": _words(gettext_lazy("Name of the lot"), 200),
        "cpv": Plain(gettext_lazy("CPV code"), optional=True, most=8, pattern=r"[0-9]{8}"),
        "reference_unit": _words(gettext_lazy("What is one case"), 80),
        "reference_quantity": Number(gettext_lazy("Cases per year of a town of 20,000"), least=Decimal("0.01")),
        "counting": _words(gettext_lazy("How to count the cases"), 500, 2),
        "items": Rows(
            gettext_lazy("Price sheet"), each=_POSITION, key="ref", one=gettext_lazy("position"), least=1, most=30
        ),
    }
)
_CRITERION: Final = Record(
    fields={
        "code": Plain(gettext_lazy("Code"), most=10, pattern=CODE),
        "kind": Choice(
            gettext_lazy("Kind"),
            choices=(
                ("quality", gettext_lazy("Quality")),
                ("efficiency", gettext_lazy("Efficiency")),
                ("cost", gettext_lazy("Cost")),
            ),
        ),
        "name": _words(gettext_lazy("Name"), 300),
        "weight": Number(gettext_lazy("Points"), least=Decimal("0.001"), most=FULL),
        "description": _words(gettext_lazy("What is expected"), 2_000, 3),
        "guide": Record(
            gettext_lazy("Scoring guide"),
            optional=True,
            fields={
                "8-10": _words(gettext_lazy("8 to 10 points for"), 1_000, 2),
                "5-7": _words(gettext_lazy("5 to 7 points for"), 1_000, 2),
                "0-4": _words(gettext_lazy("0 to 4 points for"), 1_000, 2),
            },
        ),
        "minimum_score": Number(gettext_lazy("Minimum score, 0 to 10"), optional=True, most=Decimal(10)),
        "unit": _words(gettext_lazy("Unit"), 60, optional=True),
        "direction": Choice(
            gettext_lazy("Which is better?"),
            optional=True,
            choices=(("lower", gettext_lazy("less is better")), ("higher", gettext_lazy("more is better"))),
        ),
        "curve": Curve(gettext_lazy("Line: number = points"), optional=True),
        "measuring": _words(
            gettext_lazy("How it is measured in the contract"), 1_000, 2, optional=True,
            hint=gettext_lazy("The promised number becomes a figure of the contract; say how it is measured."),
        ),
        "measures": Choice(
            gettext_lazy("Is it the time per case?"),
            optional=True,
            choices=(("minutes_per_case", gettext_lazy("minutes per case")),),
        ),
        "lots": Rows(gettext_lazy("Only for these lots"), optional=True, each=Plain(most=10), one=gettext_lazy("lot")),
    }
)  # fmt: skip
TENDER: Final = Record(
    fields={
        **_HEAD,
        "need": _words(gettext_lazy("Who needs it and why"), 1_200, 3),
        "problem": _words(gettext_lazy("What should get better"), 1_200, 3),
        "scope": _words(gettext_lazy("What the contractor does"), 1_600, 5),
        "provided": _words(gettext_lazy("What the buyer provides"), 900, 3),
        "minimum": _words(gettext_lazy("For whom this fits"), 600, 2),
        "value_guide": _words(gettext_lazy("How to estimate the value"), 600, 2),
        "one_lot_reason": _words(gettext_lazy("Why there is only one lot"), 500, 2, optional=True),
        "cpv_main": Plain(gettext_lazy("CPV code"), most=8, pattern=r"[0-9]{8}"),
        "cpv_additional": Rows(
            gettext_lazy("Further CPV codes"), each=Plain(most=8, pattern=r"[0-9]{8}"), one=gettext_lazy("code"), most=8
        ),
        "contract_months": Whole(gettext_lazy("Term in months"), least=1),
        "option_months": Whole(gettext_lazy("Option months")),
        "method": Choice(
            gettext_lazy("Who wins?"),
            choices=(
                ("price_only", gettext_lazy("The lowest price wins")),
                ("weighted_linear", gettext_lazy("Price and performance, weighted")),
                ("inverse_proportional", gettext_lazy("Weighted, lowest price divided by price")),
            ),
        ),
        "price_weight": Number(gettext_lazy("Weight of the price in per cent"), least=Decimal(1), most=FULL),
        "lots": Rows(gettext_lazy("Lots and what is priced"), each=_LOT, key="code", one=gettext_lazy("lot"), least=1),
        "requirements": Rows(
            gettext_lazy("Requirements"),
            each=Record(
                fields={
                    "code": Plain(gettext_lazy("Code"), most=10, pattern=CODE),
                    "name": _words(gettext_lazy("Requirement"), 300),
                    "proof": _words(gettext_lazy("Shown by"), 300),
                }
            ),
            key="code",
            one=gettext_lazy("requirement"),
        ),
        "criteria": Rows(gettext_lazy("Award criteria"), each=_CRITERION, key="code", one=gettext_lazy("criterion")),
        "documents": Rows(
            gettext_lazy("Papers every bid must contain"),
            each=Record(
                fields={
                    "name": _words(gettext_lazy("Paper"), 200),
                    "category": Choice(
                        gettext_lazy("Kind"),
                        choices=(
                            ("company_related", gettext_lazy("about the company (may be asked for later)")),
                            ("evaluation_relevant", gettext_lazy("needed for judging (may not be asked for later)")),
                        ),
                    ),
                }
            ),
            one=gettext_lazy("paper"),
        ),
        **_ADVICE,
    }
)
_INDICATOR: Final = Record(
    fields={
        "code": Plain(gettext_lazy("Code"), most=10, pattern=CODE),
        "group": Choice(
            gettext_lazy("For whom"),
            choices=(
                ("citizen", gettext_lazy("Citizens")),
                ("business", gettext_lazy("Businesses")),
                ("authority", gettext_lazy("Authority")),
            ),
        ),
        "name": _words(gettext_lazy("Name"), 200),
        "definition": _words(gettext_lazy("Definition"), 600, 2),
        "unit": _words(gettext_lazy("Unit"), 60),
        "kind": Choice(
            gettext_lazy("Kind"),
            choices=(
                ("mean", gettext_lazy("mean")),
                ("median", gettext_lazy("median")),
                ("share", gettext_lazy("share between 0 and 1")),
                ("count", gettext_lazy("count")),
                ("rate", gettext_lazy("rate")),
                ("amount", gettext_lazy("amount of money")),
            ),
        ),
        "better": Choice(
            gettext_lazy("Better when"),
            choices=(("lower", gettext_lazy("less is better")), ("higher", gettext_lazy("more is better"))),
        ),
        "minimal_effect": Number(gettext_lazy("Least change that counts"), least=Decimal("0.000001")),
        "is_primary": Flag(gettext_lazy("decides")),
        "is_guard": Flag(gettext_lazy("must not get worse")),
        "role": Choice(
            gettext_lazy("Money figure"),
            choices=(
                ("none", gettext_lazy("no money figure")),
                ("handling_time", gettext_lazy("minutes of staff per case")),
                ("cost_per_case", gettext_lazy("cost per case")),
                ("revenue", gettext_lazy("revenue per month")),
                ("volume", gettext_lazy("volume")),
            ),
        ),
        "per": Choice(
            gettext_lazy("Counted per"),
            choices=(
                ("case", gettext_lazy("case")),
                ("item", gettext_lazy("item")),
                ("month", gettext_lazy("month")),
                ("100_cases", gettext_lazy("100 cases")),
                ("response", gettext_lazy("response")),
            ),
        ),
        "decimals": Whole(gettext_lazy("Decimals"), most=6),
        "source": _words(gettext_lazy("Where the values come from"), 120),
        "measured_by": _words(gettext_lazy("Who measures"), 120),
    }
)
PILOT: Final = Record(
    fields={
        **_HEAD,
        "problem": _words(gettext_lazy("Problem"), 600, 2),
        "hypothesis": _words(gettext_lazy("Hypothesis"), 600, 2),
        "tried": _words(gettext_lazy("What is tried"), 1_600, 4),
        "minimum": _words(gettext_lazy("For whom this fits"), 600, 2),
        "control": _words(gettext_lazy("Comparison group"), 500, 2),
        "control_reason": _words(gettext_lazy("Why comparable?"), 500, 2),
        "spill_over": _words(gettext_lazy("May the trial reach the comparison group?"), 300, 2),
        "baseline_months": Whole(gettext_lazy("Months measured before"), least=3, most=36),
        "pilot_months": Whole(gettext_lazy("Months of the trial"), least=3, most=36),
        "ramp_up_months": Whole(gettext_lazy("Months to get used to it"), most=12),
        "indicators": Rows(
            gettext_lazy("What is measured"),
            each=_INDICATOR,
            key="code",
            one=gettext_lazy("indicator"),
            least=3,
            most=8,
        ),
        "costs": Rows(
            gettext_lazy("What it costs"),
            each=Record(
                fields={
                    "line": _words(gettext_lazy("What it is for"), 200),
                    "kind": Choice(
                        gettext_lazy("Kind"),
                        choices=(("one_off", gettext_lazy("once")), ("monthly", gettext_lazy("every month"))),
                    ),
                    "amount": Number(gettext_lazy("Amount, example")),
                    "guide": _words(gettext_lazy("How to estimate it"), 400, 2),
                }
            ),
            one=gettext_lazy("line"),
            least=1,
        ),
        "staff_hour": Number(gettext_lazy("Cost of one staff hour")),
        "cases_kpi": Plain(gettext_lazy("Indicator whose cases are counted"), optional=True, most=10),
        "guard_months": Whole(
            gettext_lazy("Stop when a guard indicator is worse by its least change for this many months"),
            least=1,
            most=12,
        ),
        "overrun": Whole(gettext_lazy("Stop when the cost is above the plan by this many percent"), most=200),
        "stop_rule": _words(gettext_lazy("When to stop, in words"), 600, 2),
        "options": Record(
            gettext_lazy("What follows from the decision"),
            fields={
                "adopt": _words(gettext_lazy("What follows from adopting?"), 300, 2),
                "extend": _words(gettext_lazy("What follows from extending?"), 300, 2),
                "adapt": _words(gettext_lazy("What follows from adapting?"), 300, 2),
                "stop": _words(gettext_lazy("What follows from stopping?"), 300, 2),
            },
        ),
        **_ADVICE,
    }
)
SHAPES: Final[Mapping[str, Record]] = {"tender": TENDER, "pilot": PILOT}


def faults(content: Any) -> Found:
    """{JSON path: what is wrong}; empty when the content may be published."""
    found: Found = {}
    shape = SHAPES.get(content.get("kind", "")) if isinstance(content, dict) else None
    if shape is None:
        add(found, "$.kind", _("A template is for a tender or for a pilot."))
        return found
    languages = languages_of(content)
    if not languages or languages != tuple(dict.fromkeys(content["languages"])):
        add(found, "$.languages", _("Name the languages of this content, each once."))
        return found
    shape.check(content, "$", languages, found)
    if not found:
        for path, message in _tender_rules(content) if content["kind"] == "tender" else _pilot_rules(content):
            add(found, path, message)
    return found


def languages_of(content: Mapping[str, Any]) -> tuple[str, ...]:
    """The languages a content is written in; its first one is the fallback."""
    given = content.get("languages")
    known = [code for code in given if code in LANGUAGES] if isinstance(given, list) else []
    return tuple(dict.fromkeys(known))


def best_language(content: Mapping[str, Any], wanted: str) -> str:
    """The wanted language if the content has it, else its first one."""
    languages = languages_of(content) or ("de",)
    return wanted if wanted in languages else languages[0]


def in_language(content: Mapping[str, Any], wanted: str) -> Json:
    """The content with plain texts in the wanted language, or in its first one."""
    language, known = best_language(content, wanted), set(LANGUAGES)

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            if value and set(value) <= known:
                return value.get(language, "")
            return {key: plain(item) for key, item in value.items()}
        return [plain(item) for item in value] if isinstance(value, list) else value

    return {key: plain(value) for key, value in content.items()}


def content_hash(content: Mapping[str, Any]) -> str:
    """Hex SHA-256 (domain "template") of the canonical content; the order of keys does not matter."""
    return digest("template", canonical_bytes(canonical(content)))


def _tender_rules(content: Json) -> Iterator[tuple[str, str]]:
    lots = [lot["code"] for lot in content["lots"]]
    criteria = content["criteria"]
    if len(lots) == 1 and not any((content.get("one_lot_reason") or {}).values()):
        yield "$.one_lot_reason", _("Say why there is only one lot.")
    taken = {row["code"] for row in content["requirements"]}
    for index, criterion in enumerate(criteria):
        path = f"$.criteria[{index}]"
        if criterion["code"] in taken:
            yield f"{path}.code", _("%(code)s appears twice.") % {"code": criterion["code"]}
        for code in criterion.get("lots", ()):
            if code not in lots:
                yield f"{path}.lots", _("There is no lot %(code)s.") % {"code": code}
        yield from _judged(criterion, path)
    yield from _weights(content, lots, criteria)


def _judged(criterion: Json, path: str) -> Iterator[tuple[str, str]]:
    """Quality needs its guide; a promised number its unit, direction, line and how it is measured."""
    if criterion["kind"] == "quality":
        if not criterion.get("guide"):
            yield f"{path}.guide", _("Say what earns many points and what earns few.")
        return
    for name in ("unit", "measuring"):
        if not any((criterion.get(name) or {}).values()):
            yield f"{path}.{name}", _("This entry is missing.")
    if not criterion.get("direction"):
        yield f"{path}.direction", _("This entry is missing.")
    if not (curve := criterion.get("curve")):
        yield f"{path}.curve", _("Name at least two points of the line.")
        return
    first, last = (decimal_of(curve[index][1]) for index in (0, -1))
    if first is not None and last is not None and (first > last) != (criterion.get("direction") == "lower"):
        yield f"{path}.curve", _("The line must fall where less is better, and rise where more is better.")


def _weights(content: Json, lots: list[str], criteria: list[Json]) -> Iterator[tuple[str, str]]:
    """Points of every lot sum to 100; the price alone decides only where nothing else is scored."""
    if content["method"] == "price_only":
        if criteria:
            yield "$.criteria", _("Where the lowest price wins nothing else is scored.")
        return
    if not criteria or Decimal(content["price_weight"]) >= FULL:
        yield "$.price_weight", _("Leave something for the performance, or let the lowest price win.")
    for lot in lots if criteria else ():
        own = (row for row in criteria if not row.get("lots") or lot in row["lots"])
        total = sum((Decimal(row["weight"]) for row in own), Decimal(0))
        if total != FULL:
            words = {"lot": lot, "total": f"{total.normalize():f}"}
            yield "$.criteria", _("The points of lot %(lot)s add up to %(total)s instead of 100.") % words


def _pilot_rules(content: Json) -> Iterator[tuple[str, str]]:
    rows = content["indicators"]
    if sum(row["is_primary"] for row in rows) != 1:
        yield "$.indicators", _("Exactly one indicator decides.")
    missing = {"citizen", "business", "authority"} - {row["group"] for row in rows}
    if missing:
        yield "$.indicators", _("Measure something for citizens, businesses and the authority.")
    if content.get("cases_kpi") and content["cases_kpi"] not in [row["code"] for row in rows]:
        yield "$.cases_kpi", _("There is no indicator with this code.")
    if content["ramp_up_months"] >= content["pilot_months"]:
        yield "$.ramp_up_months", _("The ramp-up must be shorter than the trial.")
    for index, row in enumerate(rows):
        if row["is_primary"] and row["is_guard"]:
            yield f"$.indicators[{index}].is_guard", _("The deciding indicator is not a guard as well.")
