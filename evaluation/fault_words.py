"""Faults of a rule or an input in the reader's language; the engine itself knows English only."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from evaluation.scoring import InputError

TEXTS = frozenset(
    {
        gettext_noop("must be one of %(words)s"),
        gettext_noop("must be a list"),
        gettext_noop("must have %(number)s entries"),
        gettext_noop("unknown key"),
        gettext_noop("required key is missing"),
        gettext_noop("must be an object"),
        gettext_noop("must be a whole number"),
        gettext_noop("must be text"),
        gettext_noop("must be true or false"),
        gettext_noop("must be a number written as text"),
        gettext_noop("a decimal point is required, not a comma"),
        gettext_noop("must be a plain decimal number"),
        gettext_noop("unknown method %(name)s"),
        gettext_noop("the evaluated price must be greater than zero"),
        gettext_noop("the published number is missing"),
        gettext_noop("score is missing"),
        gettext_noop("%(value)s appears twice"),
        gettext_noop("must be a finite number"),
        gettext_noop("%(value)s is below %(low)s"),
        gettext_noop("%(value)s is above %(high)s"),
        gettext_noop("the weights of price and quality must add up to 1"),
        gettext_noop("must be greater than 1"),
        gettext_noop("unknown step %(step)s"),
        gettext_noop("must be above %(low)s"),
        gettext_noop("must be above the price with full points"),
        gettext_noop("the criterion with the key figure is missing"),
        gettext_noop("unknown stage"),
        gettext_noop("a number of decimals is required"),
        gettext_noop("the values of a curve must rise"),
        gettext_noop("a promised number needs a scoring curve"),
        gettext_noop("unknown lot"),
        gettext_noop("unknown position"),
        gettext_noop("unknown criterion"),
    }
)


def fault_words(fault: InputError) -> str:
    """The JSON path, which is the same in every language, and the reason."""
    return f"{fault.path}: {_(fault.text) % fault.values}"
