"""The invented procedure everybody practises with: printing and sending the letters of a small town."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

Json = dict[str, Any]
GENERIC, GERMAN = "generic_en", "uvgo_land"
PASS_SENTENCES = {
    "de": "apfel brunnen feder garten hafen insel",
    "en": "apple fountain feather garden harbour island",
}
PLACES: dict[str, Json] = {
    GERMAN: {"country": "DE", "land": "NI", "time_zone": "Europe/Berlin", "vat": "19"},
    GENERIC: {"country": "IE", "land": "", "time_zone": "Europe/Dublin", "vat": "23"},
}


def town_name() -> str:
    return _("Practice town Millbrook")


def competence(*, with_council: bool) -> Json:
    """Who decides on the award: the office alone, unless the council's part is what is practised."""
    return {"mayor_up_to": 10_000 if with_council else 250_000}


def company_names() -> list[str]:
    """The three that bid against each other."""
    return [_("Practice company Northlight"), _("Practice company Southgate"), _("Practice company Westbridge")]


def own_company_name() -> str:
    return _("Your practice company")


def fields(profile: str, language: str) -> Json:
    """What the draft says besides its dates."""
    return {
        "title": _("Printing and sending the town's letters"),
        "summary": _("The town sends 60,000 letters a year. We look for a company that prints and delivers them."),
        "life_situation": "town_hall",
        "language": language,
        "cpv_main": "79810000",
        "procedure_type": "OPEN" if profile == GENERIC else "NATIONAL_PUBLIC",
        "profile": profile,
        "value": "54000",
        "value_method": _("Quantities of last year at today's prices, net."),
        "contract_months": 12,
        "lot_waiver_reason": _("One lot: printing and sending depend on each other and need one contact."),
    }


def lots() -> list[Json]:
    items = [
        {"ref": "1", "text": _("Letter, one sheet, printed and sent"), "unit": _("letter"), "quantity": "60000"},
        {"ref": "2", "text": _("Enclosure"), "unit": _("sheet"), "quantity": "20000"},
        {"ref": "3", "text": _("Setting up"), "unit": _("lump sum"), "quantity": "1"},
    ]
    decimals = (4, 4, 2)
    return [
        {
            "code": "L1",
            "title": _("Letters"),
            "value": "54000",
            "quantity_basis": _("12 months"),
            "reference_quantity": "60000",
            "reference_unit": _("letter"),
            "baseline_cost_per_case": "1.05",
            "baseline_minutes_per_case": "1.5",
            "items": [
                {**item, "price_decimals": places, "is_optional": False, "in_evaluation": True, "essential": True}
                for item, places in zip(items, decimals, strict=True)
            ],
        }
    ]


def criteria() -> list[Json]:
    guide = {
        "8-10": _("Concrete steps, figures and cover; measurable."),
        "5-7": _("Plausible, but without figures or cover."),
        "0-4": _("General or incomplete."),
    }
    return [
        {
            "code": "A1",
            "kind": "mandatory",
            "name": _("Letters are handed to the post on the next working day"),
            "proof": _("Declaration"),
        },
        {
            "code": "E1",
            "kind": "efficiency",
            "name": _("Working days from order to delivery"),
            "weight": "40",
            "unit": _("working days"),
            "direction": "lower",
            "curve": [["1", "10"], ["5", "0"]],
        },
        {
            "code": "B1",
            "kind": "quality",
            "name": _("How errors are found and corrected"),
            "weight": "60",
            "guide": guide,
        },
    ]


def evaluation(profile: str) -> Json:
    return {
        "method": "weighted_linear",
        "weight_price": "0.5",
        "weight_quality": "0.5",
        "price_basis": "net" if profile == GENERIC else "gross",
        "tie_chain": ["higher_performance", "lower_price", "draw_lots"],
        "gap_to_next_pct": "20",
        "gap_to_estimate_pct": "30",
        "estimate_vat_rate": PLACES[profile]["vat"],
    }


def documents() -> list[Json]:
    return [{"name": _("Self-declaration on eligibility"), "category": "company_related"}]


def answer(level: int) -> str:
    """What a company writes about a criterion: 2 convincing, 1 plausible, 0 general."""
    return (
        _("We work with care and have long experience."),
        _("Two people look at the first copies; errors are corrected before sending."),
        _("Every 500th letter is checked; errors are reported within 2 hours and reprinted free of charge the same "
          "day, with a named stand-in for each step."),
    )[level]  # fmt: skip


def document(company: str, name: str) -> str:
    """The content of a required document."""
    words = {"company": company, "document": name}
    return (
        _("%(document)s\n\n%(company)s declares: there is no ground for exclusion.\n\nInvented for a practice.") % words
    )


def question() -> str:
    return _("Are the 60,000 letters spread evenly over the year, or are there months with more?")


def reply() -> str:
    return _("About half of them go out in January and February.")


def comment(value: Decimal) -> str:
    """The reason a simulated evaluator gives for a score."""
    if value >= 8:
        return _("Concrete and measurable: figures, times and cover are named.")
    if value >= 5:
        return _("Plausible, but figures or cover are missing.")
    return _("Too general: nothing that could be measured later.")


def reference(run_id: int, language: str, number: int = 0) -> str:
    """Codes of the invented organisations, unlike every real one; without a number that of the town."""
    town = f"{'UEBUNG' if language == 'de' else 'PRACTICE'}{run_id}"
    return f"{town}-P{number}" if number else town
