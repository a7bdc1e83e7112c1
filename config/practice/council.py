"""The council's part of a practice: the office writes a paper on the award, answers a question, records the vote."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import clock
from config.practice.world import World
from pilots.actions import papers as acts
from pilots.models import CouncilPaper, PaperComment, Vote
from tendering.models import Tender

SESSION_IN = timedelta(days=9)
Offer = tuple[str, str, Any, Callable[[], Any], timedelta]  # code, account key, label, act, time it takes


def paper_of(tender: Tender) -> CouncilPaper | None:
    """The paper on the award that the council reads."""
    return CouncilPaper.objects.filter(tender=tender, issued_at__isnull=False, withdrawn_at=None).first()


def waiting(world: World, tender: Tender) -> Iterator[Offer]:
    """What the office can do for the council now."""
    paper = paper_of(tender)
    if paper is None:
        yield ("paper", "officer", gettext_lazy("Let the office write the paper"), lambda: _write(world, tender),
               timedelta(days=1))  # fmt: skip
        return
    for comment in PaperComment.objects.filter(paper=paper, is_question=True, answered_at=None):
        label = gettext_lazy("Let the office answer your question")
        yield "reply", "officer", label, partial(_answer, world, comment), timedelta(hours=4)
    if not Vote.objects.filter(paper=paper).exists():
        label = gettext_lazy("Let the clerk record the vote")
        yield "vote", "officer", label, lambda: _vote(world, paper), timedelta(hours=2)


def _write(world: World, tender: Tender) -> None:
    officer = world.account("officer")
    fields = {
        "body": _("Town council"),
        "session_at": (clock.now() + SESSION_IN).replace(minute=0, second=0, microsecond=0),
        "agenda_item": "4",
        "wording": _("The council approves the award to the company that comes first."),
    }
    paper = acts.draft_paper(actor=officer, tender_id=tender.pk, fields=fields)
    acts.issue_paper(actor=officer, paper_id=paper.pk)


def _answer(world: World, comment: PaperComment) -> None:
    text = _("The workbook shows it on the sheet “Summary”: each figure with its formula.")
    acts.answer_comment(actor=world.account("officer"), comment_id=comment.pk, text=text)


def _vote(world: World, paper: CouncilPaper) -> None:
    acts.record_vote(
        actor=world.account("officer"), paper_id=paper.pk, outcome="accepted", decided_at=clock.now(),
        votes_for=14, votes_against=3, abstentions=1, wording=paper.wording,
    )  # fmt: skip
