"""Where a council paper stands and who may do what then. Pure."""

from datetime import datetime
from typing import Protocol

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.decision import ALLOWED, Decision, Refused
from accounts.lifecycle import Role


class State(models.TextChoices):
    DRAFT = "draft", _("Being written")
    ISSUED = "issued", _("Waiting for the decision")
    VOTED = "voted", _("Decided")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Moments(Protocol):
    issued_at: datetime | None
    withdrawn_at: datetime | None


def state(paper: Moments, has_vote: bool) -> State:
    """The first matching line decides."""
    if paper.withdrawn_at:
        return State.WITHDRAWN
    if has_vote:
        return State.VOTED
    return State.ISSUED if paper.issued_at else State.DRAFT


OFFICE = frozenset({Role.OFFICER, Role.APPROVER})
INSIDERS = OFFICE | {Role.COUNCIL_MEMBER, Role.AUDITOR}
OPEN_OUTCOMES = frozenset({"returned", "postponed", "rejected"})  # after these another version may be written
_CLERK = frozenset({Role.OFFICER})
_COUNCIL = frozenset({Role.COUNCIL_MEMBER})
_OUT = frozenset({State.ISSUED, State.VOTED})
_ACTS: dict[str, tuple[frozenset[State], frozenset[str]]] = {
    "edit": (frozenset({State.DRAFT}), _CLERK),
    "issue": (frozenset({State.DRAFT}), _CLERK),
    "withdraw": (frozenset({State.ISSUED}), _CLERK),
    "vote": (frozenset({State.ISSUED}), _CLERK),
    "comment": (frozenset({State.ISSUED}), _COUNCIL),
    "answer": (_OUT, _CLERK),
    "note": (_OUT, frozenset(INSIDERS)),
}
_WHY_NOT = {
    State.DRAFT: _("This paper has not been issued yet."),
    State.ISSUED: _("This paper has been issued. Withdraw it to write a new version."),
    State.VOTED: _("The decision on this paper has been recorded."),
    State.WITHDRAWN: _("This paper has been withdrawn."),
}


def decide(act: str, now_in: State, roles: frozenset[str]) -> Decision:
    """Whether a person with these roles at the municipality may do this with a paper in this state."""
    states, allowed = _ACTS[act]
    if roles.isdisjoint(allowed):
        return Refused("not_your_role", _("Your role does not include this."), 403)
    if now_in not in states:
        return Refused("not_now", _WHY_NOT[now_in], 409)
    return ALLOWED
