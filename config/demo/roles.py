"""The accounts of the demo, as one sees them on the sign-in page: one of each role first, then all by organisation."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from accounts.lifecycle import Role
from accounts.models import Membership, Organization, User

# The order in which a procedure passes through hands: that of the tour.
TOUR = (
    Role.OFFICER,
    Role.APPROVER,
    Role.BIDDER,
    Role.OPENER,
    Role.PANEL_CHAIR,
    Role.EVALUATOR,
    Role.COUNCIL_MEMBER,
    Role.AUDITOR,
    Role.REQUESTER,
    Role.LIBRARIAN,
)


@dataclass(slots=True)
class Person:
    """An account with the roles it holds at one organisation."""

    user: User
    organization: Organization
    roles: list[str] = field(default_factory=list)

    @property
    def roles_in_words(self) -> str:
        return ", ".join(str(Role(role).label) for role in self.roles)


def everybody() -> list[Person]:
    """Every account of every organisation, ordered by organisation and account; one query."""
    people: dict[tuple[int, int], Person] = {}
    rows = Membership.objects.select_related("user", "organization").filter(
        user__is_active=True, organization__practice_run=None
    )
    for row in rows.order_by("organization__reference", "user_id", "id"):
        key = (row.organization_id, row.user_id)
        people.setdefault(key, Person(row.user, row.organization)).roles.append(row.role)
    return list(people.values())


def by_organization(people: Iterable[Person]) -> list[tuple[Organization, list[Person]]]:
    """[(organisation, its people)] in the order given."""
    groups: dict[int, tuple[Organization, list[Person]]] = {}
    for person in people:
        groups.setdefault(person.organization.pk, (person.organization, []))[1].append(person)
    return list(groups.values())


def one_of_each(people: list[Person]) -> list[tuple[str, Person]]:
    """[(role in words, person)] in the order of the tour; from the town with the most accounts, each person once."""
    crowded = sorted(by_organization(people), key=lambda group: -len(group[1]))
    ordered = [person for _organization, group in crowded for person in group]
    chosen: list[tuple[str, Person]] = []
    for role in TOUR:
        taken = {person.user.pk for _label, person in chosen}
        holders = [p for p in ordered if role in p.roles]
        best = min(holders, key=lambda p: (p.user.pk in taken, ordered.index(p)), default=None)
        if best is not None:
            chosen.append((str(role.label), best))
    return chosen
