"""Where a pilot stands: worked out from stored moments. Pure."""

from datetime import date, datetime
from typing import Protocol

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.decision import ALLOWED, Decision, Refused
from accounts.lifecycle import Role


class Status(models.TextChoices):
    DRAFT = "draft", _("In preparation")
    REGISTERED = "registered", _("Registered: success criteria are sealed")
    RUNNING = "running", _("Running")
    GATE_DUE = "gate_due", _("Decision is due")
    ANALYSED = "analysed", _("Evaluated, waiting for the council")
    DECIDED = "decided", _("Decided")


class Moments(Protocol):
    registered_at: datetime | None
    started_at: datetime | None
    gate_date: date | None
    analysed_at: datetime | None
    decided_at: datetime | None


def status(pilot: Moments, now: datetime) -> Status:
    """The first matching line decides."""
    if pilot.decided_at and pilot.decided_at <= now:
        return Status.DECIDED
    if pilot.analysed_at and pilot.analysed_at <= now:
        return Status.ANALYSED
    if pilot.gate_date and pilot.gate_date < now.date():
        return Status.GATE_DUE
    if pilot.started_at and pilot.started_at <= now:
        return Status.RUNNING
    return Status.REGISTERED if pilot.registered_at else Status.DRAFT


# The promise is the office's own. Its auditor may compute the result anew, but does not promise anything.
CO_SIGNERS = frozenset({Role.OFFICER, Role.REQUESTER, Role.APPROVER})
SECOND_PEOPLE = CO_SIGNERS | {Role.AUDITOR}
_LEADS = frozenset({Role.OFFICER, Role.REQUESTER})
_DRAFT = frozenset({Status.DRAFT})
_MEASURING = frozenset({Status.REGISTERED, Status.RUNNING, Status.GATE_DUE})
_STEPS: dict[str, tuple[frozenset[Status], frozenset[str]]] = {
    "edit": (_DRAFT, _LEADS),
    "register": (_DRAFT, _LEADS),
    "co_sign": (_DRAFT, CO_SIGNERS),
    "start": (frozenset({Status.REGISTERED, Status.GATE_DUE}), _LEADS),
    "import": (_MEASURING, _LEADS),
    "freeze": (frozenset({Status.RUNNING, Status.GATE_DUE}), _LEADS),
    "analyse": (frozenset({Status.RUNNING, Status.GATE_DUE, Status.ANALYSED}), frozenset({Role.OFFICER})),
    "confirm_analysis": (frozenset({Status.RUNNING, Status.GATE_DUE, Status.ANALYSED}), SECOND_PEOPLE),
    "record_decision": (frozenset({Status.ANALYSED}), frozenset({Role.OFFICER})),
}


def decide(action: str, status_now: Status, roles: frozenset[str]) -> Decision:
    """Whether a person with these roles at the municipality may do this now."""
    statuses, allowed = _STEPS[action]
    if action == "co_sign" and Role.AUDITOR in roles:
        return Refused("auditor", _("Who audits a pilot does not sign its promise."), 403)
    if roles.isdisjoint(allowed):
        return Refused("not_your_role", _("Your role does not include this."), 403)
    if status_now not in statuses:
        return Refused("not_now", _("The pilot is not at the stage for this step."), 409)
    return ALLOWED


def decide_second_person(first_id: int | None, second_id: int) -> Decision:
    """Two signatures need two people."""
    if first_id == second_id:
        return Refused("second_person", _("This needs a second person. You have signed already."), 403)
    return ALLOWED
