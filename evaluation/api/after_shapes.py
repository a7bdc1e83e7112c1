"""Shapes of what comes after the result in JSON: award, letters, bidders' questions, contract, comparisons.

Numbers are decimal text, days `2026-12-24`, times have their offset.
"""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from accounts.api.fields import StrictDecimalField
from evaluation.api.serializers import AwardProposal, OutcomeOut
from evaluation.models import ChangeGround, WithholdGround
from tendering.models import CancellationGround

MOST_TEXT = 5_000


def _amount() -> StrictDecimalField:
    return StrictDecimalField(max_digits=14, decimal_places=2)


def _quantity() -> StrictDecimalField:
    return StrictDecimalField(max_digits=16, decimal_places=3, min_value=0, required=False, allow_null=True)


class TextIn(serializers.Serializer):
    text = serializers.CharField(max_length=MOST_TEXT)


class ReasonIn(serializers.Serializer):
    reason = serializers.CharField(max_length=MOST_TEXT)


# -- award ----------------------------------------------------------------------------------------------------------
class NeedOut(serializers.Serializer):
    """Something the decision waits for besides the result, in words."""

    title = serializers.CharField()
    note = serializers.CharField()
    done = serializers.BooleanField()


class AwardState(serializers.Serializer):
    """Outcomes that are decided, the newest proposal that is not, and what its decision waits for."""

    proposal = AwardProposal(allow_null=True)
    outcomes = OutcomeOut(many=True)
    needs = NeedOut(many=True)


class RegisterIn(serializers.Serializer):
    """`answered_at` left out = now; an entry needs a `note`."""

    bid_id = serializers.UUIDField()
    result = serializers.ChoiceField(choices=["clear", "entry"])
    answered_at = serializers.DateTimeField(required=False)
    note = serializers.CharField(max_length=2_000, required=False, allow_blank=True, default="")


class RegisterOut(serializers.Serializer):
    id = serializers.IntegerField()
    company = serializers.CharField(source="company.reference")
    result = serializers.CharField()
    answered_at = serializers.DateTimeField()
    note = serializers.CharField()


class ResolutionOut(serializers.Serializer):
    """A vote on the award: {lot: bid numbers} that it is about, and the hash of the result it rests on."""

    body = serializers.CharField()
    outcome = serializers.CharField()
    awards = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    result_hash = serializers.CharField()
    decided_at = serializers.DateTimeField()


class NoticeShape(serializers.Serializer):
    """What the public notice leaves out; a withheld value needs a reason, and a ground to be complete."""

    withhold_value = serializers.BooleanField()
    ground = serializers.ChoiceField(
        choices=WithholdGround.choices, required=False, allow_blank=True, default="", help_text="BT-197"
    )
    reason = serializers.CharField(max_length=2_000, required=False, allow_blank=True, default="")


class CancelIn(serializers.Serializer):
    """`lots` left out or empty = all without an outcome."""

    ground = serializers.ChoiceField(choices=CancellationGround.choices)
    reason = serializers.CharField(max_length=MOST_TEXT)
    lots = serializers.ListField(child=serializers.CharField(max_length=10), required=False, default=list)


class CancelOut(serializers.Serializer):
    id = serializers.IntegerField()
    lots = serializers.SerializerMethodField()
    ground = serializers.CharField()
    reason = serializers.CharField()
    requested_at = serializers.DateTimeField()
    confirmed_at = serializers.DateTimeField(allow_null=True)

    def get_lots(self, row: Any) -> list[str]:
        return [lot.code for lot in row.lots.all()]


# -- letters --------------------------------------------------------------------------------------------------------
class DispatchOut(serializers.Serializer):
    """One recipient: when the message was sent, when the letter was opened first."""

    recipient = serializers.CharField()
    sent_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)


class LetterRow(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    company = serializers.CharField(source="company.name")
    language = serializers.CharField()
    sha256 = serializers.CharField()
    sent_at = serializers.DateTimeField()
    dispatches = DispatchOut(many=True)


class StandstillOut(serializers.Serializer):
    """One dispatch: before `ends_at` no contract on these lots; `earliest_contract_date` is its first day."""

    id = serializers.IntegerField()
    lots = serializers.SerializerMethodField()
    sent_at = serializers.DateTimeField()
    days = serializers.IntegerField()
    earliest_contract_date = serializers.DateField()
    ends_at = serializers.DateTimeField()
    working_days = serializers.IntegerField()
    source = serializers.CharField()  # type: ignore[assignment]  # the metaclass takes declared fields away
    letters = LetterRow(many=True)

    def get_lots(self, row: Any) -> list[str]:
        return [lot.code for lot in row.lots.all()]


class LettersOut(serializers.Serializer):
    """`waiting`: awarded lots about which nobody has been told."""

    waiting = serializers.ListField(child=serializers.CharField())
    sent = StandstillOut(many=True)


class LetterOut(serializers.Serializer):
    """A letter as it was sent; `sha256` is the digest of its canonical `content`."""

    id = serializers.UUIDField()
    bid_id = serializers.UUIDField()
    kind = serializers.CharField()
    language = serializers.CharField()
    content = serializers.DictField()
    sha256 = serializers.CharField()
    sent_at = serializers.DateTimeField()


class ReasonsQuestion(serializers.Serializer):
    id = serializers.IntegerField()
    company = serializers.CharField(source="letter.company.name")
    text = serializers.CharField()
    asked_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    answer = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)


