"""Shapes of a pilot's forms; what is allowed is decided by the actions."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.lifecycle import OrganizationKind
from accounts.models import Organization
from pilots.models import Decision, Indicator, Pilot
from tendering.fields import DecimalField

LARGEST_FILE = 5 * 1024 * 1024
OPTIONS = ("adopt", "extend", "adapt", "stop")
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])\Z")
_LINES = forms.Textarea(attrs={"rows": 3})


class MonthField(forms.CharField):
    """A month as 2026-07; browsers that know months show their own picker."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=7, widget=forms.TextInput(attrs={"type": "month", "placeholder": "2026-07"}), **kwargs
        )

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        if text and not MONTH.match(text):
            raise ValidationError(_("Write months as year and month, for example 2026-07."))
        return text


class PilotForm(forms.Form):
    """One page: what is tried, against which comparison, when, at what cost."""

    municipality = forms.ModelChoiceField(
        label=_("Municipality"), queryset=Organization.objects.none(), empty_label=None
    )
    title = forms.CharField(label=_("Title"), max_length=200)
    description = forms.CharField(label=_("What is tried"), widget=_LINES)
    life_situation = forms.ChoiceField(
        label=_("Life situation"),
        required=False,
        choices=[("", "–"), *Pilot._meta.get_field("life_situation").choices],  # type: ignore[misc]  # this field has choices
    )
    control_description = forms.CharField(
        label=_("Comparison group"),
        max_length=500,
        help_text=_("Which office or place keeps doing it as before, so that one can compare?"),
    )
    legal_basis = forms.CharField(label=_("Basis"), max_length=300, required=False)
    provider = forms.ModelChoiceField(
        label=_("Provider"),
        required=False,
        queryset=Organization.objects.filter(kind=OrganizationKind.PROVIDER),
        empty_label=_("none"),
    )
    baseline_first = MonthField(label=_("First month before the trial"))
    baseline_last = MonthField(label=_("Last month before the trial"))
    pilot_first = MonthField(label=_("First month of the trial"))
    pilot_last = MonthField(label=_("Last month of the trial"))
    ramp_up_months = forms.IntegerField(
        label=_("Months to get used to it"),
        min_value=0,
        max_value=24,
        initial=0,
        help_text=_("They stay in the result."),
    )
    one_off = DecimalField(label=_("One-off cost"), places=2)
    monthly = DecimalField(label=_("Cost per month"), places=2)
    hour_rate = DecimalField(label=_("Cost of one staff hour"), places=2)
    cases_kpi = forms.CharField(
        label=_("Indicator whose cases are counted"),
        max_length=10,
        required=False,
        help_text=_("Its code, for example A1."),
    )
    programme = forms.CharField(label=_("Grant programme"), max_length=200, required=False)
    grant = DecimalField(label=_("Grant"), places=2, required=False)

    def fields_of_pilot(self) -> dict[str, Any]:
        """The shape pilots.actions takes."""
        data = self.cleaned_data
        names = ("title", "description", "life_situation", "control_description", "legal_basis", "provider")
        return {
            **{name: data[name] for name in names},
            "phases": {
                "baseline": [data["baseline_first"], data["baseline_last"]],
                "pilot": [data["pilot_first"], data["pilot_last"]],
                "ramp_up_months": data["ramp_up_months"],
            },
            "costs": {
                "one_off_eur": data["one_off"],
                "monthly_run_eur": data["monthly"],
                "staff_hour_rate_eur": data["hour_rate"],
                "cases_kpi": data["cases_kpi"] or None,
            },
            "funding": {"programme": data["programme"], "grant_eur": data["grant"]} if data["grant"] else {},
        }

    @staticmethod
    def initial_of(pilot: Pilot) -> dict[str, Any]:
        """What the form shows of a stored draft."""
        from decimal import Decimal

        baseline, trial = pilot.phases.get("baseline", ["", ""]), pilot.phases.get("pilot", ["", ""])
        amounts = {"one_off": "one_off_eur", "monthly": "monthly_run_eur", "hour_rate": "staff_hour_rate_eur"}
        numbers = {name: Decimal(str(pilot.costs[key])) for name, key in amounts.items() if key in pilot.costs}
        if grant := pilot.funding.get("grant_eur"):
            numbers["grant"] = Decimal(str(grant))
        names = ("title", "description", "life_situation", "control_description", "legal_basis", "provider")
        return {
            **{name: getattr(pilot, name) for name in names},
            "municipality": pilot.municipality,
            "baseline_first": baseline[0], "baseline_last": baseline[1],
            "pilot_first": trial[0], "pilot_last": trial[1],
            "ramp_up_months": pilot.phases.get("ramp_up_months", 0),
            "cases_kpi": pilot.costs.get("cases_kpi") or "", "programme": pilot.funding.get("programme", ""),
            **numbers,
        }  # fmt: skip


