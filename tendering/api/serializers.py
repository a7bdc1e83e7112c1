"""Shapes of the tender in JSON. Money and quantities are decimal strings, moments carry an offset."""

from rest_framework import serializers

from accounts.api.fields import StrictDecimalField
from tendering.lifecycle import Status
from tendering.models import (
    AllocationRule,
    Amendment,
    Authority,
    CancellationGround,
    CriterionKind,
    LifeSituation,
    ProcedureType,
    Stage,
)
from tendering.rules import life_cycle


def money() -> StrictDecimalField:
    """An amount with two decimals; the currency stands at the tender."""
    return StrictDecimalField(max_digits=14, decimal_places=2, min_value=0, allow_null=True, required=False)


class BuyerShape(serializers.Serializer):
    reference = serializers.CharField()
    name = serializers.CharField()


class CallRequirement(serializers.Serializer):
    name = serializers.CharField(max_length=300)
    description = serializers.CharField(allow_blank=True, default="")
    proof = serializers.CharField(max_length=300, allow_blank=True, default="")


class CallCriterion(serializers.Serializer):
    """By what candidates are compared: 0 to 10 points, `weight` in points of 100."""

    name = serializers.CharField(max_length=300)
    description = serializers.CharField(allow_blank=True, default="")
    weight = StrictDecimalField(max_digits=7, decimal_places=3, min_value=0)


class CallDocument(serializers.Serializer):
    name = serializers.CharField(max_length=200)
    category = serializers.CharField(max_length=30, default="company_related")


class CallRequest(serializers.Serializer):
    """The call for candidates of a draft. Without `max_candidates` all suitable candidates are invited."""

    request_period_end = serializers.DateTimeField()
    enquiry_period_end = serializers.DateTimeField(required=False)
    opening_planned_at = serializers.DateTimeField(required=False)
    min_candidates = serializers.IntegerField(min_value=1, max_value=999)
    max_candidates = serializers.IntegerField(min_value=1, max_value=999, allow_null=True, required=False)
    requirements = CallRequirement(many=True, required=False)
    selection = CallCriterion(many=True, required=False)
    documents = CallDocument(many=True, required=False)


class TenderRow(serializers.Serializer):
    """One line of the list."""

    id = serializers.IntegerField()
    reference = serializers.CharField()
    title = serializers.CharField()
    buyer = BuyerShape()
    status = serializers.ChoiceField(choices=Status.choices)
    procedure_type = serializers.ChoiceField(choices=ProcedureType.choices)
    life_situation = serializers.ChoiceField(choices=LifeSituation.choices, allow_blank=True)
    cpv_main = serializers.CharField(allow_blank=True)
    value = money()
    currency = serializers.CharField()
    published_at = serializers.DateTimeField(allow_null=True)
    tender_period_end = serializers.DateTimeField(allow_null=True)


class TenderPage(serializers.Serializer):
    """A keyset page. `total` is exact up to 1000, then "1000+"."""

    total = serializers.CharField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = TenderRow(many=True)


class ItemShape(serializers.Serializer):
    """One position of the price sheet."""

    ref = serializers.CharField(max_length=20)
    text = serializers.CharField(max_length=500)
    unit = serializers.CharField(max_length=60)
    quantity = StrictDecimalField(max_digits=16, decimal_places=3, min_value=0)
    price_decimals = serializers.IntegerField(min_value=0, max_value=6, default=2)
    is_optional = serializers.BooleanField(default=False)
    in_evaluation = serializers.BooleanField(default=True)
    essential = serializers.BooleanField(default=True)


class ItemOfLot(ItemShape):
    lot = serializers.CharField(max_length=10)


class LotShape(serializers.Serializer):
    """A lot with reference quantity and today's cost and time per case, where the buyer states them."""

    code = serializers.CharField(max_length=10)
    title = serializers.CharField(max_length=200)
    cpv = serializers.CharField(max_length=8, allow_blank=True, default="")
    value = money()
    quantity_basis = serializers.CharField(max_length=200, allow_blank=True, default="")
    reference_quantity = StrictDecimalField(max_digits=14, decimal_places=2, allow_null=True, required=False)
    reference_unit = serializers.CharField(max_length=80, allow_blank=True, default="")
    baseline_cost_per_case = StrictDecimalField(max_digits=12, decimal_places=4, allow_null=True, required=False)
    baseline_minutes_per_case = StrictDecimalField(max_digits=10, decimal_places=2, allow_null=True, required=False)
    items = ItemShape(many=True, required=False)


class CostPartShape(serializers.Serializer):
    """A kind of cost: `use` and `maintenance` come every year, the others once at the end; `residual` is taken off."""

    id = serializers.CharField(max_length=2, required=False, help_text="Numbered in the order given")
    kind = serializers.ChoiceField(choices=life_cycle.KINDS)
    text = serializers.CharField(max_length=200)
    unit = serializers.CharField(max_length=60)
    unit_price = serializers.CharField(required=False, help_text="Published price per unit, of a `use`")


