"""The invented town of one run: organisations, accounts, opening group; and the draft that everything starts from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation

from accounts import audit, clock, practice
from accounts.lifecycle import OrganizationKind, Role
from accounts.models import ContactUnit, Membership, OpeningGroup, Organization, PracticeRun, User
from bids import actions as bidding
from config.practice import case
from tendering import actions as tendering
from tendering.models import Tender
from tendering.proposals import proposed_dates
from tendering.rules import Calendar

OWN = "own"
QUIET_DAYS = 35  # longer than the period for bids that is proposed
PARTS = (Role.OFFICER, Role.BIDDER, Role.EVALUATOR, Role.OPENER, Role.COUNCIL_MEMBER)
# which account of the town a person is, by the part that is practised
ACTING = {
    Role.OFFICER: "officer",
    Role.BIDDER: "bidder",
    Role.EVALUATOR: "evaluator_1",
    Role.OPENER: "opener_1",
    Role.COUNCIL_MEMBER: "council",
}
STAFF: dict[str, tuple[str, ...]] = {
    "officer": (Role.OFFICER,),
    "approver": (Role.APPROVER,),
    "opener_1": (Role.OPENER,),
    "opener_2": (Role.OPENER,),
    "opener_3": (Role.OPENER,),
    "evaluator_1": (Role.EVALUATOR,),
    "evaluator_2": (Role.EVALUATOR,),
    "evaluator_3": (Role.EVALUATOR,),
    "chair": (Role.PANEL_CHAIR,),
    "council": (Role.COUNCIL_MEMBER,),
}
RIVALS = ("rival_1", "rival_2", "rival_3")


@dataclass
class World:
    """One run and who lives in it; each account is read once."""

    run: PracticeRun
    _accounts: dict[str, User] = field(default_factory=dict)

    def account(self, key: str) -> User:
        """The account with this key ("approver", "rival_2")."""
        if key not in self._accounts:
            self._accounts[key] = User.objects.get(reference=reference(self.run, key))
        return self._accounts[key]

    def key_of(self, user: User) -> str:
        return (user.reference or "").rpartition("-")[2]

    @property
    def acting(self) -> str:
        return ACTING[Role(self.run.part)]

    @cached_property
    def me(self) -> User:
        """The account that the practising person is inside."""
        return self.account(self.acting)

    @cached_property
    def town(self) -> Organization:
        return Organization.everywhere.get(practice_run=self.run, kind=OrganizationKind.MUNICIPALITY)

    @cached_property
    def companies(self) -> dict[str, Organization]:
        """{account key: company}, the simulated ones only."""
        rows = Membership.objects.filter(
            organization__practice_run=self.run, user__reference__in=[reference(self.run, key) for key in RIVALS]
        )
        return {self.key_of(row.user): row.organization for row in rows.select_related("user", "organization")}

    @property
    def pass_sentence(self) -> str:
        return case.PASS_SENTENCES[self.run.language]

    def tender(self) -> Tender | None:
        """The procedure that is practised: the first of the town."""
        return Tender.objects.filter(buyer__practice_run=self.run).select_related("buyer").order_by("pk").first()

    def speaks(self) -> translation.override:
        """What is written for the run is written in its language."""
        return translation.override(self.run.language)


def reference(run: PracticeRun, key: str) -> str:
    return f"practice-{run.pk}-{key}"


def profile_for(person: User, language: str) -> str:
    """A buyer's staff practises under its own kind of rules; others under those of the language they read."""
    with practice.inside(None):
        own = Organization.objects.filter(pk__in=person.role_table).exclude(kind=OrganizationKind.PROVIDER).first()
    if own is not None:
        return case.GENERIC if own.profile == case.GENERIC else case.GERMAN
    return case.GENERIC if language == "en" else case.GERMAN


def build(run: PracticeRun, profile: str) -> World:
    """Town, companies and the complete draft, inside the run and at its time."""
    world = World(run)
    with world.speaks():
        town = _town(world, profile)
        _companies(world, profile)
        _draft(world, town, profile)
    return world