class IndicatorForm(forms.Form):
    """A line of the table of indicators; a line without code and name is left out."""

    code = forms.CharField(label=_("Code"), max_length=10, required=False, widget=forms.TextInput(attrs={"size": 4}))
    group = forms.ChoiceField(label=_("For whom"), choices=Indicator._meta.get_field("group").choices)  # type: ignore[arg-type]  # this field has choices
    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    unit = forms.CharField(label=_("Unit"), max_length=60, required=False, widget=forms.TextInput(attrs={"size": 8}))
    kind = forms.ChoiceField(label=_("Kind"), choices=Indicator._meta.get_field("kind").choices)  # type: ignore[arg-type]  # this field has choices
    better = forms.ChoiceField(label=_("Better when"), choices=Indicator._meta.get_field("better").choices)  # type: ignore[arg-type]  # this field has choices
    target = DecimalField(label=_("Target"), places=6, required=False)
    minimal_effect = DecimalField(label=_("Least change that counts"), places=6, required=False)
    role = forms.ChoiceField(label=_("Money figure"), choices=Indicator._meta.get_field("role").choices)  # type: ignore[arg-type]  # this field has choices
    is_primary = forms.BooleanField(label=_("decides"), required=False)
    is_guard = forms.BooleanField(label=_("must not get worse"), required=False)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if self.is_filled(data):
            for name in ("code", "name", "unit"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("This entry is missing."))
        return data

    @staticmethod
    def is_filled(data: Mapping[str, Any]) -> bool:
        """Whether the line means an indicator."""
        return bool(data.get("code") or data.get("name") or data.get("unit"))

    def row(self) -> dict[str, Any]:
        """The shape actions.set_indicators takes."""
        data = dict(self.cleaned_data)
        name = data.pop("name")
        return {**data, "name_de": name, "name_en": name, "decimals": 4 if data["kind"] == "share" else 2}


IndicatorTable = forms.formset_factory(IndicatorForm, extra=2, max_num=12, validate_max=True)


