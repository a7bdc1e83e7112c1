"""From draft to published: check and hand over, release by a second person, send back; further rounds."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, outbox
from accounts.decision import refuse, require
from accounts.holders import holders
from accounts.models import User
from tendering import facts
from tendering.actions import registry
from tendering.actions.access import act_on, address, page_of
from tendering.actions.drafting import stop_on_faulty_spec
from tendering.actions.participants import tell_invited
from tendering.completeness import stop_on_gaps
from tendering.frozen import spec_hash
from tendering.lifecycle import RELEASERS, TOO_FAR, decide_second_person, is_too_far
from tendering.models import Approval, ProcedureType, Tender

FOR_ALL = "*"
NEGOTIATED = frozenset({
    ProcedureType.NEGOTIATED_WITH_CALL, ProcedureType.NEGOTIATED_WITHOUT_CALL,
    ProcedureType.NATIONAL_NEGOTIATED_WITH_CALL, ProcedureType.NATIONAL_NEGOTIATED_WITHOUT_CALL,
})  # fmt: skip


def prepare_tender(*, actor: User, tender_id: int, reasons: dict[str, str] | None = None) -> Tender:
    """Check the draft and hand it over for release.

    `reasons` gives a reason per check id for findings that ask for one; the key "*" answers all others. Gaps and faulty
    rules raise ValidationError by field; hard findings are refused with code "hard_stop".
    """
    with audit.in_transaction():
        tender, now = act_on(tender_id, actor, "prepare")
        stop_on_gaps(tender, now)
        stop_on_faulty_spec(tender, only_spec=False)
        tender.rule_findings = _answered(facts.findings(tender, now), _reasons(tender, reasons), actor, now)
        tender.rule_version = facts.rule_version()
        tender.prepared_at, tender.prepared_by = now, actor
        _save(tender)
        _tell_releasers(tender, now)
        checks = [finding["check_id"] for finding in tender.rule_findings]
        audit.record(tender.chain, "tender.prepared", actor=actor, at=now, data={"findings": checks})
    return tender


def release_tender(*, actor: User, tender_id: int, publish_at: datetime | None = None) -> Tender:
    """Release by another person than the preparer: freeze and hash the rule, make the seal, publish now or later."""
    with audit.in_transaction():
        tender, now = act_on(tender_id, actor, "release")
        require(decide_second_person(tender.prepared_by_id, actor.pk))
        tender.published_at = _publication(publish_at, now)
        stop_on_gaps(tender, tender.published_at)
        stop_on_faulty_spec(tender, only_spec=False)
        tender.released_at, tender.released_by = now, actor
        _stop_on_hard(facts.findings(tender, now))  # the day of publication may have moved behind a period
        tender.spec_hash = spec_hash(tender)
        _save(tender)
        _record_approval(tender, actor, now)
        for listener in registry.on_publication:
            listener(tender, actor, now)
        if tender.published_at <= now:
            tell_invited(tender, now)
        data = {
            "spec": tender.spec_hash,
            "published_at": audit.stamp(tender.published_at),
            "rules": tender.rule_version,
        }
        audit.record(tender.chain, "tender.released", actor=actor, at=now, data=data)
    return tender


def send_back(*, actor: User, tender_id: int, reason: str) -> Tender:
    """Return a tender that waits for release to its preparer, with the reason."""
    with audit.in_transaction():
        tender, now = act_on(tender_id, actor, "send_back")
        if not reason.strip():
            raise ValidationError({"reason": _("Say what should be changed.")})
        preparer = tender.prepared_by
        assert preparer is not None
        other = None if preparer.pk == actor.pk else actor
        Approval.objects.create(
            tender=tender, kind="send_back", requested_by=preparer, requested_at=tender.prepared_at or now,
            approved_by=other, approved_at=now, data={"reason": reason},
        )  # fmt: skip
        tender.prepared_at = tender.prepared_by = None
        _save(tender)
        with outbox.in_language_of(preparer):
            outbox.tell(
                preparer,
                key=f"tender:{tender.pk}:sent_back:{tender.version}",
                subject=_("Your tender was sent back: %(title)s") % {"title": tender.title},
                body=f"{reason}\n\n{address(tender)}",
                at=now,
                kind="release",
                url=page_of(tender),
                chain=tender.chain,
            )
        audit.record(tender.chain, "tender.sent_back", actor=actor, at=now, data={"reason": reason})
    return tender


def start_next_round(*, actor: User, tender_id: int, new_end: datetime, opening_planned_at: datetime) -> Tender:
    """Ask for the next bids of a negotiated procedure: a new deadline and a new seal; only the last round counts."""
    with audit.in_transaction():
        tender, now = act_on(tender_id, actor, "next_round")
        if tender.is_call:
            refuse("call", gettext_lazy("Candidates hand in once; rounds begin with the bids."))
        if tender.procedure_type not in NEGOTIATED:
            refuse("not_negotiated", gettext_lazy("Only a negotiated procedure has further rounds."))
        if tender.two_envelopes:
            refuse("two_envelopes", gettext_lazy("Where prices have an envelope of their own there is one round only."))
        if not now < new_end <= opening_planned_at:
            raise ValidationError({"new_end": _("The deadline must lie in the future and before the opening.")})
        if is_too_far(new_end, now):
            raise ValidationError({"new_end": TOO_FAR})
        tender.round += 1
        tender.opened_at = None
        tender.tender_period_end, tender.opening_planned_at = new_end, opening_planned_at
        _save(tender)
        for listener in registry.on_publication:
            listener(tender, actor, now)
        data = {"round": tender.round, "tender_period_end": audit.stamp(new_end)}
        audit.record(tender.chain, "tender.round_started", actor=actor, at=now, data=data)
    return tender


def _save(tender: Tender) -> None:
    tender.version += 1
    tender.full_clean()
    tender.save()


def _publication(publish_at: datetime | None, now: datetime) -> datetime:
    if publish_at is None:
        return now
    if publish_at.tzinfo is None or publish_at < now:
        raise ValidationError({"publish_at": _("A tender cannot be published in the past.")})
    return publish_at


def _reasons(tender: Tender, reasons: Mapping[str, str] | None) -> Mapping[str, str]:
    if tender.imported and not reasons:
        return {FOR_ALL: _("imported case")}
    return reasons or {}


def _answered(
    findings: list[dict[str, Any]], reasons: Mapping[str, str], actor: User, now: datetime
) -> list[dict[str, Any]]:
    """The findings with the officer's reasons; hard ones stop, those of certain law need a reason."""
    _stop_on_hard(findings)
    missing: dict[str, str] = {}
    for finding in findings:
        reason = _reason(finding, reasons)
        if reason:
            finding["override"] = {"reason": reason, "by": f"u:{actor.pk}", "at": audit.stamp(now)}
        elif facts.asks_for_reason(finding):
            missing[f"reasons.{finding['check_id']}"] = facts.sentence(finding)
    if missing:
        raise ValidationError(missing)
    return findings