def _town(world: World, profile: str) -> Organization:
    place = case.PLACES[profile]
    town = _organization(
        world.run, case.town_name(), OrganizationKind.MUNICIPALITY, case.reference(world.run.pk, world.run.language),
        profile=profile, country=place["country"], land=place["land"], time_zone=place["time_zone"],
        details={"award_competence": case.competence(with_council=world.run.part == Role.COUNCIL_MEMBER)},
    )  # fmt: skip
    for key, roles in STAFF.items():
        extra = (Role.OPENER,) if key == "officer" and world.run.part == Role.OFFICER else ()
        _account(world, key, town, (*roles, *extra))
    ContactUnit.objects.create(
        organization=town, name=str(town), email=practice.address("office", world.run.pk), hours="8–12"
    )
    first = "officer" if world.run.part == Role.OFFICER else "opener_1"
    group = OpeningGroup.objects.create(organization=town, needed=2)
    for key in (first, "opener_2", "opener_3"):
        opener = world.account(key)
        group.members.add(opener)
        bidding.create_opener_key(user=opener, pass_sentence=world.pass_sentence, at=clock.now())
    return town


def _companies(world: World, profile: str) -> None:
    place = case.PLACES[profile]
    named = list(zip(RIVALS, case.company_names(), strict=True))
    if world.run.part == Role.BIDDER:
        named.append(("bidder", case.own_company_name()))
    for number, (key, name) in enumerate(named, 1):
        company = _organization(
            world.run, name, OrganizationKind.PROVIDER, case.reference(world.run.pk, world.run.language, number),
            country=place["country"], land=place["land"], scale="small", default_vat_rate=place["vat"],
        )  # fmt: skip
        _account(world, key, company, (Role.BIDDER_ADMIN,) if key == "bidder" else (Role.BIDDER,))


def _organization(run: PracticeRun, name: str, kind: str, code: str, **fields: Any) -> Organization:
    organization = Organization(
        reference=code, name=name, kind=kind, practice_run=run, language=run.language, currency="EUR",
        email=practice.address("office", run.pk), **fields,
    )  # fmt: skip
    organization.full_clean()
    organization.save()
    with audit.in_transaction():
        data = {"reference": code, "practice": run.pk}
        audit.record(f"organization:{organization.pk}", "organization.created", actor=None, at=clock.now(), data=data)
    return organization


def _account(world: World, key: str, organization: Organization, roles: tuple[str, ...]) -> None:
    """Nobody can sign in as one of these: there is no password, and the address leads nowhere."""
    words = ", ".join(str(Role(role).label) for role in roles)
    name = organization.name if organization.kind == OrganizationKind.PROVIDER else words
    number = key.rpartition("_")[2] if "_" in key and name == words else ""
    user = User.objects.create_user(
        practice.address(key, world.run.pk),
        function=f"{name} {number}".strip(),
        reference=reference(world.run, key),
        language=world.run.language,
    )
    for role in roles:
        Membership.objects.create(user=user, organization=organization, role=role)


def _draft(world: World, town: Organization, profile: str) -> Tender:
    officer = world.account("officer")
    tender = tendering.create_tender(actor=officer, buyer=town, **case.fields(profile, world.run.language))
    key: dict[str, Any] = {"actor": officer, "tender_id": tender.pk}
    tendering.replace_lots(**key, lots=case.lots())
    tendering.replace_criteria(**key, criteria=case.criteria())
    tendering.set_evaluation(**key, spec=case.evaluation(profile))
    tendering.replace_required_documents(**key, documents=case.documents())
    dates = proposed_dates(tender, clock.now())
    tendering.update_tender(
        **key, expected_version=None,
        fields={
            "enquiry_period_end": dates.questions_end, "tender_period_end": dates.bids_end,
            "opening_planned_at": dates.opening, "bid_validity_end": dates.binding_until,
        },
    )  # fmt: skip
    return tender


def first_morning(now: datetime, place: Mapping[str, str]) -> datetime:
    """Nine o'clock of the next working day with no holiday in the weeks after it.

    A practice begins like a day at the office, and its first step is not about reasons for a period full of holidays.
    """
    zone = ZoneInfo(place["time_zone"])
    calendar = Calendar(country=place["country"], land=place.get("land", ""))
    day = now.astimezone(zone).date() + timedelta(days=1)
    while day.weekday() > 4 or _has_holiday(calendar, day):
        day += timedelta(days=1)
    return datetime.combine(day, time(9, 0), zone)


def _has_holiday(calendar: Calendar, first: date) -> bool:
    """Whether a day of the working week is free in the `QUIET_DAYS` from this day on."""
    days = (first + timedelta(days=number) for number in range(QUIET_DAYS))
    return any(day.weekday() < 5 and not calendar.is_working(day) for day in days)