class RegistrationForm(forms.Form):
    """What is promised before the trial. The rule of success: the deciding indicator improves, no guard gets worse."""

    problem = forms.CharField(label=_("Problem"), widget=_LINES, help_text=_("One sentence."))
    hypothesis = forms.CharField(label=_("Hypothesis"), widget=_LINES, help_text=_("What will change, by how much?"))
    design = forms.ChoiceField(
        label=_("Design"),
        choices=[
            ("did_control", _("with a comparison group")),
            ("randomised", _("drawn by lot, with a comparison group")),
            ("before_after", _("before and after only (weak)")),
        ],
    )
    control = forms.CharField(label=_("Comparison group"), widget=_LINES)
    control_reason = forms.CharField(label=_("Why comparable?"), widget=_LINES)
    spill_over = forms.CharField(label=_("May the trial reach the comparison group?"), max_length=300, required=False)
    chosen_for_bad_value = forms.BooleanField(label=_("The place was chosen because of a bad value"), required=False)
    chosen_note = forms.CharField(label=_("What is done about that?"), max_length=300, required=False)
    guard_months = forms.IntegerField(
        label=_("Stop when a guard indicator is worse by its least change for this many months"),
        min_value=1, max_value=12, initial=2,
    )  # fmt: skip
    overrun = forms.IntegerField(
        label=_("Stop when the cost is above the plan by this many percent"), min_value=0, max_value=200, initial=20
    )
    gate_date = forms.DateField(
        label=_("The council decides by"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    deciding_body = forms.CharField(label=_("Competent body"), max_length=120)
    adopt = forms.CharField(label=_("What follows from adopting?"), max_length=300)
    extend = forms.CharField(label=_("What follows from extending?"), max_length=300)
    adapt = forms.CharField(label=_("What follows from adapting?"), max_length=300)
    stop = forms.CharField(label=_("What follows from stopping?"), max_length=300)
    data_protection = forms.BooleanField(label=_("Data protection is checked"))
    accessibility = forms.BooleanField(label=_("Accessibility is checked"))
    staff_council = forms.BooleanField(label=_("The staff council has been heard"))

    def registration(self, pilot: Pilot) -> dict[str, Any]:
        """The shape of `registration` in a pilot.json."""
        data, indicators = self.cleaned_data, list(pilot.indicators.all())
        primary = next((indicator for indicator in indicators if indicator.is_primary), None)
        guards = [indicator for indicator in indicators if indicator.is_guard]
        code, at_least = (primary.code, primary.minimal_effect) if primary else ("", None)
        return {
            "problem": data["problem"],
            "hypothesis": data["hypothesis"],
            "primary_kpi": code,
            "guard_kpis": [guard.code for guard in guards],
            "success": {
                "primary": {"kpi_id": code, "verdict": "improved", "at_least": at_least or 0},
                "guards": "none_worsened",
            },
            "stop_rules": self._stop_rules(pilot, guards),
            "design": {"kind": data["design"], "ramp_up_in_headline": True, "method": "welch_monthly_differences",
                       "confidence": "0.95", "expected_grade": self._grade(pilot)},
            "control": {"description": data["control"], "reason": data["control_reason"],
                        "spill_over": data["spill_over"]},
            "regression_to_mean": {"site_chosen_for_bad_value": data["chosen_for_bad_value"],
                                   "note": data["chosen_note"]},
            "gate_date": data["gate_date"].isoformat(),
            "deciding_body": data["deciding_body"],
            "options": [{"code": code, "consequence": data[code]} for code in OPTIONS],
            "checklist": {name: data[name] for name in ("data_protection", "accessibility", "staff_council")},
        }  # fmt: skip

    def _stop_rules(self, pilot: Pilot, guards: list[Indicator]) -> list[dict[str, Any]]:
        from pilots.effects.inputs import decimal_of, months_between

        months = len(months_between(*pilot.phases["pilot"]))
        budget = decimal_of(pilot.costs["one_off_eur"]) + months * decimal_of(pilot.costs["monthly_run_eur"])
        rules: list[dict[str, Any]] = [
            {"kind": "guard_worse", "kpi_id": guard.code, "by": guard.minimal_effect,
             "periods": self.cleaned_data["guard_months"]}
            for guard in guards if guard.minimal_effect
        ]  # fmt: skip
        rules.append({"kind": "cost_over_budget", "budget_eur": budget, "pct": self.cleaned_data["overrun"]})
        return [*rules, {"kind": "incident", "of": "data_protection_or_safety"}]

    def _grade(self, pilot: Pilot) -> str:
        """The strength this design can reach: computed, not chosen."""
        from pilots.effects.inputs import months_between
        from pilots.effects.promises import GRADE_B_PERIODS

        if self.cleaned_data["design"] == "randomised":
            return "A"
        shortest = min(len(months_between(*pilot.phases[name])) for name in ("baseline", "pilot"))
        return "B" if self.cleaned_data["design"] == "did_control" and shortest >= GRADE_B_PERIODS else "C"


class SeriesForm(forms.Form):
    """A file with monthly values."""

    file = forms.FileField(label=_("File with the monthly values (CSV, XLSX or ODS)"))

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise ValidationError(_("The file is larger than 5 MiB."))
        return file


class DecisionForm(forms.Form):
    """What the council decided."""

    verdict = forms.ChoiceField(
        label=_("Decision"),
        choices=Decision._meta.get_field("verdict").choices,  # type: ignore[arg-type]  # this field has choices
        widget=forms.RadioSelect,
    )
    body = forms.CharField(label=_("Body"), max_length=120)
    session_at = forms.DateTimeField(
        label=_("Session"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M"],
    )  # fmt: skip
    yes = forms.IntegerField(label=_("Yes"), min_value=0, max_value=999)
    no = forms.IntegerField(label=_("No"), min_value=0, max_value=999)
    abstain = forms.IntegerField(label=_("Abstentions"), min_value=0, max_value=999, initial=0)
    dissent = forms.CharField(label=_("Dissent"), widget=_LINES, required=False)
    reason = forms.CharField(label=_("Reasons and conditions"), widget=_LINES, required=False)
