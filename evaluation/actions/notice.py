"""What the public notice of an award leaves out: the value, where publishing it would harm (R25)."""

from accounts import audit
from accounts.models import User
from evaluation.actions.access import begin, words
from evaluation.models import AwardNotice
from tendering.actions import withhold_award_value


def set_award_notice(*, actor: User, tender_id: int, withhold_value: bool, reason: str = "") -> AwardNotice:
    """Withhold the values of this tender's awards from the public, with a reason, or publish them again."""
    with audit.in_transaction():
        tender, now = begin(actor, tender_id, "publish_notice")
        notice = AwardNotice.objects.filter(tender=tender).first() or AwardNotice(tender=tender)
        notice.withhold_value = withhold_value
        notice.withhold_reason = words(reason, "reason") if withhold_value else ""
        notice.changed_by, notice.changed_at = actor, now
        notice.full_clean()
        notice.save()
        withhold_award_value(tender, withhold_value)
        data = {"withhold_value": withhold_value, "reason": notice.withhold_reason}
        audit.record(tender.chain, "award_notice.set", actor=actor, at=now, data=data)
    return notice
