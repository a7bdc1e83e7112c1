"""A database in which every page has something to show, built of the factories: quicker than the demo.

`fill()` plays a town through every phase and adds what `states.enrich` adds to the demo, trials, council papers, a
library with its service centre, a company with proofs, what `after` plays, and mails whose secret links lead to pages
of their own.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from django.test import Client
from django.urls import Resolver404, resolve, reverse

from accounts import clock
from accounts.lifecycle import Role
from accounts.models import OutboxMessage, User
from tests import factories
from tests.config.test_access import World
from tests.screens import after, states
from tests.screens.samples import Shot
from tests.tendering.library import shelf
from tests.tendering.library.shelf import Centre

LINK = re.compile(r"https?://[^\s<>\"]+")
SECRET = {"account_reset_password_from_key", "subscription_confirm"}
PHASES = ("open", "draft", "prepared", "closed", "evaluated")


def fill() -> list[Shot]:
    """Everything; pages that samples cannot find: the desk of each role, a centre, what links in mails lead to."""
    world = World()
    for phase in PHASES:
        world.tender(phase)
    world.draft(), world.receipt()
    for step in states.STEPS:
        step()
    centre = _library()
    for own in (_trials, _papers, _bidding, _supplement, _people_on_the_move, _letters):
        own()
    people = {role: user for role, user in world.people.items() if user} | {"librarian": centre.librarian}
    desks = [Shot(f"desk of {role}", reverse("desk"), user.pk) for role, user in people.items()]
    return [*desks, *_centre_pages(centre), *_candidate_pages(), *_damaged(), *after.play(), *_secret_pages()]


def _library() -> Centre:
    """Three templates, one with a draft of the next version, a member of the centre, somebody on duty there."""
    from accounts.actions import duty
    from tendering.actions import library

    centre = shelf.make_centre(name="Servicezentrum Nord")
    versions = [shelf.publish(centre, code) for code in ("it-help-desk", "office-cleaning", "pilot-one-contact")]
    library.save_version(
        actor=centre.librarian, template_id=versions[0].template_id, content=versions[0].content, note="Next"
    )
    town = factories.make_town(name="Stadt Mitglied")
    admin = factories.make_user(town.organization, Role.ORG_ADMIN)
    duty.join_centre(actor=admin, municipality_id=town.organization.pk, centre_id=centre.organization.pk)
    factories.open_tender(town, title="Schulessen abrechnen")
    answer = _browser(town.officer).post(
        reverse("library_use", args=["it-help-desk"]), {"version": versions[0].number, "language": "de"}
    )
    assert answer.status_code == 302, answer.content
    return centre


def _centre_pages(centre: Centre) -> Iterator[Shot]:
    """What only people of a service centre have, and the member's ways out."""
    from accounts.actions import duty
    from accounts.models import CentreMember

    for name in ("centre", "library_new"):
        yield Shot(name, reverse(name), centre.librarian.pk)
    withdraw = reverse("library_withdraw", args=["it-help-desk"])
    yield Shot("library_withdraw", f"{withdraw}?version=1", centre.librarian.pk)
    town, today = CentreMember.objects.get().municipality, clock.now().date()
    admin = User.objects.get(memberships__organization=town, memberships__role=Role.ORG_ADMIN)
    row = duty.put_on_duty(
        actor=centre.officer, centre_id=centre.organization.pk, municipality_id=town.pk, user_id=centre.approver.pk,
        role=Role.APPROVER, first_day=today, last_day=today + timedelta(days=50),
    )  # fmt: skip
    yield Shot("centre_duty_end", reverse("centre_duty_end", args=[row.pk]), centre.officer.pk)
    yield Shot("centre_leave", reverse("centre_leave", args=[centre.organization.pk]), admin.pk)


def _damaged() -> Iterator[Shot]:
    """A bid whose file was gone when the others were opened."""
    from tests.bids.bidding import open_all
    from tests.bids.test_mending import Loss

    with clock.simulated(clock.now() - timedelta(days=60)):
        loss = Loss()
    open_all(loss.town, loss.tender)
    yield Shot("bid_damaged", reverse("bid_damaged", args=[loss.tender.pk, loss.bid.pk]), loss.town.officer.pk)


def _candidate_pages() -> Iterator[Shot]:
    """A call in preparation, one whose requests are scored, one that is decided."""
    from tests.evaluation import candidates

    town = factories.make_town(name="Stadt Aufruf")
    yield Shot("tender_call", reverse("tender_call", args=[candidates.draft_procedure(town).pk]), town.officer.pk)
    with clock.simulated(clock.now() - timedelta(days=50)):
        one = candidates.Procedure()
        company = one.apply("Bote und Sohn GmbH")
        one.open()
        done, companies = candidates.decided(Alpha=("9", "8"), Beta=("7", "7"), Gamma=("5", "6"))
    with one.after():
        one.check_all()
    call, officer = one.call.pk, one.town.officer.pk
    yield Shot("candidates", reverse("candidates", args=[call]), officer)
    yield Shot("candidate_points", reverse("candidate_points", args=[call, one.bid_of(company).pk]), officer)
    yield Shot("candidates decided", reverse("candidates", args=[done.call.pk]), done.town.officer.pk)
    for name in ("Alpha", "Gamma"):
        yield Shot("candidacy", reverse("candidacy", args=[done.call.pk]), companies[name].bidder.pk)


