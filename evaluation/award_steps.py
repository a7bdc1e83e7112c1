"""What comes after the result: draw lots, propose, decide. One sentence and one button for each person."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.lifecycle import Role
from evaluation.award_rules import newest_resolution
from evaluation.models import EvaluationRun
from evaluation.readers import Reader
from evaluation.results import latest, proposable
from tendering.lifecycle import Status
from tendering.models import Approval, LotOutcome, Tender
from tendering.panels import NextStep


def open_proposal(tender_id: int) -> Approval | None:
    """The award that waits for a second person; an older proposal is overtaken by a newer one."""
    found = (
        Approval.objects.filter(tender=tender_id, kind="award").select_related("requested_by").order_by("-id").first()
    )
    return None if found is None or found.approved_at else found


def awaits_vote(tender: Tender | None) -> bool:
    """Whether a lot can be awarded now that the newest vote does not cover: it was on hold, or the result changed."""
    run, vote = (latest(tender), newest_resolution(tender)) if tender is not None else (None, None)
    if run is None or vote is None:
        return False
    done = set(LotOutcome.objects.filter(lot__tender=run.tender_id).values_list("lot__code", flat=True))
    now = {code: bids for code, bids in proposable(run).items() if code not in done}
    return any(not set(bids) <= set(vote.awards.get(code, ())) for code, bids in now.items())


def next_award_step(who: Reader, run: EvaluationRun, *, is_blocked: bool = False) -> NextStep | None:
    """For officer and approver between result and award; None for everybody else and afterwards.

    `is_blocked`: a lot cannot be awarded yet, for example because equal bids have to be drawn.
    """
    if who.tender.status(who.now) != Status.EVALUATION or who.roles.isdisjoint({Role.OFFICER, Role.APPROVER}):
        return None
    url = reverse("evaluation_award", args=[who.tender.pk])
    proposal = open_proposal(who.tender.pk)
    if proposal is None:
        if Role.OFFICER not in who.roles:
            return NextStep(_("The award has not been proposed yet."))
        if is_blocked:
            return NextStep(
                _("A lot cannot be awarded yet; the reason stands at the lot."), url, _("See what is to do")
            )
        return NextStep(
            _("The ranking is there. The award can be proposed to a second person."), url, _("Propose the award")
        )
    if proposal.requested_by_id == who.user.pk:
        return NextStep(_("You proposed the award. A second person now has to decide."), url, _("See the proposal"))
    return NextStep(_("The award has been proposed and waits for your decision."), url, _("Decide on the award"))
