"""Shapes of the bidder's side of the API. The content of a bid is described in DraftContent; all numbers are texts."""

import base64
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from bids import variants

VARIANT = "0 the main bid, else the number of a variant beside it"


class DraftRequest(serializers.Serializer):
    """The tender to bid for; `company` is needed only by people who act for several."""

    tender = serializers.IntegerField(min_value=1, max_value=2**62)
    company = serializers.IntegerField(min_value=1, max_value=2**62, required=False)
    variant = serializers.IntegerField(min_value=0, max_value=variants.MOST, default=0, help_text=VARIANT)


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
    variant = serializers.IntegerField(help_text=VARIANT)
    version = serializers.IntegerField()
    edition = serializers.IntegerField(help_text="Edition of the documents you have seen")
    tender_edition = serializers.IntegerField(help_text="Edition in force; see it before you hand in")
    updated_at = serializers.DateTimeField()
    deadline = serializers.DateTimeField(allow_null=True)
    recipient = serializers.CharField()
    slot = SlotAnswer()
    price_recipient = serializers.CharField(
        required=False,
        help_text='Two envelopes: seal papers with prices to this one, with the slot\'s envelope "price"',
    )
    file_limit = serializers.IntegerField(help_text="Bytes per document")
    file_count_limit = serializers.IntegerField()
    limits = serializers.DictField(help_text="All limits of uploads: sizes in bytes, lengths in characters")
    content = serializers.DictField()
    gaps = serializers.ListField(child=serializers.DictField(child=serializers.CharField()))


class ObjectAnswer(serializers.Serializer):
    """A sealed object of an own bid: size in bytes and SHA-256 of its sealed form."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()


class WarningAnswer(serializers.Serializer):
    """What a look at the first and last bytes found: `encrypted`, `damaged` or `other_type`, and a sentence."""

    code = serializers.CharField()
    text = serializers.CharField()


class DocumentAnswer(ObjectAnswer):
    """A document that is sealed and in the draft. Warnings stop nothing: it may be handed in as it is."""

    warnings = WarningAnswer(many=True)


class BidAnswer(serializers.Serializer):
    """A bid of one's own company; nothing of its content."""

    id = serializers.UUIDField()
    reference = serializers.CharField(allow_null=True)
    status = serializers.CharField()
    tender = serializers.IntegerField()
    company = serializers.IntegerField()
    variant = serializers.IntegerField(help_text=VARIANT)
    version = serializers.IntegerField()
    edition = serializers.IntegerField(help_text="Edition of the documents it answers")
    confirmed_edition = serializers.IntegerField(help_text="Later edition it was confirmed for, or 0")
    tender_edition = serializers.IntegerField(help_text="Edition in force")
    round = serializers.IntegerField()
    received_at = serializers.DateTimeField()
    is_late = serializers.BooleanField()
    sealed_at = serializers.CharField()
    objects_sealed = ObjectAnswer(many=True)


