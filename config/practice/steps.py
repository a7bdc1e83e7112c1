"""Where somebody stands in a practice: derived from what exists, never stored. One next action in words."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.lifecycle import Role
from bids.models import Bid, Draft, OpeningRelease, Receipt
from config.practice import colleagues, council, runs
from config.practice.colleagues import Act
from config.practice.world import World
from evaluation.award_steps import open_proposal
from evaluation.models import AbnormallyLowCheck, FormalCheck, PanelLock, PanelMember, Score
from evaluation.results import latest
from pilots.models import PaperComment, PaperNote, Vote
from tendering.lifecycle import Status
from tendering.models import ConflictDeclaration, Question, Tender

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Step:
    """`hint` is the next action in words; `url` where it is done; `waits`: "" for oneself, "others" or "time"."""

    title: Text
    hint: Text
    done: bool
    url: str = ""
    waits: str = ""


@dataclass
class Progress:
    """The steps of the run's part at this moment, and what can be pressed now."""

    world: World
    now: datetime

    @cached_property
    def tender(self) -> Tender | None:
        return self.world.tender()

    @cached_property
    def status(self) -> Status | None:
        return self.tender.status(self.now) if self.tender else None

    @cached_property
    def steps(self) -> list[Step]:
        if self.tender is None:
            return []
        return list(STEPS[self.world.run.part](self, self.tender))

    @property
    def current(self) -> Step | None:
        """The first step that is not done; None at the end."""
        return next((step for step in self.steps if not step.done), None)

    @property
    def number(self) -> int:
        return self.steps.index(self.current) + 1 if self.current else len(self.steps)

    @property
    def percent(self) -> int:
        done = sum(step.done for step in self.steps)
        return round(100 * done / len(self.steps)) if self.steps else 0

    @cached_property
    def offers(self) -> list[Act]:
        """What others can do now; nothing while the procedure waits for the practising person alone."""
        return colleagues.offers(self.world, self.tender, self.now) if self.tender else []

    @property
    def offer(self) -> Act | None:
        """The one button for others: only where the current step waits for them."""
        waits = self.current is not None and self.current.waits == "others"
        return self.offers[0] if waits and self.offers else None

    @cached_property
    def deadline(self) -> datetime | None:
        return runs.deadline_ahead(self.world, self.now)

    @cached_property
    def next_moment(self) -> datetime | None:
        return runs.next_moment(self.world, self.now)

    @property
    def is_over(self) -> bool:
        return bool(self.steps) and self.current is None


def is_my_turn(world: World, now: datetime) -> bool:
    """Whether the step that is next is the practising person's own."""
    step = Progress(world, now).current
    return step is None or step.waits == ""


def _url(name: str, tender: Tender) -> str:
    return reverse(name, kwargs={"tender_id": tender.pk})


def _reached(progress: Progress, *statuses: Status) -> bool:
    return progress.status in statuses


RELEASED = (Status.SCHEDULED, Status.OPEN, Status.CLOSED, Status.EVALUATION, Status.AWARDED, Status.CANCELLED)
PASSED = RELEASED[2:]
OPENED = RELEASED[3:]
SETTLED = RELEASED[4:]


def officer(progress: Progress, tender: Tender) -> Iterator[Step]:
    yield Step(
        _("Check the draft and hand it over"),
        _("Look through the draft, then hand it over to the second person."),
        progress.status != Status.DRAFT,
        _url("tender_edit_publish", tender),
    )
    yield Step(
        _("A second person releases it"),
        _("You may not release what you prepared yourself. Ask your colleague."),
        _reached(progress, *RELEASED),
        _url("tender_detail", tender),
        "others",
    )
    asked = Question.objects.filter(tender=tender)
    waiting = asked.filter(answered_at=None).exists()
    answered = _reached(progress, *PASSED) or (asked.exists() and not waiting)
    yield Step(
        _("Answer a company's question"),
        _("Answer the question; everybody sees the answer.") if waiting else _("Let time pass: a company will ask."),
        answered,
        _url("tender_questions", tender),
        "" if waiting else "time",
    )
    yield Step(
        _("Wait for the deadline"),
        _("Put the clock forward to the deadline. Three companies hand in, sealed until then."),
        _reached(progress, *PASSED),
        _url("tender_detail", tender),
        "time",
    )
    yield from _opening(progress, tender)
    yield from _after_opening(progress, tender)


