"""The way from the opening to the award as a task list: what is done, what is next, what has to wait and why."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.decision import Refused
from accounts.lifecycle import Role
from evaluation import actions
from evaluation.award_steps import open_proposal
from evaluation.lifecycle import FILE_READERS, decide_moderation, decide_result
from evaluation.models import EvaluationRun, FormalCheck, PanelLock
from evaluation.readers import Reader
from evaluation.results import latest
from evaluation.scorebook import has_quality, progress
from tendering.lifecycle import Status

Task = dict[str, Any]


class Way:
    """Where the evaluation of one tender stands, for one person. About twelve queries."""

    def __init__(self, who: Reader) -> None:
        self.who, tender = who, who.tender
        self.status = tender.status(who.now)
        self.scored = has_quality(tender)
        self.done, self.seats = progress(tender)
        self.locked = PanelLock.objects.filter(tender=tender).exists()
        self.gaps: list[Refused] = actions.gaps(tender, who.now) if self.status == Status.EVALUATION else []
        self.run: EvaluationRun | None = latest(tender)
        self.proposal = open_proposal(tender.pk)

    def tasks(self) -> list[Task]:
        """In the order in which they are done."""
        found = [self._panel(), self._checks()] if self.scored else [self._checks()]
        if self.scored:
            found += [self._scores(), self._moderation(), *self._prices()]
        return [*found, self._evaluate(), *self._award()]

    def _url(self, name: str, allowed: bool) -> str:
        return reverse(name, args=[self.who.tender.pk]) if allowed else ""

    def _panel(self) -> Task:
        state = "done" if self.seats else "open"
        note = _("%(number)d evaluators") % {"number": self.seats} if self.seats else _("Who scores the bids?")
        office = Role.OFFICER in self.who.roles and not self.locked and self.status == Status.EVALUATION
        return {"title": _("Appoint the panel"), "state": state, "note": note, "url": self._url("panel", office)}

    def _checks(self) -> Task:
        gap = any(gap.code == "checks_unconfirmed" for gap in self.gaps)
        started = FormalCheck.objects.filter(bid__tender=self.who.tender).exists()
        state = "done" if not gap else "doing" if started else "open"
        return {
            "title": _("Check the bids formally"),
            "state": state,
            "note": _("Requirements, documents, sums and surprisingly low prices; a second person confirms."),
            "url": self._url("checks", not self.who.roles.isdisjoint(FILE_READERS)),
        }

    def _scores(self) -> Task:
        note = _("%(done)d of %(seats)d evaluators have handed in.") % {"done": self.done, "seats": self.seats}
        complete = self.seats > 0 and self.done == self.seats
        state = "done" if complete else "blocked" if not self.seats else "doing" if self.done else "open"
        if not self.seats:
            note = _("The panel has to be appointed first.")
        return {
            "title": _("Score quality, without seeing prices"),
            "state": state,
            "note": note,
            "url": self._url("scoring", self.who.member is not None),
        }

    def _moderation(self) -> Task:
        complete = self.seats > 0 and self.done == self.seats
        state = "done" if self.locked else "open" if complete else "blocked"
        note = "" if self.locked else _("The chair compares the scores and closes the panel.")
        if not complete:
            note = _("Not every evaluator has handed in yet.")
        allowed = bool(decide_moderation(self.who.roles, self.who.closed)) and complete
        return {
            "title": _("Moderate and close the panel"),
            "state": state,
            "note": note,
            "url": self._url("moderation", allowed),
        }

    def _prices(self) -> Iterator[Task]:
        """The second opening, where prices have an envelope of their own."""
        tender = self.who.tender
        if not tender.two_envelopes:
            return
        state = "done" if not tender.prices_sealed else "open" if tender.scores_closed_at else "blocked"
        note = _("Two openers open them together.") if tender.scores_closed_at else ""
        yield {
            "title": _("Open the price envelopes"),
            "state": state,
            "note": note or _("They stay sealed until the chair has closed the panel."),
            "url": self._url("bid_opening", not self.who.roles.isdisjoint(FILE_READERS | {Role.OPENER})),
        }

    def _evaluate(self) -> Task:
        state = "done" if self.run else "blocked" if self.gaps else "open"
        note = (
            _("Computed exactly by the published rule.")
            if not self.gaps
            else " ".join(str(gap.sentence) for gap in self.gaps)
        )
        allowed = bool(decide_result(self.who.roles, self.who.on_panel, self.who.closed)) and self.run is not None
        return {"title": _("Evaluate"), "state": state, "note": note, "url": self._url("evaluation_result", allowed)}

    def _award(self) -> Iterator[Task]:
        awarded = self.status == Status.AWARDED
        office = not self.who.roles.isdisjoint({Role.OFFICER, Role.APPROVER})
        can = self.run is not None and self.status == Status.EVALUATION
        state = "done" if awarded or self.proposal else "open" if can else "blocked"
        note = "" if self.run else _("The bids have to be evaluated first.")
        yield {
            "title": _("Propose the award"), "state": state, "note": note,
            "url": self._url("evaluation_award", can and office and self.proposal is None),
        }  # fmt: skip
        state = "done" if awarded else "open" if self.proposal else "blocked"
        yield {
            "title": _("Decide on the award"), "state": state,
            "note": _("A second person decides."),
            "url": self._url("evaluation_award", can and office and self.proposal is not None),
        }  # fmt: skip

    @property
    def may_evaluate(self) -> bool:
        return self.status == Status.EVALUATION and Role.OFFICER in self.who.roles and not self.gaps