class LifeCycleShape(serializers.Serializer):
    """The published calculation of a life-cycle cost; bidders state the numbers of its parts."""

    years = serializers.IntegerField(min_value=1, max_value=life_cycle.MOST_YEARS)
    rate_pct = serializers.CharField(help_text="Discount rate per year in per cent, as text")
    factor_decimals = serializers.IntegerField(
        min_value=life_cycle.LEAST_DECIMALS, max_value=life_cycle.MOST_DECIMALS, default=4
    )
    with_price = serializers.BooleanField(default=True, help_text="The evaluated price is part of the cost")
    parts = CostPartShape(many=True, allow_empty=False)


class CriterionShape(serializers.Serializer):
    """A requirement or an award criterion; `lots` empty means all lots."""

    code = serializers.CharField(max_length=10)
    kind = serializers.ChoiceField(choices=CriterionKind.choices)
    name = serializers.CharField(max_length=300)
    description = serializers.CharField(allow_blank=True, default="")
    proof = serializers.CharField(max_length=300, allow_blank=True, default="")
    weight = StrictDecimalField(max_digits=7, decimal_places=3, min_value=0, allow_null=True, required=False)
    minimum_score = StrictDecimalField(max_digits=5, decimal_places=2, min_value=0, allow_null=True, required=False)
    scale = serializers.CharField(max_length=200, allow_blank=True, default="0-10")
    guide = serializers.DictField(child=serializers.CharField(), default=dict)
    unit = serializers.CharField(max_length=60, allow_blank=True, default="")
    direction = serializers.ChoiceField(choices=["lower", "higher"], allow_blank=True, default="")
    curve = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField(), min_length=2, max_length=2), default=list
    )
    measures = serializers.ChoiceField(choices=["minutes_per_case"], allow_blank=True, default="")
    life_cycle = LifeCycleShape(required=False, help_text="Of a cost criterion that is worked out from several numbers")
    lots = serializers.ListField(child=serializers.CharField(), default=list)


class RequiredDocumentShape(serializers.Serializer):
    name = serializers.CharField(max_length=200)
    category = serializers.CharField(max_length=30, default="company_related")


class TenderFields(serializers.Serializer):
    """What a draft can be told; every field may be left out."""

    title = serializers.CharField(max_length=200, required=False)
    summary = serializers.CharField(allow_blank=True, required=False)
    language = serializers.ChoiceField(choices=["de", "en"], required=False)
    cpv_main = serializers.CharField(max_length=8, allow_blank=True, required=False)
    cpv_additional = serializers.ListField(child=serializers.CharField(max_length=8), required=False)
    life_situation = serializers.ChoiceField(choices=LifeSituation.choices, allow_blank=True, required=False)
    procedure_type = serializers.ChoiceField(choices=ProcedureType.choices, required=False)
    profile = serializers.CharField(max_length=40, required=False)
    legal_basis = serializers.CharField(max_length=300, allow_blank=True, required=False)
    value = money()
    value_method = serializers.CharField(allow_blank=True, required=False)
    contract_months = serializers.IntegerField(min_value=0, max_value=600, required=False)
    option_months = serializers.IntegerField(min_value=0, max_value=600, required=False)
    is_framework = serializers.BooleanField(required=False)
    max_lots_bid = serializers.IntegerField(min_value=1, allow_null=True, required=False)
    max_lots_awarded = serializers.IntegerField(min_value=1, allow_null=True, required=False)
    allocation_rule = serializers.ChoiceField(choices=AllocationRule.choices, required=False)
    combination_discounts_allowed = serializers.BooleanField(required=False)
    lot_waiver_reason = serializers.CharField(allow_blank=True, required=False)
    variants_allowed = serializers.BooleanField(required=False)
    variant_requirements = serializers.CharField(max_length=5_000, allow_blank=True, required=False)
    subcontracting_allowed = serializers.BooleanField(required=False)
    supplementation_allowed = serializers.BooleanField(required=False)
    enquiry_period_end = serializers.DateTimeField(allow_null=True, required=False)
    tender_period_end = serializers.DateTimeField(allow_null=True, required=False)
    opening_planned_at = serializers.DateTimeField(allow_null=True, required=False)
    bid_validity_end = serializers.DateField(allow_null=True, required=False)
    contact_unit = serializers.IntegerField(min_value=1, max_value=2**62, allow_null=True, required=False)
    authority = serializers.ChoiceField(
        choices=Authority.choices, required=False, help_text="How the person who hands in proves the right to act"
    )


class TenderCreate(TenderFields):
    buyer = serializers.CharField(help_text="Reference of the buying organisation")
    title = serializers.CharField(max_length=200)
    reference = serializers.CharField(max_length=40, required=False)