def _opening(progress: Progress, tender: Tender) -> Iterator[Step]:
    """Declaring, releasing and the second opener, for whoever opens in this part."""
    opened = _reached(progress, *OPENED)
    me = progress.world.me
    released = opened or OpeningRelease.objects.filter(session__tender=tender, opener=me).exists()
    words = {"sentence": progress.world.pass_sentence}
    yield Step(
        _("Release your key"),
        _("Declare that you have no conflict, then type your pass sentence: %(sentence)s") % words,
        released,
        _url("bid_opening", tender),
    )
    yield Step(
        _("The second opener opens with you"),
        _("One key opens nothing. Ask your colleague to release the second one within 15 minutes."),
        opened,
        _url("bid_opening", tender),
        "others",
    )


def _after_opening(progress: Progress, tender: Tender) -> Iterator[Step]:
    settled = _reached(progress, *SETTLED)
    checks = FormalCheck.objects.filter(bid__tender=tender)
    opened = _reached(progress, *OPENED)
    bids = Bid.objects.live().filter(tender=tender, opened_at__isnull=False, damaged_at=None).count()
    checked = settled or (opened and checks.count() >= bids > 0)
    yield Step(
        _("Check the bids formally"),
        _("Check each bid: declarations, documents, sums."),
        checked,
        _url("checks", tender),
    )
    confirmed = settled or (checked and not checks.filter(confirmed_at=None).exists())
    yield Step(
        _("A second person confirms the check"),
        _("Ask your colleague to confirm your checks."),
        confirmed,
        _url("checks", tender),
        "others",
    )
    seats = PanelMember.objects.filter(tender=tender)
    yield Step(
        _("Appoint the panel"),
        _("Name the evaluators who judge quality without seeing prices."),
        settled or seats.exists(),
        _url("panel", tender),
    )
    closed = settled or PanelLock.objects.filter(tender=tender).exists()
    yield Step(
        _("The panel scores and closes"),
        _("The evaluators score with reasons, the chair closes the panel."),
        closed,
        _url("evaluation", tender),
        "others",
    )
    evaluated = settled or latest(tender) is not None
    yield Step(
        _("Evaluate and read the result"),
        _("Press “Evaluate”: the result is computed by the published formula."),
        evaluated,
        _url("evaluation", tender),
    )
    yield Step(
        _("Propose the award"),
        _("Propose the award with a reason."),
        settled or open_proposal(tender.pk) is not None,
        _url("evaluation_award", tender),
    )
    proposal = open_proposal(tender.pk)
    asked = proposal is not None and not colleagues.unasked_winners(tender, proposal)
    yield Step(
        _("Ask the register about the winner"),
        _("Note the answer of the register on the page of the award."),
        settled or asked,
        _url("evaluation_award", tender),
    )
    yield Step(
        _("A second person decides"),
        _("Ask your colleague to decide on the award."),
        settled,
        _url("evaluation_award", tender),
        "others",
    )


def bidder(progress: Progress, tender: Tender) -> Iterator[Step]:
    company = next(iter(progress.world.me.organizations_with(Role.BIDDER_ADMIN)), 0)
    receipt = Receipt.objects.filter(bid__tender=tender, bid__company=company).order_by("-at").first()
    draft = Draft.objects.filter(tender=tender, company=company).first()
    begun = draft is not None or receipt is not None
    draft_url = reverse("bid_draft", kwargs={"draft_id": draft.pk}) if draft else _url("tender_detail", tender)
    yield Step(
        _("Find the tender and read it"),
        _("Read what is wanted, then press “Prepare a bid”."),
        begun,
        _url("tender_detail", tender),
    )
    filled = receipt is not None or (draft is not None and draft.version > 1)
    yield Step(
        _("Choose the lot, declare, name prices"),
        _("Open one task after the other; nothing is handed in yet."),
        filled,
        draft_url,
    )
    submit = reverse("bid_submit", kwargs={"draft_id": draft.pk}) if draft else draft_url
    yield Step(
        _("Check and hand in"),
        _("Finish the tasks that are open, look at everything on one page, then hand in."),
        receipt is not None,
        draft_url if draft and not filled else submit,
    )
    address = reverse("bid_receipt", kwargs={"receipt_id": receipt.pk}) if receipt else draft_url
    yield Step(
        _("Receipt in hand, wait for the deadline"),
        _("You have the receipt. Put the clock forward: the deadline passes and two people open the bids."),
        receipt is not None and _reached(progress, *PASSED),
        address,
        "time",
    )
    if receipt is not None and _asked(receipt.bid):
        yield Step(
            _("Explain your price"),
            _("The office finds your price surprisingly low. Explain it, or let the time run out."),
            False,
            _url("bid_requests", tender),
        )
    yield Step(
        _("Learn the result"),
        _("Let the office open, check and decide."),
        receipt is not None and _reached(progress, *SETTLED),
        address,
        "others",
    )


