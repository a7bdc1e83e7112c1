"""Shapes of pilots in the API. Decimals are text with a decimal point, months "2026-07"."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from accounts.api.fields import FiniteJSONField, StrictDecimalField
from pilots.lifecycle import Status
from pilots.models import Decision, Indicator
from pilots.promise import exact_json
from tendering.models import LifeSituation


def _choices(model: Any, name: str) -> list[tuple[str, Any]]:
    return list(model._meta.get_field(name).choices or [])


class DeliveredDecimal(StrictDecimalField):
    """A decimal that keeps the digits it was delivered with: "27.50" stays "27.50"."""

    def quantize(self, value: Decimal) -> Decimal:
        return value


class ExactJSON(FiniteJSONField):
    """An object as delivered; numbers with a point become text with their digits, as they are stored."""

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(exact_json(data))


def _number(**kwargs: Any) -> DeliveredDecimal:
    return DeliveredDecimal(max_digits=18, decimal_places=6, **kwargs)


class Municipality(serializers.Serializer):
    reference = serializers.CharField()
    name = serializers.CharField()


class IndicatorShape(serializers.Serializer):
    """One indicator; `id` is its code."""

    id = serializers.CharField(max_length=10)
    group = serializers.ChoiceField(choices=_choices(Indicator, "group"))
    name_de = serializers.CharField(max_length=200)
    name_en = serializers.CharField(max_length=200)
    unit = serializers.CharField(max_length=60)
    kind = serializers.ChoiceField(choices=_choices(Indicator, "kind"))
    better = serializers.ChoiceField(choices=_choices(Indicator, "better"))
    target = _number(required=False, allow_null=True)
    minimal_effect = _number(required=False, allow_null=True)
    is_primary = serializers.BooleanField(required=False)
    is_guard = serializers.BooleanField(required=False)
    role = serializers.ChoiceField(choices=_choices(Indicator, "role"), required=False)
    per = serializers.CharField(max_length=20, required=False)
    source_system = serializers.CharField(max_length=120, required=False, allow_blank=True)
    measured_by = serializers.CharField(max_length=120, required=False, allow_blank=True)
    definition = serializers.CharField(required=False, allow_blank=True)
    decimals = serializers.IntegerField(required=False, min_value=0, max_value=6)


class PilotRow(serializers.Serializer):
    """A line of the list."""

    id = serializers.IntegerField()
    reference = serializers.CharField()
    title = serializers.CharField()
    municipality = Municipality()
    status = serializers.CharField(help_text=", ".join(Status.values))
    life_situation = serializers.CharField()
    registered_at = serializers.DateTimeField(allow_null=True)
    gate_date = serializers.DateField(allow_null=True)
    decision = serializers.CharField(allow_null=True)


class PilotPage(serializers.Serializer):
    """`total` is capped ("1000+")."""

    total = serializers.CharField()
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = PilotRow(many=True)


class PilotDetail(PilotRow):
    """A pilot with its indicators and, once sealed, its registration and the hash of the sealed text."""

    description = serializers.CharField()
    language = serializers.CharField()
    currency = serializers.CharField()
    legal_basis = serializers.CharField()
    control_description = serializers.CharField()
    provider = serializers.CharField(allow_null=True)
    phases = FiniteJSONField()
    costs = FiniteJSONField()
    funding = FiniteJSONField()
    registration = FiniteJSONField()
    registration_hash = serializers.CharField()
    started_at = serializers.DateTimeField(allow_null=True)
    frozen_at = serializers.DateTimeField(allow_null=True)
    analysed_at = serializers.DateTimeField(allow_null=True)
    simulated = serializers.BooleanField()
    indicators = IndicatorShape(many=True)


class PilotChange(serializers.Serializer):
    """Fields of a draft; `indicators` replaces all of them."""

    title = serializers.CharField(max_length=200, required=False)
    description = serializers.CharField(required=False, allow_blank=True)
    language = serializers.CharField(max_length=5, required=False)
    currency = serializers.CharField(max_length=3, required=False)
    life_situation = serializers.ChoiceField(choices=LifeSituation.choices, required=False, allow_blank=True)
    legal_basis = serializers.CharField(max_length=300, required=False, allow_blank=True)
    provider = serializers.CharField(required=False, allow_null=True, help_text="reference of the provider")
    control_description = serializers.CharField(required=False, allow_blank=True)
    phases = ExactJSON(required=False)
    costs = ExactJSON(required=False)
    funding = ExactJSON(required=False)
    indicators = IndicatorShape(many=True, required=False)


class PilotCreate(PilotChange):
    municipality = serializers.CharField(help_text="reference of the municipality")
    reference = serializers.CharField(max_length=40, required=False)
    title = serializers.CharField(max_length=200)


class RegistrationRequest(serializers.Serializer):
    """What is promised; the shape of `registration` in a pilot case."""

    registration = ExactJSON()


class MeasurementRow(serializers.Serializer):
    kpi_id = serializers.CharField(max_length=10)
    arm = serializers.ChoiceField(choices=["pilot", "control"])
    month = serializers.CharField(max_length=7)
    phase = serializers.ChoiceField(choices=["baseline", "pilot"], required=False)
    value = _number()
    n = serializers.IntegerField(min_value=0, max_value=10**9)


class MeasurementImport(serializers.Serializer):
    """All rows or none are stored; a differing value is a correction and keeps the former one."""

    rows = MeasurementRow(many=True)
    provenance = serializers.DictField(child=serializers.CharField(max_length=300), required=False)


class MeasurementImported(serializers.Serializer):
    stored = serializers.IntegerField(help_text="values that are new or corrected")


class MeasurementList(serializers.Serializer):
    results = MeasurementRow(many=True)


class Analysis(serializers.Serializer):
    """One analysis; its result is public from `confirmed_at` on."""

    id = serializers.IntegerField()
    method_version = serializers.CharField()
    inputs_hash = serializers.CharField()
    result_hash = serializers.CharField()
    created_at = serializers.DateTimeField()
    confirmed_at = serializers.DateTimeField(allow_null=True)
    effects = FiniteJSONField(help_text="the stored result: effects, intervals, verdicts, money")


class ReviewOption(serializers.Serializer):
    code = serializers.CharField()
    title = serializers.CharField()
    consequence = serializers.CharField()
    cost = serializers.CharField()


class Review(serializers.Serializer):
    """What the council's page says, in the language of the request."""

    sentence = serializers.CharField()
    target_sentence = serializers.CharField()
    kept = serializers.CharField(help_text="whether the sealed promise was kept")
    grade = serializers.CharField(help_text="strength of the comparison: A to D")
    options = ReviewOption(many=True)


class Votes(serializers.Serializer):
    yes = serializers.IntegerField(min_value=0, max_value=999)
    no = serializers.IntegerField(min_value=0, max_value=999)
    abstain = serializers.IntegerField(min_value=0, max_value=999)


class DecisionShape(serializers.Serializer):
    """What the council decided."""

    verdict = serializers.ChoiceField(choices=_choices(Decision, "verdict"))
    body = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    session_at = serializers.DateTimeField()
    votes = Votes()
    dissent = serializers.CharField(required=False, allow_blank=True, default="")
    reason = serializers.CharField(required=False, allow_blank=True, default="")
