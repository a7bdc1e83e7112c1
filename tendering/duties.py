"""Who does what in a procedure: per step who may, who has, how many different people it takes and who is missing.

Two steps that need two people are never done by one (lifecycle.decide_second_person and its like decide); everything
else may lie in one hand in a small town, and is listed here so that it is seen.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypeAlias

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.holders import opening_people
from accounts.lifecycle import OrganizationKind, Role
from accounts.models import CentreMember, Membership, Organization, User
from tendering.lifecycle import OFFICE, RELEASERS
from tendering.models import Approval, CriterionKind, Tender

PREPARE, RELEASE, OPEN, PANEL, CHAIR, PROPOSE, DECIDE = (
    "prepare", "release", "open", "panel", "chair", "award_proposal", "award_decision",
)  # fmt: skip
STEPS: Final[dict[str, str | Promise]] = {
    PREPARE: _("Prepare the tender"),
    RELEASE: _("Release it as the second person"),
    OPEN: _("Open the bids together"),
    PANEL: _("Score the bids on the panel"),
    CHAIR: _("Lead the panel"),
    PROPOSE: _("Propose the award"),
    DECIDE: _("Decide on the award as the second person"),
}
SECOND_OF: Final = {RELEASE: PREPARE, DECIDE: PROPOSE}
ROLES: Final[dict[str, frozenset[str]]] = {
    PREPARE: OFFICE, RELEASE: RELEASERS, PANEL: frozenset({Role.EVALUATOR}), CHAIR: frozenset({Role.PANEL_CHAIR}),
    PROPOSE: OFFICE, DECIDE: RELEASERS,
}  # fmt: skip
People: TypeAlias = Callable[[Tender], Iterable[User]]

# upper apps say who opened, scored or led ({step: functions}), and whom the panel consists of
doers: dict[str, list[People]] = {OPEN: [], PANEL: [], CHAIR: []}
seats: list[People] = []


@dataclass(frozen=True, slots=True)
class Duty:
    """One step. `people` may do it now, `done_by` have done it; `missing`: how many people more it takes.

    `combined`: [(person, other steps)] of everybody engaged here and elsewhere: who has done both, or has to because
    there is nobody else.
    """

    step: str
    needed: int
    people: tuple[User, ...] = ()
    done_by: tuple[User, ...] = ()
    missing: int = 0
    combined: tuple[tuple[User, tuple[str, ...]], ...] = field(default=())

    @property
    def name(self) -> str | Promise:
        return STEPS[self.step]


def table(tender: Tender, now: datetime) -> list[Duty]:
    """The steps of this procedure in their order; ten queries, whatever the number of people."""
    able, done = _able(tender, now), _done(tender)
    group = opening_people(tender.buyer_id, now)
    rows = []
    for step, needed in _needed(tender, able, group.needed).items():
        row = Duty(step, needed, tuple(able[step] if step != OPEN else group.people), tuple(done.get(step, ())))
        rows.append(replace(row, missing=_missing(row, able, done, tender)))
    return _with_combined(rows)


def least_people(rows: Sequence[Duty]) -> int:
    """How many different people a procedure with these steps takes at least."""
    return max((2, *(row.needed for row in rows)))


def different_people(rows: Sequence[Duty]) -> set[int]:
    """Ids of everybody who may do or has done any of the steps."""
    return {person.pk for row in rows for person in (*row.people, *row.done_by)}


def combined_steps(rows: Sequence[Duty]) -> list[tuple[User, tuple[str, ...]]]:
    """Everybody engaged in several steps, with all of them in their order; for the auditor."""
    found: dict[User, set[str]] = {}
    for row in rows:
        for person, others in row.combined:
            found.setdefault(person, set()).update({row.step, *others})
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0].pk))
    return [(person, tuple(step for step in STEPS if step in steps)) for person, steps in ordered]


def helping_centres(buyer: Organization, now: datetime) -> list[Organization]:
    """Service centres that work for this buyer now, or have offered to help it with the opening."""
    valid = CentreMember.objects.filter(municipality=buyer, since__lte=now).filter(Q(until=None) | Q(until__gt=now))
    members = set(valid.values_list("centre", flat=True))
    centres = Organization.objects.filter(kind=OrganizationKind.SERVICE_CENTRE).exclude(pk=buyer.pk)
    return [
        centre
        for centre in centres
        if centre.pk in members or buyer.reference in (centre.details.get("opening_help_for") or [])
    ]


def _able(tender: Tender, now: datetime) -> dict[str, list[User]]:
    """{step: who holds a role for it now}; the panel is narrowed to its members once it is named."""
    held = Membership.objects.active(now).filter(organization=tender.buyer_id, user__is_active=True)
    by_role: dict[str, dict[int, User]] = {}
    for row in held.select_related("user").order_by("user__function", "user_id"):
        by_role.setdefault(row.role, {})[row.user_id] = row.user
    able: dict[str, list[User]] = {}
    for step, roles in ROLES.items():
        people = {pk: person for role in Role if role in roles for pk, person in by_role.get(role, {}).items()}
        able[step] = list(people.values())
    if named := {person.pk for seat in seats for person in seat(tender)}:
        able[PANEL] = [person for person in able[PANEL] if person.pk in named]
    return able


def _done(tender: Tender) -> dict[str, list[User]]:
    done: dict[str, list[User]] = {}
    if tender.prepared_by and tender.prepared_at:
        done[PREPARE] = [tender.prepared_by]
    if tender.released_by:
        done[RELEASE] = [tender.released_by]
    for step, some in doers.items():
        done[step] = list({person.pk: person for doer in some for person in doer(tender)}.values())
    awards = Approval.objects.filter(tender=tender, kind="award").select_related("requested_by", "approved_by")
    for award in awards:
        done.setdefault(PROPOSE, []).append(award.requested_by)
        if award.approved_by:
            done.setdefault(DECIDE, []).append(award.approved_by)
    return {step: list({person.pk: person for person in people}.values()) for step, people in done.items()}


def _needed(tender: Tender, able: Mapping[str, Sequence[User]], openers: int) -> dict[str, int]:
    """{step: people it takes}; without criteria that people score there is no panel."""
    named = sum(1 for seat in seats for _person in seat(tender))
    is_scored = named or tender.criteria.filter(kind=CriterionKind.QUALITY).exists()
    numbers = dict.fromkeys(STEPS, 1) | {OPEN: openers, PANEL: named or 1}
    return numbers if is_scored else {step: number for step, number in numbers.items() if step not in {PANEL, CHAIR}}


def _missing(row: Duty, able: Mapping[str, Sequence[User]], done: Mapping[str, Sequence[User]], tender: Tender) -> int:
    """People still to be found. Sealing takes one key more than opening, so that a lost one does no harm."""
    if len(row.done_by) >= row.needed:
        return 0
    if row.step == OPEN:
        return max(0, row.needed + (tender.released_at is None) - len(row.people))
    if (first := SECOND_OF.get(row.step)) is None:
        return max(0, row.needed - len({person.pk for person in (*row.people, *row.done_by)}))
    before = done.get(first) or able[first]
    pairs = any(one.pk != other.pk for one in before for other in row.people)
    return 0 if pairs else 1


def _with_combined(rows: Sequence[Duty]) -> list[Duty]:
    engaged = {row.step: _engaged(row) for row in rows}
    found = []
    for row in rows:
        combined = []
        for person in engaged[row.step].values():
            others = tuple(step for step, people in engaged.items() if step != row.step and person.pk in people)
            if others:
                combined.append((person, others))
        found.append(replace(row, combined=tuple(combined)))
    return found


def _engaged(row: Duty) -> dict[int, User]:
    """Who has done the step, or must because nobody else could."""
    people = {person.pk: person for person in row.done_by}
    if len(row.done_by) < row.needed and len(row.people) <= row.needed:
        people |= {person.pk: person for person in row.people}
    return people
