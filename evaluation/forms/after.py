"""Forms after the decision: register, letters, complaints, contract and delivery."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evaluation.forms.office import reason_field
from evaluation.models import ChangeGround, ContractKpi, WithholdGround
from tendering.fields import DecimalField, MoneyField
from tendering.forms.dates import Day
from tendering.models import CancellationGround, Lot


class RegisterForm(forms.Form):
    """What the register answered."""

    result = forms.ChoiceField(
        label=_("What did the register answer?"), widget=forms.RadioSelect, initial="clear",
        choices=[("clear", _("There is no entry")), ("entry", _("There is an entry"))],
    )  # fmt: skip
    answered_on = Day(label=_("Day of the answer"), required=False, help_text=_("Leave empty for today"))
    note = forms.CharField(
        label=_("Note"), required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed if there is an entry: what it is about and what follows"),
    )  # fmt: skip


class TextForm(forms.Form):
    """One text."""

    text = reason_field(_("Text"), _("Write at least one sentence."))

    def __init__(self, *args: Any, label: Any = "", hint: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if label:
            self.fields["text"].label = label
        self.fields["text"].help_text = hint


class ComplaintForm(forms.Form):
    """A bidder says that a rule was broken."""

    text = reason_field(
        _("What is wrong, and which rule was broken?"),
        _("Describe the breach, for example: the weights were changed after publication"),
    )
    known_on = Day(
        label=_("When did you learn of it?"),
        error_messages={"required": _("Enter the day, for example 15.12.2026")},
    )


class ComplaintAnswerForm(forms.Form):
    """The office's answer."""

    text = reason_field(_("Answer"), _("Write the answer."))
    remedied = forms.ChoiceField(
        label=_("What follows?"), widget=forms.RadioSelect,
        choices=[("yes", _("The breach has been mended")), ("no", _("The complaint is not followed"))],
        error_messages={"required": _("Choose what follows from the complaint.")},
    )  # fmt: skip


class NoticeForm(forms.Form):
    """What the public notice leaves out."""

    withhold_value = forms.BooleanField(label=_("Do not publish the value of the award"), required=False)
    ground = forms.ChoiceField(
        label=_("Ground"), required=False, choices=[("", _("Choose a ground")), *WithholdGround.choices],
        help_text=_("Needed if the value is not published"),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Why would publishing it harm?"), required=False, max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 2}), help_text=_("Needed if the value is not published"),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("withhold_value") and not data.get("ground"):
            self.add_error("ground", _("Choose why the value is not published."))
        return data


class PublishForm(forms.Form):
    """Publish the notice of the award; a reason where its check found something."""

    reason = forms.CharField(
        label=_("Why is it published in spite of these points?"), required=False, max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 2}), help_text=_("Stays in the file; it is not published"),
        error_messages={"required": _("Give the reason.")},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, needed: bool) -> None:
        super().__init__(data)
        self.fields["reason"].required = needed


class CancelForm(forms.Form):
    """Lots end without award."""

    lots = forms.MultipleChoiceField(
        label=_("Which lots?"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one lot.")},
    )  # fmt: skip
    ground = forms.ChoiceField(label=_("Ground"), choices=CancellationGround.choices)
    reason = reason_field(_("Reason, as bidders will read it"), _("Give the reason."))

    def __init__(self, data: Any = None, *, lots: list[Lot]) -> None:
        super().__init__(data)
        self.fields["lots"].choices = [(lot.code, str(lot)) for lot in lots]  # type: ignore[attr-defined]  # a choice field


class SignForm(forms.Form):
    """A signed contract."""

    signed_on = Day(label=_("Signed on"), error_messages={"required": _("Enter the day of the signature.")})
    number = forms.CharField(label=_("Contract number"), required=False, max_length=60)
    starts_on = Day(label=_("Starts on"), error_messages={"required": _("Enter the first day.")})
    ends_on = Day(label=_("Ends on"), error_messages={"required": _("Enter the last day.")})
    remind_months = forms.IntegerField(
        label=_("Reminder before the end, in months"), min_value=0, max_value=60, initial=6
    )
    option_months = forms.IntegerField(
        label=_("Months by which the buyer may renew"), required=False, min_value=0, max_value=120,
        help_text=_("Leave empty if there is no such right"),
    )  # fmt: skip
    option_value = MoneyField(label=_("Net value of the renewal"), required=False)
    draw_until = Day(label=_("Last day to renew"), required=False)

    def options(self) -> list[dict[str, Any]]:
        """In the shape of actions.sign_contract."""
        data = self.cleaned_data
        if not data["option_months"]:
            return []
        return [
            {
                "kind": "renewal", "title": str(_("Renewal")), "months": data["option_months"],
                "value": data["option_value"] or Decimal(0), "draw_until": data["draw_until"],
            }
        ]  # fmt: skip


class ChangeForm(forms.Form):
    """A change of a contract."""

    description = reason_field(_("What changes?"), _("Describe the change."))
    ground = forms.ChoiceField(label=_("Why is it allowed without a new procedure?"), choices=ChangeGround.choices)
    reason = reason_field(_("Reason"), _("Give the reason for this change."))
    delta = MoneyField(
        label=_("More or less value, net"), min_value=None, help_text=_("Less is written with a minus sign")
    )
    months = forms.IntegerField(label=_("More months"), required=False, min_value=-120, max_value=120)


class PeriodForm(forms.Form):
    """What was delivered and paid."""

    start = Day(label=_("First day"), error_messages={"required": _("Enter the first day.")})
    end = Day(label=_("Last day"), error_messages={"required": _("Enter the last day.")})
    quantity = DecimalField(label=_("Quantity delivered"), places=3, required=False)
    paid_net = MoneyField(label=_("Paid, net"), error_messages={"required": _("Enter what was paid.")})
    note = forms.CharField(label=_("Note"), required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, data: Any = None, *, kpis: list[ContractKpi], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.kpis = kpis
        for kpi in kpis:
            self.fields[f"kpi_{kpi.pk}"] = DecimalField(
                label=f"{kpi.code} {kpi.name} ({kpi.unit})", places=6, required=False, min_value=None
            )

    def measured(self) -> dict[str, Decimal]:
        """{promise: value} of those that were measured."""
        values = {kpi.code: self.cleaned_data[f"kpi_{kpi.pk}"] for kpi in self.kpis}
        return {code: value for code, value in values.items() if value is not None}
