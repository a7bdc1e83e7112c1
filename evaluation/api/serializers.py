"""Shapes of the evaluation in JSON: numbers as decimal text, times with offset."""

from datetime import date

from rest_framework import serializers

from accounts.api.fields import StrictDecimalField
from evaluation.lifecycle import DocumentFault, ExclusionCode, PriceOutcome
from evaluation.low_price import EXAMINED
from evaluation.scoring.drawing import GREATEST_NUMBER, LEAST_NUMBER


class Overview(serializers.Serializer):
    """Where the evaluation of a tender stands."""

    tender = serializers.IntegerField()
    reference = serializers.CharField()
    panel_size = serializers.IntegerField()
    panel_handed_in = serializers.IntegerField()
    panel_closed = serializers.BooleanField()
    checks_open = serializers.IntegerField()
    evaluated_at = serializers.DateTimeField(allow_null=True)
    result_hash = serializers.CharField(allow_blank=True)


class PanelSeats(serializers.Serializer):
    """The evaluators of a tender, by the ids of their accounts."""

    users = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**62), allow_empty=False, max_length=20
    )


class ScoreIn(serializers.Serializer):
    """One own score; `value` 0 to 10 with at most two decimals, `comment` says why."""

    bid_id = serializers.CharField(max_length=40)
    lot = serializers.CharField(max_length=10)
    criterion = serializers.CharField(max_length=10)
    value = StrictDecimalField(max_digits=4, decimal_places=2, min_value=0, max_value=10)
    comment = serializers.CharField(max_length=5000)


class ScoresIn(serializers.Serializer):
    scores = ScoreIn(many=True, allow_empty=False)


class OwnScoreOut(serializers.Serializer):
    """A line of one's own sheet."""

    bid_id = serializers.UUIDField(source="cell.bid_id")
    bid = serializers.CharField(source="cell.bid")
    company = serializers.CharField(source="cell.company")
    lot = serializers.CharField(source="cell.lot")
    criterion = serializers.CharField(source="cell.criterion")
    is_out = serializers.BooleanField(source="cell.is_out")
    answer = serializers.CharField()
    value = StrictDecimalField(max_digits=4, decimal_places=2, allow_null=True)
    comment = serializers.CharField()


class OwnSheet(serializers.Serializer):
    handed_in_at = serializers.DateTimeField(allow_null=True)
    scores = OwnScoreOut(many=True)


class GivenOut(serializers.Serializer):
    evaluator = serializers.CharField()
    value = StrictDecimalField(max_digits=4, decimal_places=2)
    comment = serializers.CharField()


class SpreadOut(serializers.Serializer):
    """All scores of one cell; `level` "consensus" needs an agreed score before the panel can be closed."""

    bid_id = serializers.UUIDField(source="cell.bid_id")
    bid = serializers.CharField(source="cell.bid")
    lot = serializers.CharField(source="cell.lot")
    criterion = serializers.CharField(source="cell.criterion")
    given = GivenOut(many=True)
    distance = StrictDecimalField(max_digits=4, decimal_places=2)
    level = serializers.CharField()
    consensus = StrictDecimalField(max_digits=4, decimal_places=2, allow_null=True)
    consensus_reason = serializers.CharField()


class Moderation(serializers.Serializer):
    closed = serializers.BooleanField()
    cells = SpreadOut(many=True)


class ConsensusIn(serializers.Serializer):
    bid_id = serializers.UUIDField()
    lot = serializers.CharField(max_length=10)
    criterion = serializers.CharField(max_length=10)
    value = StrictDecimalField(max_digits=4, decimal_places=2, min_value=0, max_value=10)
    reason = serializers.CharField(max_length=5000)


class DocumentFound(serializers.Serializer):
    name = serializers.CharField(max_length=200)
    category = serializers.CharField(max_length=30, required=False)
    status = serializers.ChoiceField(choices=["provided", *DocumentFault.values, "supplemented_late"])
    note = serializers.CharField(
        max_length=1000, required=False, allow_blank=True, help_text="what an incomplete or wrong document lacks"
    )


class Cleaning(serializers.Serializer):
    """What a company has mended."""

    damages = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)
    cooperation = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)
    measures = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


class GroundDetails(serializers.Serializer):
    """Day and weighing of an exclusion ground. Under statutes an exclusion needs the day, which must not have lapsed,
    and for an optional ground why it is proportionate; what the company has mended needs an answer."""

    kind = serializers.ChoiceField(choices=["mandatory", "optional"], required=False)
    event_date = serializers.DateField(required=False)
    proportionality = serializers.CharField(max_length=2000, required=False)
    cleaning = Cleaning(required=False)
    cleaning_decision = serializers.ChoiceField(choices=["", "accepted", "refused"], required=False)
    cleaning_reason = serializers.CharField(max_length=2000, required=False)

    def validate_event_date(self, value: date) -> str:
        return value.isoformat()


