"""What is wrong with a series, in the reader's language: a sentence per code of pilots.effects.checks."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pilots.effects import Fault

SENTENCES: dict[str, Promise] = {
    "group_without_kpi": _("There is no indicator for %(group)s."),
    "kpi_twice": _("The indicator %(kpi)s is listed %(count)s times."),
    "role_twice": _("Only one indicator may measure the %(role)s."),
    "one_primary": _("Exactly one indicator decides; marked are %(count)s."),
    "not_primary": _("The promise of success names %(kpi)s, which is not the deciding indicator."),
    "unknown_kpi": _("The indicator %(kpi)s is not known."),
    "share_range": _("A share lies between 0 and 1."),
    "no_cases": _("The number of cases must be greater than 0."),
    "month_outside": _("The month %(month)s lies neither before nor in the trial."),
    "other_phase": _("The month %(month)s belongs to the phase “%(phase)s”."),
    "month_missing": _("The month %(month)s is missing for %(kpi)s, %(arm)s."),
    "month_twice": _("The month %(month)s occurs %(count)s times for %(kpi)s, %(arm)s."),
}
WORDS: dict[str, dict[str, Promise]] = {
    "group": {"citizen": _("citizens"), "business": _("businesses"), "authority": _("the authority")},
    "role": {
        "handling_time": _("handling time"),
        "cost_per_case": _("cost per case"),
        "revenue": _("revenue"),
    },
    "phase": {"baseline": _("before"), "pilot": _("during the trial")},
    "arm": {"pilot": _("trial group"), "control": _("comparison group")},
}


def sentence(fault: Fault) -> str:
    """The fault in words of the active language."""
    if not fault.code:
        return fault.message
    details = {name: WORDS.get(name, {}).get(str(value), value) for name, value in fault.details.items()}
    return str(SENTENCES[fault.code]) % details
