"""Start, move and end a practice: the only writers of PracticeRun."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts import audit, clock, practice
from accounts.decision import refuse
from accounts.models import PracticeRun, User
from config.practice import case, colleagues, council, rivals, world
from config.practice.world import PARTS, World
from evaluation.models import PanelMember
from tendering.lifecycle import Status
from tendering.models import Tender

SPEEDS = (0, 1, 60, 1440)
MOST_ACTS = 60
MINUTE = timedelta(minutes=1)


@contextmanager
def entered(run: PracticeRun, real: datetime) -> Iterator[World]:
    """Inside the run, at its time of this real moment."""
    with practice.inside(run.pk), clock.simulated(run.now(real)):
        yield World(run)


@contextmanager
def left() -> Iterator[None]:
    """The real world at the real time, whatever surrounds it."""
    with practice.inside(None), clock.real():
        yield


def active_run(person: User) -> PracticeRun | None:
    return PracticeRun.objects.filter(user=person, ended_at=None).first()


def start_run(*, actor: User, part: str, language: str) -> PracticeRun:
    """A new practice of this part; one that still runs is ended first. Its town is built by ordinary acts."""
    if part not in parts():
        refuse("unknown_part", _("This part cannot be practised."))
    with left(), audit.in_transaction():
        User.objects.select_for_update(of=("self",), no_key=True).get(pk=actor.pk)  # two clicks give one practice
        now = clock.now()
        if (before := active_run(actor)) is not None:
            _end(before, actor, now)
        words = "en" if language.startswith("en") else "de"
        profile = world.profile_for(actor, words)
        begin = world.first_morning(now, case.PLACES[profile])
        run = PracticeRun.objects.create(
            user=actor, part=part, language=words, moment=begin, anchored_at=now, started_at=now
        )
        with practice.inside(run.pk), clock.simulated(run.moment):
            audit.record("platform", "practice.started", actor=actor, at=clock.now(), data={"part": part})
            town = world.build(run, profile)
            run.moment = play_to_start(town)
        run.full_clean()
        run.save()
    return run


def end_run(*, actor: User, run: PracticeRun) -> None:
    """Hide the practice for good. What it wrote stays until it is cleaned; nothing real was ever touched."""
    with left(), audit.in_transaction():
        locked = PracticeRun.objects.select_for_update().get(pk=run.pk)
        if locked.ended_at is None:
            _end(locked, actor, clock.now())


def _end(run: PracticeRun, actor: User, now: datetime) -> None:
    run.ended_at = now
    run.save(update_fields=["ended_at"])
    with practice.inside(run.pk), clock.simulated(run.now(now)):
        audit.record("platform", "practice.ended", actor=actor, at=clock.now())


def leave_run(run: PracticeRun, real: datetime) -> None:
    """Nobody is there: the clock waits until somebody comes back."""
    run.state = {**run.state, "left": True}
    run.save(update_fields=["state"])
    _anchor(run, run.now(real), real, run.speed)


def resume_run(run: PracticeRun, real: datetime) -> None:
    """Go on at the time at which the practice was left; one that was only closed has gone on by itself."""
    if run.state.get("left"):
        run.state = {**run.state, "left": False}
        run.save(update_fields=["state"])
        _anchor(run, run.moment, real, run.speed)


def set_speed(run: PracticeRun, speed: int, real: datetime) -> None:
    """How many seconds of the practice pass in one; 0 stops its clock."""
    if speed not in SPEEDS:
        refuse("unknown_speed", _("This speed does not exist."))
    _anchor(run, run.now(real), real, speed)


def jump(run: PracticeRun, target: datetime, real: datetime) -> None:
    """Put the practice's clock forward; it never goes back."""
    if target < run.now(real):
        refuse("only_forward", _("The clock of a practice goes forward only. Start it anew to begin again."))
    _anchor(run, target, real, run.speed)


def _anchor(run: PracticeRun, moment: datetime, real: datetime, speed: int) -> None:
    run.moment, run.anchored_at, run.speed = moment, real, speed
    run.full_clean()
    run.save(update_fields=["moment", "anchored_at", "speed"])


def next_moment(town: World, now: datetime) -> datetime | None:
    """When something happens next by itself: a company asks, or the deadline passes."""
    moments = [moment for moment in (rivals.next_question(town, now), deadline_ahead(town, now)) if moment]
    return min(moments, default=None)


def deadline_ahead(town: World, now: datetime) -> datetime | None:
    """The next deadline of the practice, as the moment at which it has surely passed and bids may be opened."""
    open_now = Tender.objects.filter(
        buyer__practice_run=town.run, published_at__lte=now, tender_period_end__gt=now, cancelled_at=None
    )
    end = open_now.order_by("tender_period_end").values_list("tender_period_end", flat=True).first()
    return end + timedelta(seconds=settings.OPENING_GUARD_SECONDS) + MINUTE if end else None


def parts() -> list[str]:
    """The parts that can be practised here."""
    return [str(part) for part in PARTS if part in PLAYED_UNTIL]


# what has happened already when a part begins; None: nothing, the draft lies there
PLAYED_UNTIL: dict[str, str | None] = {
    "officer": None,
    "bidder": "open",
    "opener": "closed",
    "evaluator": "panel",
    "council_member": "paper",
}


GOALS = {"open": 1, "closed": 2, "panel": 3, "paper": 4, "awarded": 5}


def play_to_start(town: World) -> datetime:
    """Play the procedure up to where the part begins; returns the moment then."""
    goal = PLAYED_UNTIL[town.run.part]
    return clock.now() if goal is None else play_on(town, goal)


def play_on(town: World, goal: str, is_my_turn: Callable[[datetime], bool] = lambda _now: False) -> datetime:
    """Let the others act, and time pass where they wait for it, until the goal is reached; the moment then.

    Goals: open, closed, panel (appointed), paper (issued), awarded. Stops where the practising person has to go on.
    """
    now = clock.now()
    for _number in range(MOST_ACTS):
        tender = town.tender()
        if tender is None or _reached(tender, goal, now) or is_my_turn(now):
            break
        act = next(iter(colleagues.offers(town, tender, now)), None)
        if act is not None:
            now += act.after
            with clock.simulated(now):
                colleagues.do(town, act)
        elif tender.status(now) == Status.OPEN and (later := next_moment(town, now)):
            now = later
            rivals.catch_up(town, now)
        else:
            break
    return now


def _reached(tender: Tender, goal: str, now: datetime) -> bool:
    return GOALS[goal] <= _how_far(tender, now)


def _how_far(tender: Tender, now: datetime) -> int:
    status = tender.status(now)
    if status == Status.EVALUATION and council.paper_of(tender) is not None:
        return GOALS["paper"]
    if status == Status.EVALUATION:
        return GOALS["panel"] if PanelMember.objects.filter(tender=tender).exists() else GOALS["closed"]
    return {Status.OPEN: GOALS["open"], Status.CLOSED: GOALS["closed"]}.get(
        status, GOALS["awarded"] if status in {Status.AWARDED, Status.CANCELLED} else 0
    )
