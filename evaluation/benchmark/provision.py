"""Buying against doing it oneself: present costs, annuities, cost per case, and the volume at which both cost the same.

A course of costs: once at the start, every year, and for each case; n years, payments at the ends of years, interest
as a share per year. Exact fractions. Source: dynamic investment appraisal (annuity a = K0 i / (1 - (1+i)^-n)).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from evaluation.scoring.catalogue import LifeCycle, life_cycle_cost


@dataclass(frozen=True, slots=True)
class Course:
    """Costs of one way to provide a service."""

    once: Fraction = Fraction(0)
    per_year: Fraction = Fraction(0)
    per_case: Fraction = Fraction(0)

    def __add__(self, other: "Course") -> "Course":
        return Course(self.once + other.once, self.per_year + other.per_year, self.per_case + other.per_case)


def total(courses: Iterable[Course]) -> Course:
    """All items of one side together."""
    return sum(courses, Course())


def life_cycle(course: Course, cases: Fraction, years: int, rate: Fraction) -> LifeCycle:
    """Present cost, annuity and cost per case with `cases` a year. ValueError below one year."""
    if years < 1:
        raise ValueError("A comparison needs at least one year.")
    yearly = course.per_year + course.per_case * cases
    return life_cycle_cost([course.once, *[yearly] * years], [Fraction(0), *[cases] * years], rate)


@dataclass(frozen=True, slots=True)
class Saving:
    """What buying saves against the own provision; negative when it costs more. Money of today over the term."""

    own: LifeCycle
    bought: LifeCycle
    over_term: Fraction
    per_year: Fraction
    per_case: Fraction | None
    break_even: Fraction | None
    bought_cheaper_above: bool


def compare(own: Course, bought: Course, cases: Fraction, years: int, rate: Fraction) -> Saving:
    """`break_even`: cases a year at which both cost the same; None where one side is cheaper at any volume."""
    mine, theirs = (life_cycle(course, cases, years, rate) for course in (own, bought))
    per_case = None
    if mine.unit_cost_discounted is not None and theirs.unit_cost_discounted is not None:
        per_case = mine.unit_cost_discounted - theirs.unit_cost_discounted
    fixed_own, fixed_bought = (_fixed(course, years, rate) for course in (own, bought))
    slope = own.per_case - bought.per_case
    volume = (fixed_bought - fixed_own) / slope if slope else None
    return Saving(
        mine, theirs, mine.npv_cost - theirs.npv_cost, mine.annuity - theirs.annuity, per_case,
        volume if volume is not None and volume > 0 else None, slope > 0,
    )  # fmt: skip


def _fixed(course: Course, years: int, rate: Fraction) -> Fraction:
    """Costs of a year that do not follow the number of cases, the start spread over the term."""
    return life_cycle(Course(course.once, course.per_year), Fraction(0), years, rate).annuity
