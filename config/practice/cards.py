"""Words of the practice pages: what each part teaches and how long it takes, the speeds, who is who."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from config.practice import runs
from config.practice.world import STAFF, World

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Card:
    """One thing to practise; `learn` is what one can do afterwards."""

    part: str
    title: Text
    text: Text
    minutes: int
    learn: Text


ALL = (
    Card(
        "bidder",
        _("Hand in a bid"),
        _("Find a tender, name your prices, hand in, hold the receipt, learn the result."),
        10,
        _("You know every page a bidder sees, before a real deadline runs."),
    ),
    Card(
        "officer",
        _("Run a procurement"),
        _("From the draft to the award: release, questions, opening, check, panel, result."),
        10,
        _("You have awarded a contract once. Your colleagues and three companies are played for you."),
    ),
    Card(
        "opener",
        _("Open bids together"),
        _("Declare, release your key with the pass sentence, open with a second person, read the record."),
        3,
        _("You know what happens on opening day, and what the pass sentence is for."),
    ),
    Card(
        "evaluator",
        _("Score bids on a panel"),
        _("Declare, score with reasons without seeing prices, hand in, see what came of it."),
        5,
        _("You know how scores, reasons and the agreed score of the panel belong together."),
    ),
    Card(
        "council_member",
        _("Read a council paper"),
        _("One page to vote on: the proposal, the figures, your question, the vote."),
        5,
        _("You know where the figures of a proposal come from."),
    ),
)
SPEEDS = {
    0: _("the clock stands still"),
    1: _("as in real life"),
    60: _("an hour in a minute"),
    1440: _("a day in a minute"),
}


def cards() -> list[Card]:
    """What can be practised here, in the order of the page."""
    there = runs.parts()
    return [one for one in ALL if one.part in there]


def card(part: str) -> Card:
    return next(one for one in ALL if one.part == part)


def speeds(now: int) -> list[tuple[int, Text, bool]]:
    """(speed, in words, chosen)."""
    return [(speed, words, speed == now) for speed, words in SPEEDS.items()]


def people(world: World) -> list[tuple[Text, str]]:
    """(how they take part, who) of the practice."""
    others = [str(world.account(key)) for key in STAFF if key != world.acting]
    return [
        (_("You"), str(world.me)),
        (_("Played for you"), ", ".join(others)),
        (_("Bid by themselves"), ", ".join(str(company) for company in world.companies.values())),
    ]