class DebriefRow(serializers.Serializer):
    cells = serializers.ListField(child=serializers.CharField())


class DebriefLot(serializers.Serializer):
    """One lot of the own bid; `rows` are the points by criterion under `heads`."""

    lot = serializers.CharField()
    title = serializers.CharField()
    is_won = serializers.BooleanField()
    is_excluded = serializers.BooleanField()
    sentences = serializers.ListField(child=serializers.CharField())
    heads = serializers.SerializerMethodField()
    rows = DebriefRow(many=True)
    would_have_won = serializers.ListField(child=serializers.CharField())

    def get_heads(self, part: Any) -> list[str]:
        return [str(head[0] if isinstance(head, tuple) else head) for head in part.heads]


class DebriefOut(serializers.Serializer):
    lots = DebriefLot(many=True)
    questions = ReasonsQuestion(many=True)


class ComplaintIn(serializers.Serializer):
    """`known_on`: the day on which the company learned of the breach."""

    text = serializers.CharField(max_length=MOST_TEXT)
    known_on = serializers.DateField()


class ComplaintAnswer(serializers.Serializer):
    text = serializers.CharField(max_length=MOST_TEXT)
    remedied = serializers.BooleanField()


class ComplaintOut(serializers.Serializer):
    id = serializers.IntegerField()
    company = serializers.CharField(source="company.name")
    text = serializers.CharField()
    filed_at = serializers.DateTimeField()
    known_on = serializers.DateField()
    answer = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)
    remedied = serializers.BooleanField(allow_null=True)
    review_until = serializers.DateField(allow_null=True)


# -- contract -------------------------------------------------------------------------------------------------------
class OptionIn(serializers.Serializer):
    kind = serializers.ChoiceField(choices=["renewal", "option"])
    title = serializers.CharField(max_length=200)
    months = serializers.IntegerField(min_value=0, max_value=120, default=0)
    value = StrictDecimalField(max_digits=14, decimal_places=2, default=Decimal(0))
    draw_until = serializers.DateField(required=False, allow_null=True, default=None)


class OptionOut(OptionIn):
    id = serializers.IntegerField()
    drawn_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField()


class SignIn(serializers.Serializer):
    """Days left out: signed today, starting then, for the months that were published."""

    lot = serializers.CharField(max_length=10)
    number = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    signed_on = serializers.DateField(required=False)
    starts_on = serializers.DateField(required=False)
    ends_on = serializers.DateField(required=False)
    remind_months = serializers.IntegerField(min_value=0, max_value=60, default=6)
    options = OptionIn(many=True, required=False, default=list)
    note = serializers.CharField(max_length=2_000, required=False, allow_blank=True, default="")


class ContractRow(serializers.Serializer):
    """Amounts net in `currency`."""

    id = serializers.IntegerField()
    tender = serializers.IntegerField(source="tender_id")
    lot = serializers.CharField(source="lot.code")
    number = serializers.CharField()
    company = serializers.CharField(source="company.name")
    currency = serializers.CharField(source="tender.currency")
    value_at_start = _amount()
    value = _amount()
    signed_on = serializers.DateField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    remind_months = serializers.IntegerField()


class ChangeIn(serializers.Serializer):
    """`delta`: more or (with a minus sign) less value, net. `effective_on` left out = today."""

    description = serializers.CharField(max_length=MOST_TEXT)
    ground = serializers.ChoiceField(choices=ChangeGround.choices)
    reason = serializers.CharField(max_length=MOST_TEXT)
    delta = _amount()
    months = serializers.IntegerField(min_value=-120, max_value=120, default=0)
    effective_on = serializers.DateField(required=False)


class RateIn(serializers.Serializer):
    ground = serializers.ChoiceField(choices=ChangeGround.choices)
    delta = _amount()


class RateOut(serializers.Serializer):
    """What a change comes to, of the value at the start; `findings` with rule and source where a limit is passed."""

    pct = _amount()
    pct_cumulated = _amount()
    findings = serializers.ListField(child=serializers.DictField())


