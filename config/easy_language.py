"""The page in easy language, sentence by sentence: one thought each, short words, hard words explained.

German follows the rules of Leichte Sprache: no genitive, no "would", long words with a hyphen, one sentence a line.
tests/config/test_easy_language.py counts; people who need easy language have not read it yet, and the page says so.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Part:
    """A question and its answer; `links` are (words, name of the address)."""

    title: Promise
    sentences: tuple[Promise, ...]
    links: tuple[tuple[Promise, str], ...] = ()


WHAT = Part(
    _("What is this website?"),
    (
        _("Towns need help with their work."),
        _("For example: Somebody should answer the phone."),
        _("On this website towns look for companies that help."),
        _("A town writes down what it needs."),
        _("The hard word for this is: tender."),
        _("Companies read the tender."),
        _("Then a company writes to the town: We can do this."),
        _("The company also writes: This is the price."),
        _("The hard word for this is: bid."),
    ),
)
FAIR = Part(
    _("Is it fair?"),
    (
        _("There are rules, so that it is fair."),
        _("There is a last day and a last time for all companies."),
        _("Before that nobody can read the bids."),
        _("After that two people open all bids together."),
        _("Then the town compares the bids."),
        _("The town asks: Which company is good?"),
        _("The town also asks: What does it cost?"),
        _("In the end everybody can read the result."),
    ),
)
PILOT = Part(
    _("What is a pilot?"),
    (
        _("A town tries something new."),
        _("Before, the town writes down: This should get better."),
        _("Later the town looks again."),
        _("The town asks: Has it really got better?"),
        _("Then the town council decides."),
    ),
)
FIND = Part(
    _("How do I find something?"),
    (
        _("At the top of each page there is a line with words."),
        _("You can click on the words."),
        _("Tenders: There you see what towns need."),
        _("Pilots: There you see what towns try."),
        _("Results: There you see which company got the work."),
        _("Help: There you find answers to questions."),
        _("On the first page there is a box for searching."),
        _("Write a word into the box, for example: library."),
        _("Then click on the word: Search."),
    ),
    ((_("To the first page"), "start"),),
)
EVERYBODY = Part(
    _("Can everybody use this website?"),
    (
        _("We want all people to be able to use this website."),
        _("Not everything works well yet."),
        _("Some files of towns and companies are hard to read."),
        _("Does something not work for you?"),
        _("Then please tell us."),
    ),
    (
        (_("Tell us what does not work"), "report_barrier"),
        (_("More about this, in hard language"), "accessibility"),
    ),
)
NO_VIDEO = _("There is no video in sign language yet.")
HELP = Part(
    _("Who helps me?"),
    (
        _("You can call us."),
        _("You can write to us."),
        _("We are glad to help."),
    ),
)
PARTS = (WHAT, FAIR, PILOT, FIND, EVERYBODY, HELP)


def sections(*, has_video: bool) -> list[Part]:
    """The parts in their order; without a video in sign language the page says that there is none."""
    if has_video:
        return list(PARTS)
    told = Part(EVERYBODY.title, (*EVERYBODY.sentences[:3], NO_VIDEO, *EVERYBODY.sentences[3:]), EVERYBODY.links)
    return [told if part is EVERYBODY else part for part in PARTS]