def _trials() -> None:
    """One asked to be co-signed, one with an analysis to confirm, one analysed and waiting for its decision."""
    from pilots import actions
    from tests.pilots import trials

    gate = (clock.now() + timedelta(days=90)).date().isoformat()
    asked, proposed, done = trials.draft(), trials.frozen(), trials.analysed()
    with clock.simulated(trials.BEFORE):
        actions.request_registration(
            actor=asked.requester,
            pilot_id=asked.pilot.pk,
            registration={**trials.REGISTRATION, "gate_date": gate},
        )
    with clock.simulated(trials.AFTER + timedelta(days=1)):
        actions.propose_analysis(actor=proposed.officer, pilot_id=proposed.pilot.pk)
    actions.draft_paper(
        actor=done.officer, pilot_id=done.pilot.pk,
        fields={"body": "Rat", "session_at": clock.now() + timedelta(days=9), "agenda_item": "5", "wording": "Ja."},
    )  # fmt: skip


def _papers() -> None:
    """One issued with a question and a note, one whose session was held, one in preparation."""
    from pilots import actions
    from tests.pilots.papers import scenes

    issued, held, draft = (scenes.evaluated(name=f"Stadt Rat {number}") for number in (1, 2, 3))
    paper = scenes.issued(issued)
    actions.comment_paper(actor=issued.council, paper_id=paper.pk, text="Was kostet der Wechsel?", is_question=True)
    actions.note_paper(actor=issued.council, paper_id=paper.pk, text="Nachfragen.")
    past = scenes.issued(held)
    with clock.simulated(past.session_at + timedelta(hours=3)):
        actions.record_vote(
            actor=held.officer, paper_id=past.pk, outcome="accepted", decided_at=past.session_at,
            votes_for=14, votes_against=3, abstentions=1,
        )  # fmt: skip
    scenes.drafted(draft)


def _bidding() -> None:
    """A bid for two lots with a sheet that was read, and a company with a proof."""
    from bids.actions import profile
    from tests.bids.pages.scene import Scene

    scene = Scene()
    scene.start()
    scene.choose("L1", "L2")
    scene.price("L1")
    sheet = scene.clara.get(scene.url("sheet.xlsx")).content
    from django.core.files.uploadedfile import SimpleUploadedFile

    answer = scene.clara.post(scene.url("sheet/"), {"sheet": SimpleUploadedFile("prices.xlsx", sheet)})
    assert answer.status_code == 302, answer.content
    profile.add_proof(
        actor=scene.company.admin, company_id=scene.company.organization.pk, kind="liability_insurance",
        content=b"%PDF-1.7 proof", name="insurance.pdf",
    )  # fmt: skip


def _supplement() -> None:
    """A paper that may be asked for and has not been."""
    from evaluation import actions
    from tests.evaluation import builders

    case = builders.opened_case(title="Gebäudereinigung der Kitas")
    case.tender.required_documents.create(name="Referenzen", category="company_related")
    builders.add_bid(case, "B01", {"1.1": "2.00", "1.2": "400.00"})
    paper = {"name": "Referenzen", "category": "company_related", "status": "missing"}
    actions.record_formal_check(
        actor=case.town.officer, bid_id=case.bids["B01"].pk, findings=builders.fine(documents=[paper])
    )


def _people_on_the_move() -> None:
    """A stand-in, a look of the town's own, somebody who asks to join a company."""
    from accounts.actions import people_stand_ins

    town, today = factories.make_town(name="Stadt Urlaub"), clock.now().date()
    factories.make_user(town.organization, Role.ORG_ADMIN)
    people_stand_ins.name_stand_in(
        actor=town.officer, organization_id=town.organization.pk, absent_id=town.officer.pk,
        stand_in_id=town.second.pk, roles=[Role.OFFICER], first_day=today, last_day=today + timedelta(days=5),
    )  # fmt: skip


def _letters() -> None:
    """What people ask for by mail: a new password, news of tenders."""
    from tendering.actions import watching

    user = factories.make_user(email="forgetful@town.example")
    Client().post(reverse("account_reset_password"), {"email": user.email})
    watching.ask_to_follow(email="reader@company.example", language="de", frequency="now")


def _secret_pages() -> Iterator[Shot]:
    """Pages that only a link in a mail leads to, one of each kind, as the recipient opens them."""
    from accounts import outbox
    from accounts.notices import off_address, off_token

    outbox.deliver()
    yield Shot("unsubscribe", urlsplit(off_address(off_token("daily", "1"))).path)
    seen: set[str] = set()
    for text in _texts():
        for link in LINK.findall(text):
            path = urlsplit(link.rstrip(".,)>")).path
            name = _name_of(path)
            if name in SECRET - seen:
                seen.add(name)
                yield Shot(name, path)


def _texts() -> Iterator[str]:
    from django.core import mail

    yield from (str(row.body) for row in OutboxMessage.objects.order_by("-pk"))
    yield from (str(letter.body) for letter in getattr(mail, "outbox", []))


def _name_of(path: str) -> str:
    try:
        return resolve(path).url_name or ""
    except Resolver404:
        return ""


def _browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