class GroundFound(GroundDetails):
    ground = serializers.CharField(max_length=300)
    self_cleaning = serializers.CharField(max_length=300, required=False)
    decision = serializers.ChoiceField(choices=["exclude", "keep"])
    reason = serializers.CharField(max_length=1000, required=False)


class Findings(serializers.Serializer):
    """What the formal check of a bid found; every requirement is answered."""

    mandatory = serializers.DictField(child=serializers.BooleanField())
    documents = DocumentFound(many=True, default=list)
    changed_documents = serializers.BooleanField(default=False)
    grounds = GroundFound(many=True, default=list)
    notes = serializers.ListField(child=serializers.CharField(max_length=1000), default=list)


class CheckIn(serializers.Serializer):
    bid_id = serializers.UUIDField()
    findings = Findings()


class CheckOut(serializers.Serializer):
    bid_id = serializers.UUIDField()
    findings = serializers.DictField()
    checked_at = serializers.DateTimeField()
    confirmed_at = serializers.DateTimeField(allow_null=True)


class SupplementIn(serializers.Serializer):
    bid_id = serializers.UUIDField()
    documents = serializers.ListField(child=serializers.CharField(max_length=200), allow_empty=False, max_length=50)
    due_at = serializers.DateTimeField()


class SupplementReceived(serializers.Serializer):
    bid_id = serializers.UUIDField()
    document = serializers.CharField(max_length=200)
    received_at = serializers.DateTimeField(required=False)


class SupplementFileOut(serializers.Serializer):
    """A file that was handed in, with what its receipt says."""

    id = serializers.UUIDField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    received_at = serializers.DateTimeField()


class SupplementOut(serializers.Serializer):
    id = serializers.IntegerField()
    bid_id = serializers.UUIDField()
    document = serializers.CharField()
    fault = serializers.CharField()
    wanted = serializers.CharField()
    due_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField(allow_null=True)
    in_time = serializers.BooleanField()
    accepted = serializers.BooleanField(allow_null=True)
    needs_second = serializers.BooleanField()
    files = SupplementFileOut(many=True)


class SupplementFileIn(serializers.Serializer):
    file = serializers.FileField(max_length=1000, help_text="any kind of file")


class SupplementJudgeIn(serializers.Serializer):
    """`reason` is needed against the clock: to refuse what came in time, to accept what came late."""

    accepted = serializers.BooleanField()
    reason = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


class ExclusionIn(serializers.Serializer):
    """`lot` left out = the bid is excluded from all lots."""

    bid_id = serializers.UUIDField()
    lot = serializers.CharField(max_length=10, required=False, default=None, allow_null=True)
    code = serializers.ChoiceField(choices=ExclusionCode.choices)
    reason = serializers.CharField(max_length=5000)
    ground = GroundDetails(required=False)


class ExclusionOut(serializers.Serializer):
    id = serializers.IntegerField()
    bid_id = serializers.UUIDField()
    lot = serializers.CharField(source="lot.code", allow_null=True, default=None)
    code = serializers.CharField()
    reason = serializers.CharField()
    ground = serializers.DictField()
    decided_at = serializers.DateTimeField()
    confirmed_at = serializers.DateTimeField(allow_null=True)


class Checks(serializers.Serializer):
    checks = CheckOut(many=True)
    supplements = SupplementOut(many=True)
    exclusions = ExclusionOut(many=True)


class PriceQuestionIn(serializers.Serializer):
    bid_id = serializers.UUIDField()
    lot = serializers.CharField(max_length=10)
    due_at = serializers.DateTimeField()


class PriceAnswerIn(serializers.Serializer):
    text = serializers.CharField(max_length=20000)


class PriceDecisionIn(serializers.Serializer):
    """`examined` names what was looked at; "aid_unlawful" needs that the bidder was asked for the proof before."""

    outcome = serializers.ChoiceField(choices=PriceOutcome.choices)
    reason = serializers.CharField(max_length=5000)
    examined = serializers.ListField(
        child=serializers.ChoiceField(choices=list(EXAMINED)), required=False, max_length=len(EXAMINED)
    )


class AidQuestionIn(serializers.Serializer):
    due_at = serializers.DateTimeField()