def _reason(finding: dict[str, Any], reasons: Mapping[str, str]) -> str:
    """The reason given for this check; the one for all answers warnings only, a hint needs no answer."""
    for_all = reasons.get(FOR_ALL, "") if finding["level"] == "warn" else ""
    return (reasons.get(finding["check_id"]) or for_all).strip()


def _stop_on_hard(findings: list[dict[str, Any]]) -> None:
    if hard := [finding for finding in findings if facts.stops(finding)]:
        refuse("hard_stop", " ".join(facts.sentence(finding) for finding in hard))


def _record_approval(tender: Tender, actor: User, now: datetime) -> None:
    assert tender.prepared_by is not None
    approval = Approval(
        tender=tender, kind="release", requested_by=tender.prepared_by, requested_at=tender.prepared_at or now,
        approved_by=actor, approved_at=now, data={"spec": tender.spec_hash},
    )  # fmt: skip
    approval.full_clean()
    approval.save()


def _tell_releasers(tender: Tender, now: datetime) -> None:
    for person in holders(tender.buyer_id, RELEASERS, now):
        if person.pk == tender.prepared_by_id:
            continue
        with outbox.in_language_of(person):
            outbox.tell(
                person,
                key=f"tender:{tender.pk}:prepared:{tender.version}",
                subject=_("Please release: %(title)s") % {"title": tender.title},
                body=_("This tender waits for a second person:\n%(address)s") % {"address": address(tender)},
                at=now,
                kind="release",
                url=page_of(tender),
                chain=tender.chain,
            )
