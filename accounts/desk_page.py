"""The desk as its page shows it: tasks under their days, in whose place, what others of the office take care of."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.desk import MOST, PERIODS, Task, Text, tasks_of
from accounts.lifecycle import Role
from accounts.models import Membership, User

# state of a task -> colour and word of its badge; what is simply to do needs none
BADGES = {
    "error": ("danger", _("Overdue")),
    "doing": ("warning", _("Due soon")),
    "blocked": ("neutral", _("Not possible yet")),
}
# what will come to an empty desk, by role
WILL_COME = {
    Role.OFFICER: _("Questions of bidders, bids to check, results to compute: each appears here with its day."),
    Role.APPROVER: _("When a colleague asks for a second person, it appears here."),
    Role.OPENER: _("When a deadline passes, you are asked to open the bids here."),
    Role.EVALUATOR: _("When you are appointed to a panel, it appears here."),
    Role.PANEL_CHAIR: _("When every evaluator has handed in, you moderate and close the panel from here."),
    Role.COUNCIL_MEMBER: _("Papers of coming sessions and pilots to decide on appear here."),
    Role.AUDITOR: _("Deviations, awards and pilots to co-sign appear here."),
    Role.ORG_ADMIN: _("Invitations that run out, roles that end and mails that did not arrive appear here."),
    Role.REQUESTER: _("Your drafts stand here until you hand them over to the procurement office."),
    Role.LIBRARIAN: _("Drafts of templates and results that were achieved with them appear here."),
    Role.BIDDER: _("Start a bid, and its deadline stands here; questions of buyers about your bids come here too."),
    Role.BIDDER_ADMIN: _(
        "Start a bid, and its deadline stands here; questions of buyers about your bids come here too."
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One task as a row of the page. `roles` names the capacity where a person has several, `for_whom` a stand-in's."""

    task: Task
    state: str
    kind: str = ""
    word: Text = ""
    role: Text = ""
    place: str = ""
    for_whom: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Tasks under one heading of PERIODS."""

    period: str
    title: Text
    lines: list[Line]


@dataclass
class Hats:
    """In which capacities a person works: roles by organisation, and for whom somebody stands in. Two queries."""

    user: User
    rows: list[Membership]
    stands_in: dict[tuple[int, str], User] = field(default_factory=dict)

    @property
    def has_several_roles(self) -> bool:
        return len({row.role for row in self.rows}) > 1

    @property
    def places(self) -> dict[int, str]:
        return {row.organization_id: row.organization.name for row in self.rows}

    @property
    def zone(self) -> tzinfo:
        """Where the person's clocks stand: at its organisations, if they agree, else as now active."""
        zones = {row.organization.time_zone for row in self.rows}
        return ZoneInfo(zones.pop()) if len(zones) == 1 else timezone.get_current_timezone()

    def for_whom(self, task: Task) -> User | None:
        """The person whose task this is, when it reached this one as a stand-in only."""
        if task.responsible and task.responsible != self.user.pk:
            return next((person for person in self.stands_in.values() if person.pk == task.responsible), None)
        if task.organization is None or task.responsible == self.user.pk:
            return None
        return self.stands_in.get((task.organization, task.role))

    def is_mine(self, task: Task) -> bool:
        """Whether it stands on the open desk: own, nobody's in particular, or of somebody one stands in for."""
        return task.responsible in (None, self.user.pk) or self.for_whom(task) is not None


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything due to a person. `count` is what the title says: own tasks that can be done now."""

    sections: list[Section]
    others: list[Line]
    offers: list[Task]
    count: int
    hats: Hats
    most: int = MOST

    @property
    def is_cut(self) -> bool:
        """Whether some panel may know of more than it reads (MOST)."""
        return sum(len(section.lines) for section in self.sections) + len(self.others) >= MOST

    @property
    def will_come(self) -> list[Text]:
        """What an empty desk will hold one day, a sentence for each role."""
        return list(dict.fromkeys(WILL_COME[Role(row.role)] for row in self.hats.rows))

    @property
    def places(self) -> list[tuple[str, str]]:
        """(organisation, roles in words) of the person."""
        roles: dict[str, list[str]] = {}
        for row in self.hats.rows:
            roles.setdefault(row.organization.name, []).append(str(Role(row.role).label))
        return [(name, ", ".join(sorted(set(held)))) for name, held in roles.items()]


def desk_of(user: User, now: datetime) -> Desk:
    """Ask all panels once and put the answers in order; days are those of the person's own place."""
    hats = hats_of(user, now)
    with timezone.override(hats.zone):
        return _desk(tasks_of(user, now), hats, now)


def _desk(tasks: list[Task], hats: Hats, now: datetime) -> Desk:
    due = [task for task in tasks if not task.offer]
    mine = [task for task in due if hats.is_mine(task)]
    others = [task for task in due if not hats.is_mine(task)]
    return Desk(
        sections=_sections(mine, hats, now),
        others=[_line(task, hats, now) for task in others],
        offers=[task for task in tasks if task.offer],
        count=sum(not task.waits for task in mine),
        hats=hats,
    )


def hats_of(user: User, now: datetime) -> Hats:
    """Own roles of the present world and those held as a stand-in; a role held oneself is never a stand-in's."""
    rows = list(
        Membership.objects.active(now)
        .filter(user=user, organization__in=list(user.role_table))
        .select_related("organization", "stands_in_for")
        .order_by("organization__name", "role")
    )
    own = {(row.organization_id, row.role) for row in rows if row.stands_in_for_id is None}
    taken = {key: person for key, person in _represented(user, rows, now).items() if key not in own}
    return Hats(user, rows, taken)


def _represented(user: User, rows: Iterable[Membership], now: datetime) -> dict[tuple[int, str], User]:
    """{(organisation, role): for whom}, as the rules of standing in say, else as the memberships do."""
    try:
        from accounts.standing_in import represented
    except ImportError:
        return {(row.organization_id, row.role): row.stands_in_for for row in rows if row.stands_in_for}
    return {(organization_id, str(role)): person for organization_id, role, person in represented(user, now)}


def _sections(tasks: Iterable[Task], hats: Hats, now: datetime) -> list[Section]:
    found: dict[str, list[Line]] = {period: [] for period in PERIODS}
    for task in tasks:
        found[task.period(now)].append(_line(task, hats, now))
    return [Section(period, PERIODS[period], lines) for period, lines in found.items() if lines]


def _line(task: Task, hats: Hats, now: datetime) -> Line:
    state, places = task.state(now), hats.places
    kind, word = BADGES.get(state, ("", ""))
    person = hats.for_whom(task)
    return Line(
        task=task,
        state=state,
        kind=kind,
        word=word,
        role=Role(task.role).label if task.role and hats.has_several_roles else "",
        place=places.get(task.organization or 0, "") if len(places) > 1 else "",
        for_whom=str(person) if person else "",
    )
