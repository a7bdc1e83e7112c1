"""The platform proposes one later deadline after a disturbance of its own; the office accepts it or says why not."""

import hashlib
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, availability, outbox
from accounts.availability import BadMinute
from accounts.decision import refuse
from accounts.evidence import canonical_bytes
from accounts.holders import holders
from accounts.lifecycle import Role
from accounts.models import User
from tendering import disturbances
from tendering.actions.access import act_on
from tendering.actions.amendments import request_extension
from tendering.lifecycle import Status
from tendering.locking import lock_tender_at
from tendering.models import ExtensionProposal, Tender
from tendering.zones import Moment


def propose_extensions(now: datetime) -> int:
    """For every open tender whose deadline is near: propose after a disturbance, renew while it goes on; how many."""
    near = Tender.objects.filter(
        tender_period_end__gt=now, tender_period_end__lte=now + settings.AVAILABILITY["window"],
        published_at__lte=now, cancelled_at=None,
    )  # fmt: skip
    numbers = list(near.order_by("tender_period_end").values_list("pk", flat=True))
    if not numbers or not disturbances.is_enough(
        availability.bad_minutes(now - settings.AVAILABILITY["window"], now, now)
    ):
        return 0
    return sum(_propose(pk) for pk in numbers)


def _propose(tender_id: int) -> bool:
    """Whether a proposal was made or renewed."""
    with audit.in_transaction():
        tender, now = lock_tender_at(tender_id)
        if tender.status(now) != Status.OPEN:
            return False
        assert tender.tender_period_end is not None
        waiting = _waiting(tender, now)
        done = tender.extension_proposals.exclude(decision="").order_by("counted_until").last()
        start = max(filter(None, (tender.published_at, done.counted_until if done else None)))
        minutes = disturbances.before(tender.tender_period_end, now, start)
        if not disturbances.is_enough(minutes) or (waiting and not _has_grown(waiting, minutes, now)):
            return False
        proposal = waiting or ExtensionProposal(tender=tender, deadline=tender.tender_period_end)
        proposal.made_at, proposal.minutes = now, len(minutes)
        proposal.counted_until = minutes[-1].at + availability.MINUTE
        proposal.new_end = disturbances.later_end(tender, len(minutes))
        proposal.evidence = disturbances.evidence_of(tender.tender_period_end, minutes)
        proposal.full_clean()
        proposal.save()
        if waiting is None:
            _tell_officers(tender, proposal)
        data = {
            "to": audit.stamp(proposal.new_end), "minutes": proposal.minutes,
            "evidence_sha256": evidence_hash(proposal),
        }  # fmt: skip
        audit.record(
            tender.chain, "extension.proposed", actor=None, at=now, subject=f"proposal:{proposal.pk}", data=data
        )
    return True


def _has_grown(waiting: ExtensionProposal, minutes: list[BadMinute], now: datetime) -> bool:
    """Whether to renew: not for every minute of a long disturbance, but always for the last one."""
    more = len(minutes) - waiting.minutes
    is_over = now - minutes[-1].at > availability.ONE_INCIDENT
    return more > 0 and (is_over or bool(more >= settings.AVAILABILITY["minutes"]))


def accept_proposal(*, actor: User, proposal_id: int) -> ExtensionProposal:
    """Ask for the proposed deadline, with the disturbance as the reason; a second person still moves it."""
    with audit.in_transaction():
        tender, proposal, now = _lock(actor, proposal_id)
        reason = reason_of(proposal)
        proposal.amendment = request_extension(
            actor=actor, tender_id=tender.pk, new_end=proposal.new_end, reason=reason
        )
        _decide(proposal, "accepted", reason, actor, now)
    return proposal


def decline_proposal(*, actor: User, proposal_id: int, reason: str) -> ExtensionProposal:
    """Leave the deadline where it is, and say why."""
    if not reason.strip():
        raise ValidationError({"reason": _("Give the reason.")})
    with audit.in_transaction():
        _tender, proposal, now = _lock(actor, proposal_id)
        _decide(proposal, "declined", reason.strip(), actor, now)
    return proposal


def open_proposal(tender: Tender) -> ExtensionProposal | None:
    """The proposal that waits for the office and still fits the deadline."""
    if tender.tender_period_end is None:
        return None
    return tender.extension_proposals.filter(decision="", deadline=tender.tender_period_end).first()


def evidence_hash(proposal: ExtensionProposal) -> str:
    """Hex SHA-256 of the canonical evidence, the file that is offered, as the trail names it."""
    return hashlib.sha256(canonical_bytes(proposal.evidence)).hexdigest()


def reason_of(proposal: ExtensionProposal) -> str:
    """The reason for the later deadline, in the tender's language."""
    tender, spans = proposal.tender, proposal.evidence["spans"]
    with translation.override(tender.language):
        first, last = (datetime.fromisoformat(text) for text in (spans[0]["from"], spans[-1]["until"]))
        return _(
            "The platform was disturbed for %(minutes)s minutes in the time from %(first)s to %(last)s, before the "
            "deadline. The deadline is moved once, for everybody alike."
        ) % {"minutes": proposal.minutes, "first": Moment(first, tender.buyer), "last": Moment(last, tender.buyer)}


def _waiting(tender: Tender, now: datetime) -> ExtensionProposal | None:
    """The undecided proposal; one whose deadline moved otherwise is past."""
    found = tender.extension_proposals.filter(decision="").first()
    if found is None or found.deadline == tender.tender_period_end:
        return found
    found.decision, found.decided_at = "past", now
    found.save(update_fields=["decision", "decided_at"])
    return None


def _lock(actor: User, proposal_id: int) -> tuple[Tender, ExtensionProposal, datetime]:
    tender_id = ExtensionProposal.objects.filter(pk=proposal_id).values_list("tender_id", flat=True).first()
    if tender_id is None:
        raise Http404
    tender, now = act_on(tender_id, actor, "extend")
    proposal = ExtensionProposal.objects.select_related("tender__buyer").get(pk=proposal_id)
    if proposal.decision:
        refuse("decided", gettext_lazy("This proposal has been decided already."))
    if proposal.deadline != tender.tender_period_end:
        refuse("stale", gettext_lazy("The deadline has changed since this was proposed."))
    return tender, proposal, now


def _decide(proposal: ExtensionProposal, decision: str, reason: str, actor: User, now: datetime) -> None:
    proposal.decision, proposal.reason, proposal.decided_by, proposal.decided_at = decision, reason, actor, now
    proposal.full_clean()
    proposal.save()
    data = {"reason": reason, "evidence": proposal.evidence}
    audit.record(
        proposal.tender.chain, f"extension.proposal_{decision}", actor=actor, at=now,
        subject=f"proposal:{proposal.pk}", data=data,
    )  # fmt: skip


def _tell_officers(tender: Tender, proposal: ExtensionProposal) -> None:
    for officer in holders(tender.buyer_id, [Role.OFFICER], proposal.made_at):
        with outbox.in_language_of(officer):
            outbox.tell(
                officer,
                key=f"tender:{tender.pk}:outage:{proposal.pk}",
                kind="platform_disturbed",
                subject=_("Disturbed before the deadline: %(title)s") % {"title": tender.title},
                body=_(
                    "This platform was disturbed before the deadline for bids. It proposes one later deadline, the "
                    "same for everybody. Please decide before %(end)s."
                )
                % {"end": Moment(proposal.deadline, tender.buyer)},
                at=proposal.made_at,
                url=f"/tenders/{tender.pk}/deadline/proposals/{proposal.pk}/",
                chain=tender.chain,
            )
