"""Every verb of the trail as a sentence, and the kind of act it belongs to. A test finds the verbs in the source.

A sentence says what happened, never who: the person stands beside it. Values of the act stand below it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What a timeline can be narrowed to."""

    PREPARATION = "preparation", _("Preparation and release")
    CHANGES = "changes", _("Changes after publication")
    QUESTIONS = "questions", _("Questions and messages")
    BIDS = "bids", _("Bids")
    OPENING = "opening", _("Opening")
    CHECKS = "checks", _("Checks and exclusions")
    SCORES = "scores", _("Scores and moderation")
    RESULT = "result", _("Result and award")
    PEOPLE = "people", _("People and declarations")
    COUNCIL = "council", _("Council")
    PILOT = "pilot", _("Pilot")
    ACCESS = "access", _("Access and export")
    OTHER = "other", _("Other")


@dataclass(frozen=True, slots=True)
class Verb:
    """The kind of an act and the sentence that tells it."""

    kind: Kind
    sentence: str | Promise


def _of(kind: Kind, sentences: dict[str, str | Promise]) -> dict[str, Verb]:
    return {verb: Verb(kind, sentence) for verb, sentence in sentences.items()}


VERBS: dict[str, Verb] = {
    **_of(Kind.PREPARATION, {
        "tender.created": _("The draft of the tender was begun."),
        "tender.updated": _("Facts of the draft were changed."),
        "tender.lots_replaced": _("The lots were set."),
        "tender.items_replaced": _("The positions of the price sheet were set."),
        "tender.criteria_replaced": _("Requirements and criteria were set."),
        "tender.evaluation_set": _("The rule of evaluation was set."),
        "tender.required_documents_replaced": _("The documents that every bid must contain were set."),
        "tender.providers_invited": _("Companies were invited."),
        "tender.invitation_withdrawn": _("An invitation was taken back before the release."),
        "call.begun": _("A call for candidates was begun for the tender."),
        "call.set": _("The call for candidates was set: dates, numbers, requirements, criteria."),
        "candidates.invited": _("Exactly the selected candidates of the call were invited."),
        "tender.prepared": _("The tender was checked and handed over for release."),
        "tender.sent_back": _("The tender was sent back to its preparer."),
        "tender.released": _("The tender was released for publication; its rule was frozen."),
        "tender.handed_over": _("The tender was handed over to another officer."),
        "tender.copied": _("The draft was begun as a copy of another tender."),
        "tender.template_used": _("The draft was filled from a template of the library."),
        "document.added": _("A procurement document was attached."),
        "document.removed": _("A document was taken out."),
        "seal.made": _("The seal of the bids was made; from now on bids can be sealed."),
    }),
    **_of(Kind.CHANGES, {
        "extension.requested": _("A later deadline was asked for."),
        "extension.proposed": _("The platform was disturbed and proposed a later deadline."),
        "extension.proposal_accepted": _("The proposal of the platform was accepted."),
        "extension.proposal_declined": _("The proposal of the platform was declined, with a reason."),
        "extension.approved": _("The deadline was moved to a later moment."),
        "correction.requested": _("A correction of text or documents was asked for."),
        "correction.published": _("A correction was published by a second person; everybody was told."),
        "correction.dropped": _("A correction that waited was dropped."),
        "tender.round_started": _("Another round was started."),
        "tender.cancelled": _("The procedure was cancelled."),
    }),
    **_of(Kind.QUESTIONS, {
        "question.asked": _("A bidder asked a question."),
        "question.answered": _("A question was answered to everybody."),
    }),
    **_of(Kind.BIDS, {
        "draft.started": _("A company began to prepare a bid."),
        "draft.saved": _("A company saved its draft."),
        "draft.discarded": _("A company threw its draft away."),
        "draft.expired": _("A draft was deleted because its time was over."),
        "document.attached": _("A company attached a sealed document to its draft."),
        "manifest.stored": _("A company sent its sealed prices and answers; nothing is handed in by that."),
        "hash_list.committed": _("The list of receipts that count was committed to at the deadline."),
        "upload.announced": _("A company announced a sealed file; its parts are coming in."),
        "upload.completed": _("A sealed file came in whole."),
        "upload.refused": _("A sealed file was refused."),
        "upload.removed": _("A company took a sealed file out."),
        "upload.expired": _("A sealed file that never became whole was deleted."),
        "bid.received": _("A bid was received and sealed."),
        "bid.replaced": _("A company replaced its bid."),
        "bid.withdrawn": _("A company withdrew its bid."),
        "bid.confirmed": _("A company said that its bid stands after a correction."),
        "draft.corrections_seen": _("A company looked at a correction and went on with its draft."),
        "bid.received_late": _("A bid was received after the deadline; it stays sealed."),
        "bid.refused": _("An attempt to hand in a bid was refused."),
    }),
    **_of(Kind.OPENING, {
        "opening.started": _("The opening was started."),
        "opening.refused": _("An opener tried to open before it was time; nothing was opened."),
        "opening.released": _("An opener released the own part of the key."),
        "opening.wrong_pass_sentence": _("A wrong pass sentence was tried at the opening."),
        "bids.opened": _("The bids were opened and recorded."),
        "opening.failed": _("Enough people released their parts, which together opened nothing."),
        "opening.ended": _("An opener ended an attempt that had opened nothing."),
        "damaged_bid.restored": _("The stored files of a bid that could not be opened are whole again."),
        "damaged_bid.decided": _("It was decided that a bid which cannot be restored stays sealed; a second person "
                                 "must confirm."),
        "damaged_bid.confirmed": _("A second person confirmed that a bid which cannot be restored stays sealed."),
        "late_bid.decided": _("It was decided what happens to a late bid; a second person must confirm."),
        "late_bid.confirmed": _("A second person confirmed the decision on a late bid."),
        "opener_key.created": _("An opener made a new key."),
        "opener_key.tried": _("An opener tried the own key: it works."),
        "opener_key.passkey_added": _("An opener added a passkey as a second lock of the own key."),
        "opener_key.passkey_removed": _("An opener removed the passkey; the key stays."),
        "opener_key.lost": _("An opener reported the own key as lost."),
        "recovery_key.created": _("A recovery key was made."),
        "recovery_key.tried": _("A recovery key was tried: it works."),
        "recovery_key.lost": _("A recovery key was reported as lost."),
        "recovery_key.taken_out": _("The recovery key was to be taken out of its envelope for an opening."),
        "recovery_key.confirmed": _("A second person confirmed the envelope log."),
        "recovery_key.put_back": _("The recovery key was put back without a release."),
        "recovery_key.used": _("The part of the recovery key was released for an opening."),
        "group_rehearsal.started": _("The rehearsal of an opening was started with a test bid."),
        "group_rehearsal.released": _("An opener released the own part in a rehearsal: the key works."),
        "group_rehearsal.wrong_pass_sentence": _("A wrong pass sentence was tried in a rehearsal."),
        "group_rehearsal.opened": _("The openers opened the test bid of their rehearsal together."),
        "group_rehearsal.failed": _("The released parts did not open the test bid of a rehearsal."),
        "seal.checked": _("An opener checked the own part of the seal: it is good."),
        "opener_handover.started": _("A new opener was to be taken in for a tender that runs."),
        "opener_handover.helped": _("A holder of a key handed the own part to the leader."),
        "opener_handover.completed": _("Holders of keys took a new opener in."),
        "opener_handover.cancelled": _("Taking in a new opener was ended without a change."),
        "opening_group.chosen": _("The opening group was chosen."),
    }),
    **_of(Kind.CHECKS, {
        "candidate.scored": _("A request to participate was given its points by the published criteria."),
        "selection.proposed": _("A selection of candidates was proposed."),
        "selection.returned": _("The proposed selection of candidates was sent back with a reason."),
        "selection.decided": _("A second person decided on the candidates; every candidate got a letter."),
        "formal_check.recorded": _("The formal check of a bid was recorded."),
        "formal_check.confirmed": _("A second person confirmed the formal checks."),
        "supplement.requested": _("Missing documents were asked for."),
        "supplement.received": _("A missing document came in."),
        "supplement.judged": _("It was decided whether a document handed in later is accepted."),
        "supplement.confirmed": _("A second person confirmed the decision on a document handed in later."),
        "bid.exclusion_decided": _("The exclusion of a bid was decided; a second person must confirm."),
        "bid.excluded": _("A second person confirmed the exclusion of a bid."),
        "check_step.added": _("A step was added to the formal check."),
        "check_step.removed": _("A step was taken out of the formal check."),
        "check_step.set": _("A step of the formal check was set for a bid."),
        "clarification.asked": _("A bidder was asked what an entry means."),
        "clarification.answered": _("A bidder answered what an entry means."),
        "price.asked": _("A bidder was asked to explain a low price."),
        "price.answered": _("A low price was explained by the bidder."),
        "price.aid_asked": _("A bidder was asked to show that State aid behind a low price was lawful."),
        "price.aid_answered": _("A bidder answered about State aid behind a low price."),
        "price.decided": _("It was decided whether a price is explained; a second person must confirm."),
        "price.confirmed": _("A second person confirmed the decision on a price."),
    }),
    **_of(Kind.SCORES, {
        "panel.appointed": _("The evaluators were appointed."),
        "scores.given": _("An evaluator saved scores."),
        "scores.handed_in": _("An evaluator handed the scores in; they can no longer be changed."),
        "scores.moderated": _("The panel agreed on a score."),
        "provision.entered": _("The costs of the own provision were entered."),
        "discount_rate.added": _("A rate for discounting was added."),
        "benchmark.saved": _("A data set for comparisons was saved."),
        "benchmark.requested": _("Intervals of a comparison were asked for."),
        "flag.noted": _("An officer looked at a hint and gave the reason."),
        "panel.closed": _("The chair closed the panel; the scores are final."),
    }),
    **_of(Kind.RESULT, {
        "rule.simulated": _("The way of judging was tried on invented bids."),
        "tender.evaluated": _("The result was computed."),
        "lots.draw_started": _("A draw between equal bids was started; its seed is fixed."),
        "lots.drawn": _("Lots were drawn between equal bids."),
        "award.proposed": _("The award was proposed."),
        "award.decided": _("A second person decided the award."),
        "register.answered": _("The answer of the register about a bidder was noted."),
        "letters.sent": _("The letters about the award were sent to all bidders."),
        "award_notice.set": _("It was chosen whether the values of the award are public."),
        "award_notice.published": _("The notice of the award was published."),
        "reasons.asked": _("A bidder asked for further reasons."),
        "reasons.answered": _("A bidder got further reasons."),
        "complaint.filed": _("A bidder complained."),
        "complaint.answered": _("A complaint was answered."),
        "cancellation.requested": _("The end of lots without award was asked for; a second person must confirm."),
        "cancellation.confirmed": _("A second person confirmed the end of lots without award."),
        "contract.signed": _("The signed contract was recorded."),
        "contract.option_drawn": _("An option of the contract was drawn."),
        "contract.change_decided": _("A change of the contract was decided."),
        "contract.changed": _("A second person confirmed a change of the contract."),
        "contract.period_recorded": _("What was delivered and paid in a period was recorded."),
        "contract.replied": _("The contractor replied to a recorded period."),
        "contract.end_reminded": _("The office was reminded of the end of a contract."),
    }),
    **_of(Kind.PEOPLE, {
        "conflict.declared": _("A person declared whether there is a conflict of interest."),
        "conflict.found": _("The account of a person belongs to a bidder; it was kept from judging."),
        "organization.registered": _("A company registered."),
        "organization.created": _("An organisation was set up."),
        "organization.changed": _("The data of an organisation were changed."),
        "award_limits.changed": _("The limits within which who decides on awards were changed."),
        "theme.changed": _("The look of a municipality's pages was changed."),
        "contact.added": _("A contact unit was added."),
        "contact.changed": _("A contact unit was changed."),
        "contact.closed": _("A contact unit was closed."),
        "declaration.given": _("A company declared about grounds for exclusion."),
        "proof.added": _("A proof was added to the profile of a company."),
        "proof.removed": _("A proof was removed from the profile of a company."),
        "person.invited": _("A person was invited."),
        "person.invitation_withdrawn": _("The invitation of a person was taken back."),
        "person.joined": _("A person joined."),
        "person.roles_changed": _("The roles of a person were changed."),
        "person.left": _("A person left; the roles ended."),
        "join.asked": _("A person asked to join."),
        "join.answered": _("The wish of a person to join was answered."),
        "stand_in.named": _("A stand-in was named."),
        "stand_in.ended": _("A stand-in ended."),
        "duty.assigned": _("A person of the service centre was assigned."),
        "duty.ended": _("The duty of a person of the service centre ended."),
        "centre.joined": _("The service centre began to work for a municipality."),
        "centre.left": _("The service centre stopped working for a municipality."),
    }),
    **_of(Kind.COUNCIL, {
        "paper.drafted": _("A paper for the council was drafted."),
        "paper.issued": _("A paper was issued to the council."),
        "paper.withdrawn": _("A paper was withdrawn."),
        "paper.commented": _("A member of the council commented on a paper."),
        "paper.answered": _("A question of the council was answered."),
        "paper.voted": _("The vote on a paper was recorded."),
    }),
    **_of(Kind.PILOT, {
        "pilot.template_used": _("The draft of the pilot was filled from a template of the library."),
        "pilot.created": _("The draft of the pilot was begun."),
        "pilot.updated": _("The draft of the pilot was changed."),
        "pilot.indicators_set": _("The indicators were set."),
        "pilot.registration_signed": _("The promise was signed by a first person."),
        "pilot.registered": _("A second person signed; the promise is sealed and public."),
        "pilot.started": _("The trial began."),
        "pilot.measured": _("Monthly values were handed in."),
        "pilot.frozen": _("The values were frozen."),
        "pilot.analysis_proposed": _("The effects were computed; a second person must confirm."),
        "pilot.analysed": _("A second person computed the effects again and confirmed them."),
        "pilot.decided": _("The decision of the council was recorded."),
    }),
    **_of(Kind.ACCESS, {
        "file.exported": _("The whole file was taken away."),
        "token.issued": _("A token for the interface was issued."),
        "token.revoked": _("A token for the interface was revoked."),
        "calendar.opened": _("A calendar address was made."),
        "calendar.closed": _("A calendar address was closed."),
    }),
    **_of(Kind.OTHER, {
        "mail.sent_again": _("A message was sent again."),
        "mail.settled": _("A message that could not be delivered was settled by hand."),
        "notices.chosen": _("A person chose which messages to get."),
        "notices.ended": _("A person ended messages."),
        "template.created": _("A template of the library was begun."),
        "template.saved": _("A template of the library was saved."),
        "template.published": _("A version of a template was published."),
        "template.withdrawn": _("A version of a template was withdrawn."),
        "template.discarded": _("A draft of a template was thrown away."),
        "practice.started": _("A practice was started."),
        "practice.ended": _("A practice was ended."),
    }),
}  # fmt: skip


def verb_of(name: str) -> Verb:
    """The verb's kind and sentence; the bare name for one that is not known yet."""
    return VERBS.get(name) or Verb(Kind.OTHER, name)


def verbs_of(kind: str) -> list[str]:
    """Verbs of one kind."""
    return [name for name, verb in VERBS.items() if verb.kind == kind]
