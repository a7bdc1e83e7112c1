"""Which of the two versions a person gets, and what that person may do with the paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.http import Http404

from accounts import clock
from accounts.decision import Decision
from accounts.lifecycle import Role
from accounts.models import User
from pilots.models import CouncilPaper, PaperQuerySet, Vote
from pilots.papers.lifecycle import INSIDERS, State, decide, state

Version = Literal["full", "public"]


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody looking at one paper."""

    user: User | None
    paper: CouncilPaper
    now: datetime
    roles: frozenset[str]
    version: Version

    @property
    def is_insider(self) -> bool:
        """Council, office or audit of the municipality."""
        return not self.roles.isdisjoint(INSIDERS)

    @property
    def content(self) -> Mapping[str, Any]:
        """The frozen version this person reads; nothing of the other one is in it."""
        found: Mapping[str, Any] = self.paper.full if self.version == "full" else self.paper.public
        return found

    @property
    def vote(self) -> Vote | None:
        return vote_of(self.paper)

    @property
    def state(self) -> State:
        return state(self.paper, self.vote is not None)

    @property
    def function(self) -> str:
        """What stands across the non-public version: the person's function and the municipality."""
        roles = ", ".join(str(Role(role).label) for role in sorted(self.roles & INSIDERS))
        name = self.user.function if self.user and self.user.function else roles
        return f"{name}, {self.paper.municipality}"

    def may(self, act: str) -> Decision:
        """The lifecycle's answer for this person, for buttons and pages alike."""
        return decide(act, self.state, self.roles)


def vote_of(paper: CouncilPaper) -> Vote | None:
    """What was decided, if anything was."""
    found: Vote | None = getattr(paper, "vote", None)
    return found


@dataclass(frozen=True, slots=True)
class ShownVote:
    """The parts of a vote this reader may read: the wording and dissent on an award are not public."""

    decided_at: datetime
    votes_for: int | None
    votes_against: int | None
    abstentions: int | None
    wording: str = ""
    dissent: str = ""

    @property
    def counts(self) -> bool:
        return any(number is not None for number in (self.votes_for, self.votes_against, self.abstentions))


def shown_vote(reader: Reader) -> ShownVote | None:
    """Counts for everybody; wording and dissent of an award for council, office and audit."""
    vote = reader.vote
    if vote is None:
        return None
    is_open = reader.version == "full" or reader.paper.kind == "pilot"
    words = (vote.wording, vote.dissent) if is_open else ("", "")
    return ShownVote(vote.decided_at, vote.votes_for, vote.votes_against, vote.abstentions, *words)


def papers_of(user: Any, now: datetime) -> PaperQuerySet:
    """Papers this person may know of, with what every page of them shows."""
    found = CouncilPaper.objects.visible_to(user, now)
    return found.select_related("municipality", "tender", "pilot", "vote")


def reader_of(user: Any, paper: CouncilPaper, now: datetime, wish: str = "") -> Reader:
    """Insiders read the full version and may wish for the public one; everybody else gets the public one."""
    person = user if isinstance(user, User) else None
    roles = person.roles_in(paper.municipality_id) if person else frozenset[str]()
    is_insider = not roles.isdisjoint(INSIDERS)
    return Reader(person, paper, now, roles, "full" if is_insider and wish != "public" else "public")


def find(user: Any, paper_id: Any, wish: str = "") -> Reader:
    """The reader of one paper; Http404 when the person may not know of it."""
    now = clock.now()
    paper = papers_of(user, now).filter(pk=paper_id).first()
    if paper is None:
        raise Http404
    return reader_of(user, paper, now, wish)