def _asked(bid: Bid) -> bool:
    """Whether the office waits for an explanation of the price."""
    return AbnormallyLowCheck.objects.filter(bid=bid, answered_at=None, decided_at=None).exists()


def opener(progress: Progress, tender: Tender) -> Iterator[Step]:
    declared = ConflictDeclaration.objects.filter(tender=tender, user=progress.world.me).exists()
    yield Step(
        _("Declare that you have no conflict of interest"),
        _("Declare whether you have a conflict of interest."),
        declared or _reached(progress, *OPENED),
        _url("bid_opening", tender),
    )
    yield from _opening(progress, tender)
    yield Step(
        _("Read the record of the opening"),
        _("The bids are open. Read the record: who bid what, opened by whom."),
        _reached(progress, *OPENED),
        _url("bid_opening_record", tender),
    )


def evaluator(progress: Progress, tender: Tender) -> Iterator[Step]:
    me = progress.world.me
    declaration = ConflictDeclaration.objects.filter(tender=tender, user=me).exists()
    settled = _reached(progress, *SETTLED)
    yield Step(
        _("Declare that you have no conflict of interest"),
        _("Declare whether you have a conflict of interest."),
        settled or declaration,
        _url("scoring_declare", tender),
    )
    seat = PanelMember.objects.filter(tender=tender, user=me).first()
    handed_in = settled or bool(seat and seat.submitted_at)
    scored = Score.objects.filter(bid__tender=tender, evaluator=me).count()
    bids = Bid.objects.live().filter(tender=tender, opened_at__isnull=False).count()
    yield Step(
        _("Score every bid with a reason"),
        _("Give 0 to 10 points and say why. You see no prices."),
        handed_in or scored >= bids > 0,
        _url("scoring", tender),
    )
    yield Step(
        _("Hand in your scores"),
        _("Hand in: afterwards nobody can change your scores."),
        handed_in,
        _url("scoring", tender),
    )
    yield Step(
        _("The panel closes"),
        _("The others score too; where you lie far apart, the chair records what you agree on."),
        settled or PanelLock.objects.filter(tender=tender).exists(),
        _url("scoring", tender),
        "others",
    )
    yield Step(
        _("See what came of it"),
        _("Let the office evaluate: then you see prices and the ranking."),
        settled or latest(tender) is not None,
        _url("evaluation_result", tender) if latest(tender) else _url("evaluation", tender),
        "others",
    )


def council_member(progress: Progress, tender: Tender) -> Iterator[Step]:
    paper = council.paper_of(tender)
    if paper is None:
        return
    me, page = progress.world.me, reverse("paper", kwargs={"paper_id": paper.pk})
    mine = PaperComment.objects.filter(paper=paper, author=me)
    asked = mine.filter(is_question=True)
    voted = Vote.objects.filter(paper=paper).exists()
    noted = voted or mine.exists() or PaperNote.objects.filter(paper=paper, user=me).exists()
    yield Step(
        _("Read the paper, keep a private note"),
        _("Read the page you will vote on, then write a note for yourself; nobody else sees it."),
        noted,
        page,
    )
    yield Step(
        _("Ask the office a question"),
        _("Ask something about the figures. Council and office read it."),
        voted or asked.exists(),
        page,
    )
    yield Step(
        _("The office answers"),
        _("Let the office answer; the whole council reads it."),
        voted or asked.filter(answered_at__isnull=False).exists(),
        page,
        "others",
    )
    yield Step(
        _("The vote is recorded"),
        _("The session is over: let the clerk write down how the council voted."),
        voted,
        page,
        "others",
    )


STEPS: dict[str, Callable[[Progress, Tender], Iterator[Step]]] = {
    "officer": officer,
    "bidder": bidder,
    "opener": opener,
    "evaluator": evaluator,
    "council_member": council_member,
}
