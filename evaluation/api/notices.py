"""The notice of an award over HTTP: for the office with what is missing in it, for everybody as it was published.

Codes are those of the eForms code lists where there is one; amounts are decimal text, "" is what is not there.
"""

from dataclasses import asdict
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.decision import refuse
from evaluation import actions
from evaluation.api.views import SignedIn, actor_of, parsed
from evaluation.award_notice import NoticeFacts, content_of, gather, shown_content
from evaluation.award_notice_checks import due_of, findings_of
from evaluation.lifecycle import ACTIONS
from evaluation.models import AwardNoticeEdition
from evaluation.readers import reader, require_file
from tendering.api.access import TenderView, visible


class NoticeHead(serializers.Serializer):
    """`subtype`: form of the eForms; `previous`: fingerprint of the notice before it."""

    number = serializers.IntegerField()
    form = serializers.CharField()
    type = serializers.CharField()
    subtype = serializers.CharField()
    date = serializers.CharField()
    previous = serializers.CharField(allow_blank=True)


class NoticeBuyer(serializers.Serializer):
    name = serializers.CharField()
    reference = serializers.CharField()
    country = serializers.CharField()
    registration = serializers.CharField(allow_blank=True)
    unit = serializers.CharField(allow_blank=True)
    email = serializers.CharField(allow_blank=True)


class NoticeProcedure(serializers.Serializer):
    """`code` BT-105, `value` BT-161 of all awards, net."""

    reference = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField(allow_blank=True)
    language = serializers.CharField()
    legal_basis = serializers.CharField(allow_blank=True)
    type = serializers.CharField()
    code = serializers.CharField(allow_blank=True)
    method = serializers.CharField(allow_blank=True)
    cpv = serializers.CharField(allow_blank=True)
    cpv_additional = serializers.ListField(child=serializers.CharField())
    currency = serializers.CharField()
    value = serializers.CharField(allow_blank=True)
    published_on = serializers.CharField(allow_blank=True)


class NoticeWithheld(serializers.Serializer):
    """Empty object where nothing is withheld; `code` BT-197."""

    what = serializers.CharField(required=False)
    ground = serializers.CharField(required=False, allow_blank=True)
    code = serializers.CharField(required=False, allow_blank=True)


class NoticeNoAward(serializers.Serializer):
    """Empty object where the lot was awarded or is open; `code` BT-144."""

    ground = serializers.CharField(required=False)
    code = serializers.CharField(required=False)
    reason = serializers.CharField(required=False, allow_blank=True)


class NoticeCount(serializers.Serializer):
    """`code` BT-760, `number` BT-759."""

    code = serializers.CharField()
    number = serializers.IntegerField()


class NoticeCriterion(serializers.Serializer):
    """`type` BT-539, `weight` BT-541 in `unit` (BT-5421)."""

    code = serializers.CharField(allow_blank=True)
    kind = serializers.CharField()
    type = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    weight = serializers.CharField(allow_blank=True)
    unit = serializers.CharField()


class NoticeWinner(serializers.Serializer):
    """Empty object where nobody won."""

    name = serializers.CharField(required=False)
    reference = serializers.CharField(required=False)
    country = serializers.CharField(required=False)
    size = serializers.CharField(required=False, allow_blank=True)


class NoticeContract(serializers.Serializer):
    """Empty object before the contract was recorded; `signed_on` BT-145."""

    number = serializers.CharField(required=False, allow_blank=True)
    signed_on = serializers.CharField(required=False)
    starts_on = serializers.CharField(required=False)
    ends_on = serializers.CharField(required=False)


class NoticeLot(serializers.Serializer):
    """`result` BT-142, `value` BT-720 net."""

    lot = serializers.CharField()
    title = serializers.CharField()
    cpv = serializers.CharField(allow_blank=True)
    result = serializers.CharField()
    no_award = NoticeNoAward()
    received = NoticeCount(many=True)
    criteria = NoticeCriterion(many=True)
    winner = NoticeWinner()
    bid = serializers.CharField(allow_blank=True)
    value = serializers.CharField(allow_blank=True)
    is_withheld = serializers.BooleanField()
    decided_on = serializers.CharField(allow_blank=True)
    contract = NoticeContract()