class TenderChange(TenderFields):
    """`version` (or the header `If-Match`) names the version that was read; another one stored is refused with 409."""

    version = serializers.IntegerField(min_value=0, max_value=2**31, required=False)


class ContactShape(serializers.Serializer):
    """A unit, never a person."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    email = serializers.EmailField()
    phone = serializers.CharField(allow_blank=True)
    hours = serializers.CharField(allow_blank=True)
    reply_days = serializers.IntegerField()


class OutcomeShape(serializers.Serializer):
    lot = serializers.CharField()
    kind = serializers.ChoiceField(choices=["awarded", "cancelled", "unsuccessful", "contract"])
    at = serializers.DateTimeField()
    winner = serializers.CharField(allow_null=True)
    value = money()


class TenderDetail(TenderFields):
    """The whole tender. `findings` is there for the buyer's own people only."""

    id = serializers.IntegerField()
    reference = serializers.CharField()
    version = serializers.IntegerField()
    buyer = BuyerShape()
    contact = ContactShape(allow_null=True)
    status = serializers.ChoiceField(choices=Status.choices)
    currency = serializers.CharField()
    round = serializers.IntegerField()
    stage = serializers.ChoiceField(choices=Stage.choices, allow_blank=True, help_text="of a procedure with a call")
    request_period_end = serializers.DateTimeField(allow_null=True, help_text="of a call for candidates")
    min_candidates = serializers.IntegerField(allow_null=True)
    max_candidates = serializers.IntegerField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    evaluation = serializers.DictField()
    spec_hash = serializers.CharField(allow_blank=True)
    edition = serializers.IntegerField(help_text="of text and documents; grows by corrections")
    lots = LotShape(many=True)
    criteria = CriterionShape(many=True)
    required_documents = RequiredDocumentShape(many=True)
    outcomes = OutcomeShape(many=True)
    cancellation_ground = serializers.CharField(allow_blank=True)
    cancellation_reason = serializers.CharField(allow_blank=True)
    simulated = serializers.BooleanField()
    findings = serializers.ListField(child=serializers.DictField(), required=False)


class PublishRequest(serializers.Serializer):
    """A draft is handed over for release; a tender that waits is released, now or at `publish_at`."""

    reasons = serializers.DictField(child=serializers.CharField(), required=False)
    publish_at = serializers.DateTimeField(required=False)


class ReasonRequest(serializers.Serializer):
    reason = serializers.CharField()


class ExtendRequest(ReasonRequest):
    new_end = serializers.DateTimeField()


class DocumentRequest(serializers.Serializer):
    """`content` is the file in base64."""

    name = serializers.CharField(max_length=255)
    kind = serializers.CharField(max_length=40, default="SPECIFICATION")
    media_type = serializers.CharField(max_length=100, default="application/octet-stream")
    content = serializers.CharField()


class AmendRequest(ReasonRequest):
    """`changes` names `tender_period_end` (later only) and `summary`; what decides an award is frozen.

    With a text or documents it is a correction: `is_material` says whether bidders need time for it.
    """

    changes = serializers.DictField(child=serializers.CharField(), required=False)
    add_documents = DocumentRequest(many=True, required=False)
    remove_documents = serializers.ListField(child=serializers.UUIDField(), required=False)
    is_material = serializers.BooleanField(required=False)
    why_not_later = serializers.CharField(required=False, max_length=1000)


class CancelRequest(ReasonRequest):
    ground = serializers.ChoiceField(choices=CancellationGround.choices)


class RoundRequest(serializers.Serializer):
    new_end = serializers.DateTimeField()
    opening_planned_at = serializers.DateTimeField()


class AmendmentShape(serializers.Serializer):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    reason = serializers.CharField()
    changes = serializers.DictField()
    approved_at = serializers.DateTimeField(allow_null=True)
    kind = serializers.ChoiceField(choices=Amendment.Kind.choices)
    is_material = serializers.BooleanField()
    why_not_later = serializers.CharField()
    edition = serializers.IntegerField(allow_null=True, help_text="edition a published correction made")


class QuestionShape(serializers.Serializer):
    """Nobody learns who asked."""

    id = serializers.IntegerField()
    asked_at = serializers.DateTimeField()
    text = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)
    answer = serializers.CharField(allow_blank=True)


class QuestionRequest(serializers.Serializer):
    company = serializers.CharField(help_text="Reference of the asking company")
    text = serializers.CharField(max_length=5000)


class AnswerRequest(serializers.Serializer):
    text = serializers.CharField(max_length=5000)


class DocumentShape(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    name = serializers.CharField()
    media_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    added_at = serializers.DateTimeField()


class InvitationRequest(serializers.Serializer):
    providers = serializers.ListField(child=serializers.CharField(), help_text="References of the companies")


class ConflictRequest(serializers.Serializer):
    conflict = serializers.BooleanField()
    note = serializers.CharField(allow_blank=True, default="")


class ConflictShape(ConflictRequest):
    declared_at = serializers.DateTimeField()
