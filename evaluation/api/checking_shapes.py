"""Shapes of the formal check in JSON: its steps by bid, one request to all, questions about bids."""

from rest_framework import serializers

from evaluation.models import StepState


class StepIn(serializers.Serializer):
    title = serializers.CharField(max_length=200)


class StepReason(serializers.Serializer):
    reason = serializers.CharField(max_length=4000)


class StepOut(serializers.Serializer):
    """A step of the check; `code` is empty for one the office added."""

    position = serializers.IntegerField()
    code = serializers.CharField()
    title = serializers.CharField()


class StepStateOut(serializers.Serializer):
    bid_id = serializers.UUIDField(source="bid.pk")
    position = serializers.IntegerField()
    state = serializers.CharField()
    note = serializers.CharField()


class StepBoard(serializers.Serializer):
    """All steps, and how far each is for each bid."""

    steps = StepOut(many=True)
    states = StepStateOut(many=True)


class StepStateIn(serializers.Serializer):
    """`note` is required for an objection and for "not_needed"."""

    position = serializers.IntegerField(min_value=1, max_value=10_000)
    state = serializers.ChoiceField(choices=StepState.choices)
    note = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


class StepStatesIn(serializers.Serializer):
    bid_id = serializers.UUIDField()
    states = StepStateIn(many=True, allow_empty=False)


class RequestAllIn(serializers.Serializer):
    due_at = serializers.DateTimeField()


class QuestionIn(serializers.Serializer):
    bid_id = serializers.UUIDField()
    text = serializers.CharField(max_length=4000)
    due_at = serializers.DateTimeField()


class QuestionAnswer(serializers.Serializer):
    text = serializers.CharField(max_length=20000)


class QuestionOut(serializers.Serializer):
    """A question about what a bid says; price and content of the bid never change by it."""

    id = serializers.IntegerField()
    bid_id = serializers.UUIDField()
    text = serializers.CharField()
    asked_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    answer = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)