class PriceQuestionOut(serializers.Serializer):
    id = serializers.IntegerField()
    bid_id = serializers.UUIDField()
    lot = serializers.CharField(source="lot.code")
    asked_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)
    answer = serializers.CharField()
    aid_asked_at = serializers.DateTimeField(allow_null=True)
    aid_due_at = serializers.DateTimeField(allow_null=True)
    aid_answered_at = serializers.DateTimeField(allow_null=True)
    aid_answer = serializers.CharField()
    examined = serializers.ListField(child=serializers.CharField())
    outcome = serializers.CharField()
    reason = serializers.CharField()
    decided_at = serializers.DateTimeField(allow_null=True)
    confirmed = serializers.SerializerMethodField()

    def get_confirmed(self, check: object) -> bool:
        return getattr(check, "second_person_id", None) is not None


class RunIn(serializers.Serializer):
    reason = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class RunOut(serializers.Serializer):
    """A stored evaluation. `result` has the shape of the sample cases' expected.json."""

    id = serializers.IntegerField()
    method = serializers.CharField()
    method_version = serializers.CharField()
    created_at = serializers.DateTimeField()
    spec_hash = serializers.CharField()
    inputs_hash = serializers.CharField()
    result_hash = serializers.CharField()
    sentences = serializers.DictField(child=serializers.CharField())
    result = serializers.DictField()


class RobustnessOut(serializers.Serializer):
    result_hash = serializers.CharField()
    sentences = serializers.DictField(child=serializers.CharField())
    lots = serializers.DictField()


class DrawIn(serializers.Serializer):
    """The bid drawn among equal ones; `between` names all of them by number."""

    lot = serializers.CharField(max_length=10)
    drawn_bid_id = serializers.UUIDField()
    between = serializers.ListField(child=serializers.CharField(max_length=40), min_length=2, max_length=50)
    place = serializers.CharField(max_length=200)
    persons = serializers.ListField(child=serializers.CharField(max_length=200), min_length=2, max_length=10)
    witnesses = serializers.ListField(child=serializers.CharField(max_length=200), min_length=1, max_length=10)


class DrawStartIn(serializers.Serializer):
    """The lot whose equal bids are drawn by calculation."""

    lot = serializers.CharField(max_length=10)


class DrawFinishIn(serializers.Serializer):
    """The number of the second person, with the record of the draw."""

    lot = serializers.CharField(max_length=10)
    number = serializers.IntegerField(min_value=LEAST_NUMBER, max_value=GREATEST_NUMBER)
    place = serializers.CharField(max_length=200)
    persons = serializers.ListField(child=serializers.CharField(max_length=200), min_length=2, max_length=10)
    witnesses = serializers.ListField(child=serializers.CharField(max_length=200), min_length=1, max_length=10)


class DrawOut(serializers.Serializer):
    """A draw by calculation. Seed, number and drawn bid are null until the second person has named the number."""

    lot = serializers.CharField()
    between = serializers.ListField(child=serializers.CharField())
    commitment = serializers.CharField(help_text="SHA-256 of the seed, fixed before the number")
    started_at = serializers.DateTimeField()
    seed = serializers.CharField(allow_null=True)
    number = serializers.IntegerField(allow_null=True)
    drawn = serializers.CharField(allow_null=True, help_text="Number of the bid")
    drawn_at = serializers.DateTimeField(allow_null=True)
    place = serializers.CharField()
    persons = serializers.ListField(child=serializers.CharField())
    witnesses = serializers.ListField(child=serializers.CharField())


class AwardIn(serializers.Serializer):
    """Winner by lot (bid id or number); null for a lot without any admissible bid."""

    lots = serializers.DictField(child=serializers.CharField(max_length=40, allow_null=True), allow_empty=False)
    reason = serializers.CharField(max_length=5000)


class AwardProposal(serializers.Serializer):
    id = serializers.IntegerField()
    lots = serializers.DictField(child=serializers.CharField(allow_blank=True), source="data.lots")
    requested_at = serializers.DateTimeField()
    approved_at = serializers.DateTimeField(allow_null=True)


class OutcomeOut(serializers.Serializer):
    lot = serializers.CharField(source="lot.code")
    kind = serializers.CharField()
    at = serializers.DateTimeField()
    winner = serializers.CharField(source="winner.reference", allow_null=True, default=None)
    value = StrictDecimalField(max_digits=14, decimal_places=2, allow_null=True)
    saving_per_year = StrictDecimalField(max_digits=14, decimal_places=2, allow_null=True)
    cost_per_case = StrictDecimalField(max_digits=14, decimal_places=2, allow_null=True)
