"""The steps of the formal check by bid: one line per step, one mark per bid, with the note behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bids.models import Bid
from evaluation.actions.checking import steps_of
from evaluation.models import CheckStep, CheckStepState, StepState
from tendering.models import Tender

KINDS = {
    StepState.OPEN: "neutral", StepState.DONE: "success", StepState.OBJECTION: "danger", StepState.NOT_NEEDED: "info",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mark:
    """A cell: the bid it is about, how far the step is, and the note."""

    bid: Bid
    state: str
    note: str

    @property
    def kind(self) -> str:
        """Colour and icon."""
        return KINDS[StepState(self.state)]

    @property
    def word(self) -> str:
        """The state in words."""
        return str(StepState(self.state).label)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the check of one bid is."""

    bid: Bid
    done: int
    count: int
    objections: int


@dataclass(frozen=True, slots=True)
class Board:
    """Steps down, bids across. Three queries, whatever their number."""

    steps: list[CheckStep]
    bids: list[Bid]
    states: dict[tuple[int, Any], CheckStepState]

    def _mark(self, step: CheckStep, bid: Bid) -> Mark:
        row = self.states.get((step.position, bid.pk))
        return Mark(bid, row.state if row else StepState.OPEN.value, row.note if row else "")

    @property
    def lines(self) -> list[tuple[CheckStep, list[Mark]]]:
        """Each step with a mark for every bid."""
        return [(step, [self._mark(step, bid) for bid in self.bids]) for step in self.steps]

    @property
    def progress(self) -> list[Progress]:
        """For every bid how many steps are done or not needed."""
        return [self._progress(bid, [self._mark(step, bid).state for step in self.steps]) for bid in self.bids]

    @staticmethod
    def _progress(bid: Bid, states: Sequence[str]) -> Progress:
        done = sum(state in (StepState.DONE, StepState.NOT_NEEDED) for state in states)
        return Progress(bid, done, len(states), sum(state == StepState.OBJECTION for state in states))

    @property
    def unused(self) -> list[CheckStep]:
        """Steps nobody has worked on yet."""
        used = {position for position, _bid in self.states}
        return [step for step in self.steps if step.position not in used]

    def of(self, bid: Bid) -> dict[int, tuple[str, str]]:
        """{place of the step: (state, note)} as stored for one bid."""
        return {place: (row.state, row.note) for (place, pk), row in self.states.items() if pk == bid.pk}


def board(tender: Tender, now: datetime) -> Board:
    """Everything about the steps of a tender."""
    bids = Bid.objects.live().filter(tender=tender, round=tender.round, opened_at__isnull=False)
    rows = CheckStepState.objects.filter(step__tender=tender).select_related("step")
    return Board(
        steps=steps_of(tender, now),
        bids=list(bids.select_related("company").order_by("position", "received_at")),
        states={(row.step.position, row.bid_id): row for row in rows},
    )
