"""What the demo does not show: a platform with nothing in it, names as long as they may be, forms filled in wrongly."""

from typing import Any

from django.urls import reverse

from accounts import clock
from accounts.lifecycle import Role
from accounts.models import Membership, Organization, User
from tests.screens.samples import Shot

LONG = (
    "Donaudampfschifffahrtsgesellschaftskapitänsversorgungsleistungen einschließlich "
    "Verwaltungsgemeinschaftsübergreifender Dienstleistungsvermittlung "
    "für Grundstücksverkehrsgenehmigungen und Mehrwertsteuer"
)[:196]


def enrich() -> None:
    """What the demo does not have but a page needs; one that fails is named and the walk goes on without its pages."""
    for step in STEPS:
        try:
            step()
        except Exception as error:
            print(f"{step.__name__}: {type(error).__name__} {error}"[:300])


def _bid_in_preparation() -> None:
    """Some prices, one lot still open, two documents, of a bidder of the demo."""
    from bids import actions
    from tendering.models import Tender

    bidder, now = _with(Role.BIDDER), clock.now()
    company = Organization.objects.get(pk=_places(bidder)[0])
    open_now = Tender.objects.visible_to(bidder, now).with_status(now).filter(status_now="open")
    for tender in open_now.order_by("-pk")[:2]:
        draft = actions.start_draft(actor=bidder, company=company, tender_id=tender.pk)
        lots = {}
        for lot in tender.lots.all():
            prices = {item.ref: "12.50" for item in lot.items.all()}
            lots[lot.code] = {"unit_prices": prices, "answers": {}}
        content = {"vat_rate": "19", "mandatory": {}, "lots": lots}
        actions.save_draft(actor=bidder, draft_id=draft.pk, expected_version=draft.version, content=content)


def _questions_and_extension() -> None:
    from datetime import timedelta

    from tendering import actions
    from tendering.models import Tender
    from tests import factories

    town, company = factories.make_town(name="Stadt Fragenhausen"), factories.make_company(name="Fragt GmbH")
    tender: Tender = factories.open_tender(town, title="Pflege der Grünflächen")
    for text in ("Wie groß sind die Flächen?", "Darf an Feiertagen gearbeitet werden?"):
        actions.ask_question(actor=company.bidder, company=company.organization, tender_id=tender.pk, text=text)
    end = tender.tender_period_end
    assert end is not None
    actions.request_extension(
        actor=town.officer, tender_id=tender.pk, new_end=end + timedelta(days=7), reason="Anlage 3 wurde ersetzt."
    )
    actions.request_correction(
        actor=town.officer, tender_id=tender.pk, reason="Eine Fläche fehlte.", is_material=False,
        summary=f"{tender.summary} Auch die Wiese am Bach.",
    )  # fmt: skip


def _pilots_on_their_way() -> None:
    """One of each phase before the analysis, each in a town of its own."""
    from tests.pilots import trials

    for build, place in (
        (trials.draft, "Ahausen"), (trials.registered, "Bheim"), (trials.running, "Cdorf"), (trials.frozen, "Dstadt"),
    ):  # fmt: skip
        trial = build()
        Organization.objects.filter(pk=trial.town.organization.pk).update(name=f"Gemeinde {place}")


def _asked_bidders() -> None:
    """Missing papers asked for, a price asked about and answered."""
    from datetime import timedelta

    from evaluation import actions
    from tests.evaluation import builders

    case = builders.opened_case(title="Reinigung von zwei Schulen")
    case.tender.required_documents.create(name="Eigenerklärung", category="company_related")
    for name, price in (("B01", "1.00"), ("B02", "2.10"), ("B03", "2.20")):
        builders.add_bid(case, name, {"1.1": price, "1.2": "400.00"})
    _call(case, {"B01": "Sauber & Söhne GmbH", "B02": "Glanz AG", "B03": "Blitzblank eG"})
    paper = {"name": "Eigenerklärung", "category": "company_related", "status": "missing"}
    for name, bid in case.bids.items():
        findings = builders.fine(documents=[paper]) if name == "B03" else builders.fine()
        actions.record_formal_check(actor=case.town.officer, bid_id=bid.pk, findings=findings)
    due = clock.now() + timedelta(days=6)
    actions.request_supplement(
        actor=case.town.officer, bid_id=case.bids["B03"].pk, documents=["Eigenerklärung"], due_at=due
    )
    check = actions.ask_price(actor=case.town.officer, bid_id=case.bids["B01"].pk, lot_code="L1", due_at=due)
    actions.answer_price(actor=case.companies["B01"].bidder, check_id=check.pk, text="Unsere Maschinen sind abbezahlt.")


