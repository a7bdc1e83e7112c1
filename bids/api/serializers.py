"""Shapes of the bidder's side of the API. The content of a bid is described in DraftContent; all numbers are texts."""

from rest_framework import serializers


class DraftRequest(serializers.Serializer):
    """The tender to bid for; `company` is needed only by people who act for several."""

    tender = serializers.IntegerField(min_value=1, max_value=2**62)
    company = serializers.IntegerField(min_value=1, max_value=2**62, required=False)


class DraftContentRequest(serializers.Serializer):
    """The whole content and the version it is based on; 409 `stale` when somebody saved in between."""

    version = serializers.IntegerField(min_value=1, max_value=2**31)
    content = serializers.DictField()


class SlotAnswer(serializers.Serializer):
    """Place that sealed objects of this draft are bound to."""

    tender = serializers.CharField()
    lot = serializers.CharField()
    envelope = serializers.CharField()
    company = serializers.CharField()
    draft = serializers.CharField()


class DraftAnswer(serializers.Serializer):
    """A bid in preparation."""

    id = serializers.UUIDField()
    status = serializers.CharField()
    tender = serializers.IntegerField()
    company = serializers.IntegerField()
    version = serializers.IntegerField()
    updated_at = serializers.DateTimeField()
    deadline = serializers.DateTimeField(allow_null=True)
    recipient = serializers.CharField()
    slot = SlotAnswer()
    file_limit = serializers.IntegerField(help_text="Bytes per document")
    file_count_limit = serializers.IntegerField()
    content = serializers.DictField()
    gaps = serializers.ListField(child=serializers.DictField(child=serializers.CharField()))


class ObjectAnswer(serializers.Serializer):
    """A sealed object of an own bid: size in bytes and SHA-256 of its sealed form."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()


class BidAnswer(serializers.Serializer):
    """A bid of one's own company; nothing of its content."""

    id = serializers.UUIDField()
    reference = serializers.CharField(allow_null=True)
    status = serializers.CharField()
    tender = serializers.IntegerField()
    company = serializers.IntegerField()
    version = serializers.IntegerField()
    round = serializers.IntegerField()
    received_at = serializers.DateTimeField()
    is_late = serializers.BooleanField()
    sealed_at = serializers.CharField()
    objects_sealed = ObjectAnswer(many=True)


class BidOrDraftAnswer(serializers.Serializer):
    """A draft has `content`, a submitted bid has `objects_sealed`; `status` tells which."""

    id = serializers.UUIDField()
    status = serializers.CharField()
    tender = serializers.IntegerField()
    company = serializers.IntegerField()
    version = serializers.IntegerField()


class SubmitRequest(serializers.Serializer):
    """Who declares (text form), and whether the editable copy stays on the platform."""

    declarant = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    keep_copy = serializers.BooleanField(default=False)


class ReceiptAnswer(serializers.Serializer):
    """`text` in words; `note` is the signed receipt, checked offline with `verifier_key`."""

    id = serializers.UUIDField()
    bid = serializers.UUIDField()
    act = serializers.CharField()
    at = serializers.DateTimeField()
    is_late = serializers.BooleanField()
    text = serializers.CharField()
    note = serializers.CharField()
    verifier_key = serializers.CharField()


class OpenRequest(serializers.Serializer):
    """The opener's own pass sentence; used for this one release and never stored."""

    pass_sentence = serializers.CharField(max_length=500, trim_whitespace=False)


class OpeningAnswer(serializers.Serializer):
    """`step` is "1 of 2" until enough people have released; `record` is there after the opening."""

    session = serializers.UUIDField(allow_null=True)
    released = serializers.IntegerField()
    needed = serializers.IntegerField()
    step = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)
    opened_at = serializers.DateTimeField(allow_null=True)
    record = serializers.DictField()