class NoticeChange(serializers.Serializer):
    """A confirmed change of a contract; `code` BT-200, `description` BT-202."""

    number = serializers.IntegerField()
    lot = serializers.CharField()
    contract = serializers.CharField(allow_blank=True)
    effective_on = serializers.CharField()
    ground = serializers.CharField()
    code = serializers.CharField()
    description = serializers.CharField()
    months = serializers.IntegerField()
    value_before = serializers.CharField(allow_blank=True)
    delta = serializers.CharField(allow_blank=True)
    value_after = serializers.CharField(allow_blank=True)


class NoticeContent(serializers.Serializer):
    """What a notice says; its fingerprint is over the canonical form of exactly this."""

    notice = NoticeHead()
    buyer = NoticeBuyer()
    procedure = NoticeProcedure()
    withheld = NoticeWithheld()
    lots = NoticeLot(many=True)
    changes = NoticeChange(many=True)


class NoticeDue(serializers.Serializer):
    """`day` is the last day to publish; null where no day is set."""

    is_duty = serializers.BooleanField()
    day = serializers.DateField(allow_null=True)
    days = serializers.IntegerField(allow_null=True)
    months = serializers.IntegerField(allow_null=True)
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]  # the metaclass takes declared fields away


class NoticeFinding(serializers.Serializer):
    """`kind`: missing or inconsistent; `term` is the business term it is about."""

    code = serializers.CharField()
    kind = serializers.ChoiceField(choices=["missing", "inconsistent"])
    sentence = serializers.CharField()
    term = serializers.CharField(allow_blank=True)
    lot = serializers.CharField(allow_blank=True)


class NoticeState(serializers.Serializer):
    """The notice as it would be published now, with its duty, its check and how many were published before."""

    due = NoticeDue()
    findings = NoticeFinding(many=True)
    published = serializers.IntegerField()
    content = NoticeContent()


class NoticeOut(serializers.Serializer):
    """A published notice. `sha256` is "" where its value was withheld afterwards: the text is then no longer whole."""

    number = serializers.IntegerField()
    is_modification = serializers.BooleanField()
    published_at = serializers.DateTimeField()
    sha256 = serializers.CharField(allow_blank=True)
    content = NoticeContent()


class PublishIn(serializers.Serializer):
    """`reason` is needed where the check found something."""

    reason = serializers.CharField(max_length=2_000, required=False, allow_blank=True, default="")


class PublicationView(SignedIn):
    @extend_schema(responses=NoticeState, operation_id="award_publication")
    def get(self, request: Request, tender_id: int) -> Response:
        """The notice of the award as it would be published now, until when, and what is missing in it."""
        who = reader(request.user, tender_id)
        require_file(who)
        if who.tender.is_call:
            raise Http404
        facts = gather(who.tender)
        if not any(one.is_settled for one in facts.lots):
            refuse("not_now", ACTIONS["publish_notice"].why_not)
        state = {
            "due": asdict(due_of(facts, who.now)),
            "findings": [asdict(one) for one in findings_of(facts, who.now)],
            "published": len(facts.editions),
            "content": content_of(facts, who.now),
        }
        return Response(NoticeState(state).data)

    @extend_schema(request=PublishIn, responses={201: NoticeOut}, operation_id="award_publish")
    def post(self, request: Request, tender_id: int) -> Response:
        """Publish the notice as it stands; earlier ones stay readable."""
        data = parsed(PublishIn, request)
        edition = actions.publish_award_notice(actor=actor_of(request), tender_id=tender_id, **data)
        return Response(_out(gather(edition.tender), edition), status=201)


class NoticesView(TenderView):
    @extend_schema(responses=NoticeOut(many=True), operation_id="award_notices")
    def get(self, request: Request, tender_id: int) -> Response:
        """The published notices of the award, the newest last; for everybody who may see the tender."""
        tender, _now = visible(request, tender_id)
        facts = gather(tender)
        return Response([_out(facts, edition) for edition in facts.editions])


def _out(facts: NoticeFacts, edition: AwardNoticeEdition) -> dict[str, Any]:
    content = shown_content(facts, edition)
    row = {
        "number": edition.number,
        "is_modification": edition.is_modification,
        "published_at": edition.published_at,
        "sha256": edition.sha256 if content == edition.content else "",
        "content": content,
    }
    shown: dict[str, Any] = NoticeOut(row).data
    return shown