def _award_proposed() -> None:
    from evaluation import actions
    from tests.evaluation import builders

    case = builders.evaluated_case(title="Winterdienst auf Gehwegen")
    _call(case, {"B01": "Schneefrei GmbH", "B02": "Streugut eG"})
    lots = {"L1": case.bids["B02"].pk}
    actions.propose_award(actor=case.town.officer, tender_id=case.tender.pk, lots=lots, reason="Die meisten Punkte.")


def _equal_bids() -> None:
    from evaluation import actions
    from tests import factories
    from tests.evaluation import builders

    case = builders.opened_case(title="Papier und Toner", criteria=[], evaluation=factories.price_only())
    for name in ("B01", "B02"):
        builders.add_bid(case, name, {"1.1": "2.00", "1.2": "400.00"})
    _call(case, {"B01": "Papierhaus GmbH", "B02": "Bürowelt KG"})
    builders.check_all(case, B01=builders.fine(mandatory={}), B02=builders.fine(mandatory={}))
    actions.evaluate_tender(actor=case.town.officer, tender_id=case.tender.pk)


def _late_bid() -> None:
    """Opened by two; a bid that came a minute late waits for a decision."""
    from datetime import timedelta

    from tests import factories
    from tests.bids.bidding import at_deadline, content, open_all, submit

    with clock.simulated(clock.now() - timedelta(days=41)):
        town = factories.make_town(name="Stadt Spätingen")
        tender = factories.open_tender(town, title="Umzug des Bauamts")
        submit(factories.make_company(name="Pünktlich GmbH"), tender)
    with at_deadline(tender, minutes=1):
        submit(factories.make_company(name="Verspätet AG"), tender, content(price="3.0000"))
    open_all(town, tender)


def _person_invited() -> None:
    from accounts.actions.people_invitations import invite_person

    admin = _with(Role.ORG_ADMIN)
    invite_person(
        actor=admin, organization_id=_places(admin)[0], email="new.person@town.example", roles=["officer"],
        function="Sachbearbeitung", language="de",
    )  # fmt: skip


STEPS = (_bid_in_preparation, _questions_and_extension, _pilots_on_their_way, _asked_bidders, _award_proposed,
         _equal_bids, _late_bid, _person_invited)  # fmt: skip


def _call(case: Any, names: dict[str, str]) -> None:
    for key, name in names.items():
        Organization.objects.filter(pk=case.companies[key].organization.pk).update(name=name)


def build_empty() -> list[Shot]:
    """A town with its people and a company, the day after set-up: nothing published, nothing to do."""
    from tests import factories

    town, company = factories.make_town(), factories.make_company()
    place = town.organization
    people = {role: factories.make_user(place, role) for role in (Role.COUNCIL_MEMBER, Role.ORG_ADMIN, Role.REQUESTER)}
    nobody = (
        "start",
        "tender_list",
        "pilot_list",
        "results",
        "papers",
        "library",
        "directory",
        "demo_mail",
        "practice",
    )
    pages = [Shot(name, reverse(name)) for name in nobody]
    desks = {
        "officer": town.officer, "bidder": company.bidder, "evaluator": town.evaluators[0], "auditor": town.auditor,
        "council": people[Role.COUNCIL_MEMBER], "admin": people[Role.ORG_ADMIN], "requester": people[Role.REQUESTER],
        "opener": town.openers[0], "chair": town.chair, "stranger": factories.make_user(),
    }  # fmt: skip
    pages += [Shot(f"desk-{role}", reverse("desk"), user.pk) for role, user in desks.items()]
    for name, user in (
        ("mailbox", town.officer), ("subscriptions", company.bidder), ("bid_list", company.bidder),
        ("company_profile", company.bidder), ("desk_procedures", town.officer), ("audit_room", town.auditor),
        ("organizations", people[Role.ORG_ADMIN]), ("opener_keys", town.openers[0]), ("centre_help", town.officer),
        ("stand_ins", town.officer), ("undelivered", town.officer),
    ):  # fmt: skip
        pages.append(Shot(name, reverse(name), user.pk))
    return pages