class BidPage(serializers.Serializer):
    """Own bids, newest first."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = BidAnswer(many=True)


class BidOrDraftAnswer(serializers.Serializer):
    """A draft has `content`, a submitted bid has `objects_sealed`; `status` tells which."""

    id = serializers.UUIDField()
    status = serializers.CharField()
    tender = serializers.IntegerField()
    company = serializers.IntegerField()
    variant = serializers.IntegerField(help_text=VARIANT)
    version = serializers.IntegerField()


class EditionRequest(serializers.Serializer):
    """The edition you have seen; it must be the one in force."""

    edition = serializers.IntegerField(min_value=1, max_value=30_000)


class ManifestRequest(serializers.Serializer):
    """Who declares (text form). With `rehearsal` what is sealed for trial: a sample where the draft has no lot yet."""

    declarant = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    rehearsal = serializers.BooleanField(default=False)


class RehearsalAnswer(serializers.Serializer):
    """A rehearsal: `note` is signed like a receipt and marked as without legal effect."""

    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    is_sample = serializers.BooleanField(help_text="The draft had no lot yet, so a sample was handed in for trial")
    note = serializers.CharField()


class ManifestAnswer(serializers.Serializer):
    """What is to be sealed: `slot_line`, a line feed, `manifest` in UTF-8, `padding` zero bytes; to `recipient`."""

    version = serializers.IntegerField(help_text="Version of the draft; send it back with the sealed object")
    bid_version = serializers.IntegerField(help_text="Version of the bid that it is sealed for; send it back, too")
    edition = serializers.IntegerField(help_text="Edition of the documents that it is sealed for; send it back, too")
    object = serializers.UUIDField(help_text="A new random id; send it back with the sealed object")
    manifest = serializers.CharField(help_text="Canonical JSON, to be sealed byte for byte")
    slot = serializers.DictField()
    slot_line = serializers.CharField()
    padding = serializers.IntegerField()
    recipient = serializers.CharField()
    limit = serializers.IntegerField(help_text="Bytes of the sealed object")
    price = serializers.DictField(
        required=False,
        help_text="Two envelopes: the same fields for the prices; send it back as `price_object` and `price_manifest`",
    )


class SubmitRequest(serializers.Serializer):
    """Who declares (text form), and whether the editable copy stays on the platform.

    With `manifest` (the sealed object in base64) goes what `manifest/` answered: `object` and `version`, `bid_version`
    and `edition`. With `sha256` instead, the object was sent before to `manifest/{object}/`, and this request stays
    below 1 kB; who declares stands inside it then. With neither the server seals.
    """

    declarant = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    keep_copy = serializers.BooleanField(default=False)
    manifest = serializers.CharField(required=False, max_length=1_500_000)
    object = serializers.UUIDField(required=False)
    sha256 = serializers.RegexField(
        r"\A[0-9a-f]{64}\Z", required=False, help_text="Of the sealed object that was sent before"
    )
    version = serializers.IntegerField(required=False, min_value=1, max_value=2**31)
    bid_version = serializers.IntegerField(
        required=False, min_value=1, max_value=30_000,
        help_text="Refused (other_version) when the company has handed in another bid meanwhile",
    )  # fmt: skip
    edition = serializers.IntegerField(
        required=False, min_value=1, max_value=30_000,
        help_text="Refused (other_edition) when the documents were corrected meanwhile",
    )  # fmt: skip
    price_manifest = serializers.CharField(
        required=False, max_length=1_500_000, help_text="Two envelopes: the sealed prices in base64"
    )
    price_object = serializers.UUIDField(required=False)
    price_sha256 = serializers.RegexField(
        r"\A[0-9a-f]{64}\Z", required=False, help_text="Two envelopes: of the sealed prices that were sent before"
    )
    sealed_at = serializers.ChoiceField(["browser", "client"], required=False, default="client")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A sealed manifest comes with its id and version."""
        needed = {
            "manifest": ("object", "version"),
            "price_manifest": ("manifest", "price_object"),
            "bid_version": ("object", "edition"),
            "edition": ("object", "bid_version"),
            "sha256": ("object", "version"),
            "price_sha256": ("sha256", "price_object"),
        }
        if "manifest" in attrs and "sha256" in attrs:
            raise serializers.ValidationError({"sha256": [_("Send the sealed object now, or name one sent before.")]})
        for field, others in needed.items():
            if field not in attrs:
                continue
            if missing := [name for name in others if name not in attrs]:
                raise serializers.ValidationError({name: [_("This goes with a sealed manifest.")] for name in missing})
            if not field.endswith("manifest"):
                continue
            try:
                attrs[field] = base64.b64decode(attrs[field], validate=True)
            except ValueError:
                raise serializers.ValidationError({field: [_("Send the sealed object in base64.")]}) from None
        return attrs


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


class ReleasedPieceShape(serializers.Serializer):
    """One own piece, wrapped to the key of the session: HPKE, `info` as the piece's own with `session` added."""

    opener = serializers.CharField(max_length=50)
    subset = serializers.ListField(child=serializers.CharField(max_length=50), min_length=2, max_length=8)
    wrapped = serializers.CharField(max_length=2_000)