class ChangeOut(RateOut):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    effective_on = serializers.DateField()
    description = serializers.CharField()
    ground = serializers.CharField()
    reason = serializers.CharField()
    delta = _amount()
    months = serializers.IntegerField()
    confirmed_at = serializers.DateTimeField(allow_null=True)


class KpiOut(serializers.Serializer):
    """A number the winner promised and got points for."""

    code = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.CharField()
    direction = serializers.CharField()
    target = StrictDecimalField(max_digits=18, decimal_places=6)


class MeasuredOut(serializers.Serializer):
    code = serializers.CharField(source="kpi.code")
    value = StrictDecimalField(max_digits=18, decimal_places=6)
    is_kept = serializers.BooleanField()


class PeriodIn(serializers.Serializer):
    """Both days included; `measured` is {promise: value}."""

    start = serializers.DateField()
    end = serializers.DateField()
    quantity = _quantity()
    paid_net = _amount()
    measured = serializers.DictField(child=StrictDecimalField(max_digits=18, decimal_places=6), default=dict)
    note = serializers.CharField(max_length=2_000, required=False, allow_blank=True, default="")


class ReplyOut(serializers.Serializer):
    text = serializers.CharField()
    at = serializers.DateTimeField()


class PeriodOut(serializers.Serializer):
    id = serializers.IntegerField()
    start = serializers.DateField()
    end = serializers.DateField()
    quantity = _quantity()
    paid_net = _amount()
    note = serializers.CharField()
    measured = MeasuredOut(many=True, source="measurements")
    reply = serializers.SerializerMethodField()

    def get_reply(self, row: Any) -> dict[str, Any] | None:
        found = getattr(row, "reply", None)
        return dict(ReplyOut(found).data) if found else None


class ContractOut(ContractRow):
    note = serializers.CharField()
    options = OptionOut(many=True)
    changes = ChangeOut(many=True)
    kpis = KpiOut(many=True)
    periods = PeriodOut(many=True)


class DraftOut(serializers.Serializer):
    """The new draft."""

    tender = serializers.IntegerField(source="pk")
    reference = serializers.CharField()


# -- comparisons, read only -----------------------------------------------------------------------------------------
class ProvisionOut(serializers.Serializer):
    """The bid in the lead against the own provision, on the tender's price basis; `missing` is in nobody's entries."""

    lot = serializers.CharField(source="lot.code")
    bidder = serializers.CharField()
    years = serializers.IntegerField()
    cases = StrictDecimalField(max_digits=16, decimal_places=3)
    rate_pct = StrictDecimalField(max_digits=6, decimal_places=3)
    rate_source = serializers.CharField()
    own_per_year = _amount()
    bought_per_year = _amount()
    own_per_case = _amount()
    bought_per_case = _amount()
    saving_per_year = _amount()
    saving_per_case = _amount()
    saving_over_term = _amount()
    break_even = StrictDecimalField(max_digits=16, decimal_places=0, allow_null=True)
    missing = serializers.ListField(child=serializers.CharField())
    finding = serializers.CharField()


class HintOut(serializers.Serializer):
    """A hint for office and audit, never a verdict; `state` is open, answered, few (too few data) or fine."""

    code = serializers.CharField(source="hint.code")
    subject = serializers.CharField()
    title = serializers.CharField()
    value = serializers.CharField()
    fence = serializers.CharField()
    meaning = serializers.CharField()
    harmless = serializers.CharField()
    state = serializers.CharField()
    reason = serializers.SerializerMethodField()

    def get_reason(self, one: dict[str, Any]) -> str:
        return one["note"].reason if one["note"] else ""


class BenchmarkRow(serializers.Serializer):
    id = serializers.IntegerField()
    owner = serializers.CharField(source="owner.name")
    title = serializers.CharField()
    about = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # the metaclass takes declared fields away
    inputs = serializers.ListField(child=serializers.CharField())
    outputs = serializers.ListField(child=serializers.CharField())
    version = serializers.IntegerField()


class BenchmarkUnitOut(serializers.Serializer):
    """`share` 0 to 1 of the best; computed with floating point: a view, never a figure of an award."""

    name = serializers.CharField()
    share = serializers.FloatField()
    is_best = serializers.BooleanField()
    peers = serializers.ListField(child=serializers.CharField())
    sentence = serializers.CharField()


class BenchmarkOut(BenchmarkRow):
    years = serializers.ListField(child=serializers.IntegerField())
    year = serializers.IntegerField()
    returns = serializers.CharField()
    orientation = serializers.CharField()
    warnings = serializers.ListField(child=serializers.CharField())
    units = BenchmarkUnitOut(many=True)
