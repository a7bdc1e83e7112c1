"""The public notice of an award: what it leaves out (R25), and its publication as it stands (R23, R24)."""

from django.utils.translation import gettext as _

from accounts import audit
from accounts.decision import refuse
from accounts.models import User
from evaluation.actions.access import begin, words
from evaluation.award_notice import content_of, gather, hash_of
from evaluation.award_notice_checks import findings_of
from evaluation.models import AwardNotice, AwardNoticeEdition
from tendering.actions import withhold_award_value


def set_award_notice(
    *, actor: User, tender_id: int, withhold_value: bool, reason: str = "", ground: str = ""
) -> AwardNotice:
    """Withhold the values of this tender's awards from the public, with a reason, or publish them again.

    `ground`: one of WithholdGround; without it the notice is incomplete, which its check says.
    """
    with audit.in_transaction():
        tender, now = begin(actor, tender_id, "publish_notice")
        notice = AwardNotice.objects.filter(tender=tender).first() or AwardNotice(tender=tender)
        notice.withhold_value = withhold_value
        notice.withhold_reason = words(reason, "reason") if withhold_value else ""
        notice.withhold_ground = ground if withhold_value else ""
        notice.changed_by, notice.changed_at = actor, now
        notice.full_clean()
        notice.save()
        withhold_award_value(tender, withhold_value)
        data = {"withhold_value": withhold_value, "reason": notice.withhold_reason, "ground": notice.withhold_ground}
        audit.record(tender.chain, "award_notice.set", actor=actor, at=now, data=data)
    return notice


def publish_award_notice(*, actor: User, tender_id: int, reason: str = "") -> AwardNoticeEdition:
    """Publish the notice as it is assembled now; the ones before it stay readable.

    Refused while no lot has ended, and when nothing has changed since the newest one. Where the check finds something,
    `reason` says why it is published in spite of it: a notice can be published again, so nothing is lost by it.
    """
    with audit.in_transaction():
        tender, now = begin(actor, tender_id, "publish_notice")
        facts = gather(tender)
        if not any(one.is_settled for one in facts.lots):
            refuse("no_outcome", _("There is nothing to tell yet: no lot has ended."))
        content, newest = content_of(facts, now), facts.newest
        if newest is not None and _told(content) == _told(newest.content):
            refuse("published_already", _("Nothing has changed since the notice that is published."))
        findings = [f"{one.code}:{one.lot}" if one.lot else one.code for one in findings_of(facts, now)]
        edition = AwardNoticeEdition(
            tender=tender, number=len(facts.editions) + 1, is_modification=facts.is_modification, content=content,
            sha256=hash_of(content), findings=findings, reason=words(reason, "reason") if findings else "",
            published_at=now, published_by=actor,
        )  # fmt: skip
        edition.full_clean()
        edition.save()
        data = {
            "number": edition.number, "form": content["notice"]["subtype"], "sha256": edition.sha256,
            "findings": findings, "reason": edition.reason,
        }  # fmt: skip
        audit.record(tender.chain, "award_notice.published", actor=actor, at=now, data=data)
    return edition


def _told(content: dict[str, object]) -> dict[str, object]:
    """What a notice says, without its own number and day."""
    return {name: part for name, part in content.items() if name != "notice"}
