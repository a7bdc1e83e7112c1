"""People and tenders for tests, built through the product's own acts. Moments are relative to the clock's present.

    town = make_town()                          a municipality with all roles, opening group and opener keys
    company = make_company()                    a provider with two bidders
    tender = open_tender(town)                  or draft_, prepared_, scheduled_, closed_, opened_, awarded_, cancelled_

Fields of a tender go in as keywords; `lots=` and `criteria=` replace the default lists of actions.replace_lots and
actions.replace_criteria; `evaluation=` the default rule. Everything a person needs to open is `PASS_SENTENCE`.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

from accounts import clock
from accounts.lifecycle import OrganizationKind, Role
from accounts.models import ContactUnit, Membership, OpenerKey, OpeningGroup, Organization, User

PASSWORD = "a-password-for-tests"
PASS_SENTENCE = "apfel brunnen feder garten hafen insel"
_numbers = count(1)


def make_organization(kind: str = OrganizationKind.MUNICIPALITY, **fields: Any) -> Organization:
    number = next(_numbers)
    letter = "P" if kind == OrganizationKind.PROVIDER else "M"
    defaults = {"reference": f"{letter}{number:03}", "name": f"{kind.title()} {number}", "land": "NW"}
    organization = Organization(kind=kind, **{**defaults, **fields})
    organization.full_clean()
    organization.save()
    return organization


def make_user(organization: Organization | None = None, *roles: str, **fields: Any) -> User:
    """A person with these roles in the organisation (any of accounts.lifecycle.Role)."""
    number = next(_numbers)
    house = "town" if organization is None or organization.kind != OrganizationKind.PROVIDER else organization.reference
    user = User.objects.create_user(fields.pop("email", f"person.{number}@{house.lower()}.example"), PASSWORD, **fields)
    for role in roles:
        assert organization is not None
        add_role(user, organization, role)
    return user


def add_role(user: User, organization: Organization, role: str) -> None:
    Membership.objects.create(user=user, organization=organization, role=role)
    user.__dict__.pop("role_table", None)


@dataclass
class Town:
    """A buyer with one person per role, a second officer who releases, and three openers with keys."""

    organization: Organization
    officer: User
    second: User
    openers: list[User]
    evaluators: list[User]
    chair: User
    auditor: User
    contact_unit: ContactUnit
    people: dict[str, User] = field(default_factory=dict)


@dataclass
class Company:
    """A provider with a bidder and a bidder administrator."""

    organization: Organization
    bidder: User
    admin: User


def make_town(*, openers: int = 3, needed: int = 2, keys: bool = True, **fields: Any) -> Town:
    organization = make_organization(**fields)
    town = Town(
        organization=organization,
        officer=make_user(organization, Role.OFFICER, function="Officer Anna"),
        second=make_user(organization, Role.OFFICER, Role.APPROVER, function="Officer Bernd"),
        openers=[make_user(organization, Role.OPENER, function=f"Opener {n}") for n in range(1, openers + 1)],
        evaluators=[make_user(organization, Role.EVALUATOR, function=f"Evaluator {n}") for n in (1, 2, 3)],
        chair=make_user(organization, Role.PANEL_CHAIR, function="Chair"),
        auditor=make_user(organization, Role.AUDITOR, function="Auditor"),
        contact_unit=ContactUnit.objects.create(
            organization=organization, name="Procurement office", email=f"office@{organization.reference}.example"
        ),
    )
    group = OpeningGroup.objects.create(organization=organization, needed=needed)
    group.members.set(town.openers)
    for opener in town.openers if keys else []:
        give_key(opener)
    return town


def give_key(opener: User) -> OpenerKey:
    """An opener key locked under PASS_SENTENCE."""
    public, locked = _key(str(opener.pk))
    return OpenerKey.objects.create(user=opener, public=public, locked=locked, created_at=clock.now())


@cache
def _key(opener_id: str) -> tuple[str, bytes]:
    from bids.sealing import lock_opener_key, new_opener_key

    public, secret = new_opener_key(opener_id)
    return public, lock_opener_key(secret, PASS_SENTENCE, work_factor=4)


def make_company(**fields: Any) -> Company:
    organization = make_organization(OrganizationKind.PROVIDER, **fields)
    return Company(
        organization,
        bidder=make_user(organization, Role.BIDDER, function="Bidder Clara"),
        admin=make_user(organization, Role.BIDDER_ADMIN),
    )


def default_lots(number: int = 1) -> list[dict[str, Any]]:
    """`number` lots L1, L2 … with two positions each."""
    return [
        {
            "code": f"L{n}",
            "title": f"Letters, part {n}",
            "cpv": "64112000",
            "value": "20000",
            "quantity_basis": "12 months",
            "reference_quantity": "10000",
            "reference_unit": "letter",
            "baseline_cost_per_case": "2.5000",
            "baseline_minutes_per_case": "6",
            "items": [
                {
                    "ref": f"{n}.1",
                    "text": "Letter up to 20 g",
                    "unit": "letter",
                    "quantity": "9000",
                    "price_decimals": 4,
                },
                {"ref": f"{n}.2", "text": "Setting up", "unit": "lump sum", "quantity": "1"},
            ],
        }
        for n in range(1, number + 1)
    ]


def default_criteria() -> list[dict[str, Any]]:
    """One requirement A1, two quality criteria B1 (60) and B2 (40)."""
    return [
        {"code": "A1", "kind": "mandatory", "name": "Liability insurance", "proof": "certificate"},
        {"code": "B1", "kind": "quality", "name": "Quality assurance", "weight": "60"},
        {"code": "B2", "kind": "quality", "name": "Transition", "weight": "40", "guide": {"8-10": "plan with weeks"}},
    ]


def efficiency_criteria() -> list[dict[str, Any]]:
    """As default_criteria, with B2 replaced by E1: a promised number of days, 5 days = 10 points, 20 days = 0."""
    return [
        *default_criteria()[:2],
        {
            "code": "E1",
            "kind": "efficiency",
            "name": "Days per case",
            "weight": "40",
            "unit": "days",
            "direction": "lower",
            "curve": [["5", "10"], ["20", "0"]],
        },
    ]


def price_only() -> dict[str, Any]:
    """A rule under which the lowest price wins."""
    from tendering.defaults import default_evaluation

    return {**default_evaluation("generic_en"), "method": "price_only", "weight_price": "1", "weight_quality": "0"}


def draft_tender(town: Town | None = None, **fields: Any) -> Any:
    """A complete draft: lots, items, criteria, rule, moments. Created at the present moment."""
    from tendering import actions

    town = town or make_town()
    now = clock.now()
    lots, criteria = fields.pop("lots", None), fields.pop("criteria", None)
    evaluation = fields.pop("evaluation", None)
    providers = fields.pop("invited", [])
    defaults = {
        "title": "Printing and delivery of letters",
        "summary": "The town sends tax letters. We look for somebody who prints and delivers them.",
        "life_situation": "taxes",
        "cpv_main": "64112000",
        "value": "20000",
        "contact_unit": town.contact_unit,
        "enquiry_period_end": now + timedelta(days=30),
        "tender_period_end": now + timedelta(days=40),
        "opening_planned_at": now + timedelta(days=40, minutes=15),
        "bid_validity_end": (now + timedelta(days=100)).date(),
    }
    tender = actions.create_tender(actor=town.officer, buyer=town.organization, **{**defaults, **fields})
    actions.replace_lots(actor=town.officer, tender_id=tender.pk, lots=default_lots() if lots is None else lots)
    actions.replace_criteria(
        actor=town.officer, tender_id=tender.pk, criteria=default_criteria() if criteria is None else criteria
    )
    if evaluation is not None:
        actions.set_evaluation(actor=town.officer, tender_id=tender.pk, spec=evaluation)
    if providers:
        actions.invite_providers(actor=town.officer, tender_id=tender.pk, providers=providers)
    tender.refresh_from_db()
    return tender


def prepared_tender(town: Town | None = None, **fields: Any) -> Any:
    """Handed over for release by the officer."""
    from tendering import actions

    town = town or make_town()
    tender = draft_tender(town, **fields)
    return actions.prepare_tender(actor=town.officer, tender_id=tender.pk, reasons={"*": "checked in the test"})


def scheduled_tender(town: Town | None = None, *, publish_in: timedelta = timedelta(days=1), **fields: Any) -> Any:
    """Released by the second officer, published later."""
    from tendering import actions

    town = town or make_town()
    tender = prepared_tender(town, **fields)
    return actions.release_tender(actor=town.second, tender_id=tender.pk, publish_at=clock.now() + publish_in)


def open_tender(town: Town | None = None, **fields: Any) -> Any:
    """Published now; bids are taken for 40 days (or until `tender_period_end`)."""
    from tendering import actions

    town = town or make_town()
    tender = prepared_tender(town, **fields)
    return actions.release_tender(actor=town.second, tender_id=tender.pk)


def closed_tender(town: Town | None = None, **fields: Any) -> Any:
    """Published 41 days ago, the deadline passed a day ago, nothing opened."""
    with clock.simulated(clock.now() - timedelta(days=41)):
        return open_tender(town, **fields)


def opened_tender(town: Town | None = None, *, at: datetime | None = None, **fields: Any) -> Any:
    """Marked as opened without bids; tests that need opened bids go through bids.actions."""
    from accounts.audit import in_transaction
    from tendering import actions

    tender = closed_tender(town, **fields)
    with in_transaction():
        actions.mark_opened(tender, at or clock.now())
    return tender


def awarded_tender(town: Town | None = None, **fields: Any) -> Any:
    from accounts.audit import in_transaction
    from tendering import actions

    tender = opened_tender(town, **fields)
    with in_transaction():
        for lot in tender.lots.all():
            actions.record_lot_outcome(lot=lot, kind="awarded", at=clock.now())
        actions.mark_awarded(tender, clock.now())
    return tender


def cancelled_tender(town: Town | None = None, **fields: Any) -> Any:
    from tendering import actions

    town = town or make_town()
    tender = open_tender(town, **fields)
    return actions.cancel_tender(
        actor=town.officer, tender_id=tender.pk, ground="other_serious_reason", reason="The need has gone."
    )