def build_long() -> list[Shot]:
    """Titles, names and units of about 200 letters without a place to break them, and a tender of 40 lots."""
    from bids import actions as bidding
    from evaluation import actions as evaluating
    from tests import factories
    from tests.evaluation import builders
    from tests.pilots import trials

    town = factories.make_town(name=f"Stadt {LONG}"[:200])
    lots = [{**lot, "title": f"{lot['code']} {LONG}"[:200]} for lot in factories.default_lots(40)]
    wide = factories.open_tender(town, title=LONG, lots=lots, summary=f"{LONG}. " * 8, lot_waiver_reason="-")
    draft = factories.draft_tender(town, title=LONG, lots=lots[:12], lot_waiver_reason="-")
    prepared = factories.prepared_tender(town, title=LONG, lots=lots[:12])
    company = factories.make_company(name=f"{LONG} GmbH"[:200])
    own = bidding.start_draft(actor=company.bidder, company=company.organization, tender_id=wide.pk)
    case = builders.Case(town, factories.opened_tender(town, title=LONG))
    for number in range(8):
        builders.add_bid(case, f"B{number:02}", {"1.1": f"2.{number:02}", "1.2": "400.00"})
    builders.check_all(case)
    builders.score_and_close(case, {name: {"B1": str(9 - i), "B2": "6"} for i, name in enumerate(case.bids)})
    evaluating.evaluate_tender(actor=town.officer, tender_id=case.tender.pk)
    _rename([one.organization for one in case.companies.values()])
    award = case.bids["B00"]
    evaluating.propose_award(actor=town.officer, tender_id=case.tender.pk, lots={"L1": award.pk}, reason=LONG)
    trial = trials.analysed()
    type(trial.pilot).objects.filter(pk=trial.pilot.pk).update(title=LONG)
    _rename([trial.town.organization])
    pages = [Shot(name, reverse(name)) for name in ("start", "tender_list", "results", "pilot_list")]
    pages += [Shot("tender_detail", _at("tender_detail", wide)), Shot("pilot_detail", _at("pilot_detail", trial.pilot))]
    pages += [Shot("desk", reverse("desk"), town.officer.pk), Shot("help", f"{reverse('help')}?tender={wide.pk}")]
    for step in ("what", "how", "when", "publish"):
        pages.append(Shot(f"tender_edit_{step}", _at(f"tender_edit_{step}", draft), town.officer.pk))
    pages.append(Shot("tender_release", _at("tender_release", prepared), town.second.pk))
    for name in ("bid_draft", "bid_lots", "bid_documents", "bid_submit"):
        pages.append(Shot(name, _at(name, own), company.bidder.pk))
    pages.append(Shot("bid_list", reverse("bid_list"), company.bidder.pk))
    for name in ("evaluation", "evaluation_result", "checks", "evaluation_award"):
        pages.append(Shot(name, _at(name, case.tender), town.officer.pk))
    pages.append(Shot("evaluation_bid", reverse("evaluation_bid", args=[case.tender.pk, award.pk]), town.officer.pk))
    return pages


def _at(name: str, row: Any) -> str:
    return reverse(name, args=[row.pk])


def _rename(organizations: list[Organization]) -> None:
    for number, one in enumerate(organizations):
        Organization.objects.filter(pk=one.pk).update(name=f"{number} {LONG}"[:200])


def errors() -> list[Shot]:
    """Forms of the demo sent in empty or with what cannot be read; the pages that refuse."""
    officer, bidder, admin = _with(Role.OFFICER), _with(Role.BIDDER), _with(Role.ORG_ADMIN)
    from tendering.models import Tender

    now = clock.now()
    own = Tender.objects.with_status(now).filter(buyer__in=_places(officer))
    pages = [
        Shot(
            "account_login", reverse("account_login"), None, {"login": "nobody@nowhere.example", "password": "x"}, True
        ),
        Shot("account_signup", reverse("account_signup"), None, {}, True),
        Shot("account_reset_password", reverse("account_reset_password"), None, {"email": "no address"}, True),
        Shot("report_barrier", reverse("report_barrier"), None, {"email": "no address"}, True),
        Shot("not-found", "/tenders/999999/"),
        Shot("not-yours", reverse("opener_keys"), bidder.pk),
        Shot("tender_new", reverse("tender_new"), officer.pk, {}, True),
        Shot("pilot_new", reverse("pilot_new"), officer.pk, {}, True),
        Shot("tender_list", f"{reverse('tender_list')}?value_from=1.250&deadline_from=soon"),
        Shot("tender_list-nothing", f"{reverse('tender_list')}?q=xyzzy"),
        Shot("pilot_list-nothing", f"{reverse('pilot_list')}?q=xyzzy"),
        Shot("results-nothing", f"{reverse('results')}?year=1999"),
        Shot("theme_edit", reverse("theme_edit", args=[_places(admin)[0]]), admin.pk, {"accent": "#ffcc00"}, True),
        Shot("company_edit", reverse("company_edit"), bidder.pk, {"iban": "DE00"}, True),
    ]
    if found := own.filter(status_now="open").first():
        pages.append(Shot("tender_deadline", _at("tender_extend", found), officer.pk, {}, True))
        pages.append(Shot("tender_cancel", _at("tender_cancel", found), officer.pk, {}, True))
    if found := own.filter(status_now__in=["awarded", "evaluation"]).first():
        pages.append(Shot("not-now", _at("tender_extend", found), officer.pk))
    return pages


def _with(role: str) -> User:
    """A person of that role where most is going on."""
    held = Membership.objects.active(clock.now()).filter(role=role, stands_in_for=None, via=None)
    found = held.select_related("user").order_by("organization__reference").first()
    assert found is not None
    return found.user


def _places(user: User) -> list[int]:
    return list(user.memberships.active(clock.now()).values_list("organization", flat=True))