class OpenRequest(serializers.Serializer):
    """Either `session` with the own `pieces`, unlocked and wrapped by your own program as `part/` asks for it.

    Or, where the buyer allows it, your `pass_sentence`; used for this one release and never stored.
    """

    session = serializers.UUIDField(required=False)
    pieces = ReleasedPieceShape(many=True, required=False)
    pass_sentence = serializers.CharField(max_length=500, trim_whitespace=False, required=False)
    bid = serializers.UUIDField(
        required=False, help_text="With `pass_sentence`: an admitted late bid, or a restored one, to open"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of the two ways, and all of it."""
        if ("pieces" in attrs) == ("pass_sentence" in attrs):
            raise serializers.ValidationError({"pieces": [_("Send either your pieces or your pass sentence.")]})
        if "pieces" in attrs and "session" not in attrs:
            raise serializers.ValidationError({"session": [_("Name the session that your pieces are wrapped to.")]})
        return attrs


class OpenPartRequest(serializers.Serializer):
    """Empty for the opening that is due; or the id of a late bid that two people have admitted, or a restored one."""

    bid = serializers.UUIDField(required=False)


class OpenerPartAnswer(serializers.Serializer):
    """What an opener's own program needs: the locked key, and the own pieces as stored (shape of `bids.sealing`)."""

    session = serializers.UUIDField()
    session_public = serializers.CharField(help_text="Base64 X25519 key to which the pieces are wrapped")
    opener = serializers.CharField(help_text="Name of your key in pieces")
    locked = serializers.CharField(help_text="Your locked key, an age passphrase file in base64")
    pieces = serializers.ListField(child=serializers.DictField())


class RecoveryTakeRequest(serializers.Serializer):
    """Who signs the envelope log with you (of `witnesses`), and the reason for the file."""

    witness = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    reason = serializers.CharField(max_length=1_000)


class RecoveryReleaseRequest(serializers.Serializer):
    """The pieces of the recovery key, unlocked from its sheet and wrapped by your own program."""

    session = serializers.UUIDField()
    pieces = ReleasedPieceShape(many=True)


class RecoveryPartAnswer(serializers.Serializer):
    """As for an own part, without a locked key: that is on the sheet only."""

    session = serializers.UUIDField()
    session_public = serializers.CharField(help_text="Base64 X25519 key to which the pieces are wrapped")
    opener = serializers.CharField(help_text="Name of the recovery key in pieces and on its sheet")
    pieces = serializers.ListField(child=serializers.DictField())


class NamedPerson(serializers.Serializer):
    """A person by number and name."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class RecoveryUseAnswer(serializers.Serializer):
    """The use of the recovery key under way, and who may be named as the second person."""

    use = serializers.UUIDField(allow_null=True)
    opener = NamedPerson(allow_null=True)
    witness = NamedPerson(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    started_at = serializers.DateTimeField(allow_null=True)
    confirmed_at = serializers.DateTimeField(allow_null=True)
    released_at = serializers.DateTimeField(allow_null=True)
    witnesses = NamedPerson(many=True)


class GroupRehearsalAnswer(serializers.Serializer):
    """`state`: never, changed (somebody has a new key since), old or good. `test_bid` is there after a rehearsal."""

    state = serializers.ChoiceField(choices=["never", "changed", "old", "good"])
    rehearsed_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    session = serializers.UUIDField(allow_null=True, help_text="The rehearsal that takes parts now")
    released = serializers.IntegerField(help_text="Parts released in it")
    needed = serializers.IntegerField()
    expires_at = serializers.DateTimeField(allow_null=True)
    test_bid = serializers.DictField(allow_null=True, help_text='What the last one opened: {"total", "currency"}')


class OpeningAnswer(serializers.Serializer):
    """`step` is "1 of 2" until enough people have released; `record` is there after the opening."""

    session = serializers.UUIDField(allow_null=True)
    released = serializers.IntegerField()
    needed = serializers.IntegerField()
    step = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)
    opened_at = serializers.DateTimeField(allow_null=True)
    prices_opened_at = serializers.DateTimeField(
        allow_null=True, help_text="Two envelopes: when the prices were opened, after the scores were closed"
    )
    record = serializers.DictField()
