"""A session of the council in the demo: the paper on an award is issued now, the vote recorded after the session."""

from datetime import datetime, timedelta
from typing import Any

from accounts import clock
from accounts.models import User
from pilots import actions
from pilots.models import CouncilPaper
from pilots.papers.compose import default_wording
from tendering.models import Tender

AFTER = timedelta(minutes=90)


def hold_session(
    tender: Tender, officer: User, *, session_at: datetime, body: str, votes: dict[str, Any], item: str = "",
    dissent: str = "",
) -> CouncilPaper:  # fmt: skip
    """The paper that was accepted; `votes` = {"yes", "no", "abstain"}."""
    place = tender.buyer
    new = CouncilPaper(kind="award", tender=tender, municipality=place, language=place.language)
    fields = {
        "body": body, "session_at": session_at, "agenda_item": item, "wording": default_wording(new, clock.now()),
    }  # fmt: skip
    paper = actions.draft_paper(actor=officer, tender_id=tender.pk, fields=fields)
    paper = actions.issue_paper(actor=officer, paper_id=paper.pk)
    with clock.simulated(session_at + AFTER):
        actions.record_vote(
            actor=officer, paper_id=paper.pk, outcome="accepted", decided_at=session_at, votes_for=votes["yes"],
            votes_against=votes["no"], abstentions=votes["abstain"], wording=paper.wording, dissent=dissent,
        )  # fmt: skip
    return paper
