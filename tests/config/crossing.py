"""Two towns, two companies, marks planted in what is not for everybody, and who may read which of them.

`Crossing()` is town A with procedures in many states, town B, the companies Y (bids in A) and Z, a stranger, nobody.
A person is called by camp and role: "A officer", "Y", "stranger". `rows_of` says what the access table gives them.
"""

import contextlib
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from html import escape
from typing import Any
from urllib.parse import quote

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model
from django.test import Client
from django.urls import Resolver404, resolve

from accounts import clock, outbox
from accounts.lifecycle import Role
from accounts.models import Message, Organization, User
from bids import actions as bidding
from bids.actions import profile
from bids.models import Bid, Draft, OpenedDocument, Proof, Receipt
from bids.upload import seal_stream
from evaluation import actions as evaluating
from evaluation.actions import benchmark as bench
from evaluation.models import BenchmarkSet, Contract, Letter
from pilots import actions as piloting
from pilots.models import CouncilPaper, Pilot
from tendering import actions as tendering
from tendering.models import Tender
from tests import factories
from tests.bids import marks
from tests.bids.bidding import content, key, open_all
from tests.config.access_table import ANONYMOUS, BIDDER, FOREIGN, OTHER_BIDDER, STRANGER, TABLE
from tests.evaluation import builders
from tests.pilots import trials
from tests.pilots.papers import scenes
from tests.reports import pdf_text

ROLES = {
    "officer": Role.OFFICER, "approver": Role.APPROVER, "opener": Role.OPENER, "evaluator": Role.EVALUATOR,
    "chair": Role.PANEL_CHAIR, "auditor": Role.AUDITOR, "council": Role.COUNCIL_MEMBER, "requester": Role.REQUESTER,
    "admin": Role.ORG_ADMIN,
}  # fmt: skip
A, B = (tuple(f"{town} {role}" for role in ROLES) for town in "AB")
OUTSIDE = (*B, "Y", "Z", STRANGER, ANONYMOUS)
EVERYBODY = (*A, *OUTSIDE)


def of_a(*roles: str) -> frozenset[str]:
    return frozenset(f"A {role}" for role in roles)


FILE = of_a("officer", "approver", "auditor")
PANEL = of_a("evaluator", "chair")
COUNCIL = of_a("council")
# what is planted -> who may read it anywhere
MARKS: dict[str, frozenset[str]] = {
    marks.PRICE: frozenset({"Y"}),  # sealed: not even the office
    marks.TEXT: frozenset({"Y"}),
    marks.NAME: frozenset({"Y"}),
    marks.DECLARANT: frozenset({"Y"}),
    "Entwurf Zwetschge 77b1": frozenset({"Y"}),
    "Nachweis-Zwirn-77b1.pdf": frozenset({"Y"}),
    "Konzept-Zander-77b1.pdf": FILE | PANEL | of_a("opener") | {"Y"},  # opened
    "Befund Ziegel 77b1": FILE,
    "Kommentar Zaun 77b1": FILE | PANEL | COUNCIL,  # on the loser's bid
    "Lob Zebra 77b1": FILE | PANEL | COUNCIL | {"Y"},  # on Y's bid
    "Begruendung Zimt 77b1": FILE | PANEL | COUNCIL,
    "Haushaltshinweis Zobel 77b1": FILE | PANEL | COUNCIL,
    "Notiz Zinnober 77b1": COUNCIL,
    "Entwurf Zypresse 77b1": frozenset(A),
    "Versuch Zitrone 77b1": frozenset(A),
    "Frage Zirkus 77b1": FILE | frozenset(A) | {"Y"},
    "Nachricht Zeder 77b1": of_a("officer"),
    "Vergleich Zeisig 77b1": FILE,
    scenes.LOSER: FILE | PANEL | COUNCIL | of_a("opener"),
    scenes.PRICES[0]: FILE | PANEL | COUNCIL | of_a("opener"),
}


class Crossing:
    """Everything, built through the product's acts; `people` by name, None is nobody."""

    def __init__(self) -> None:
        self.a, self.b = factories.make_town(name="Stadt Ahorn"), factories.make_town(name="Stadt Birke", keys=False)
        self.y, self.z = factories.make_company(name="Yttrium GmbH"), factories.make_company(name="Zwieback AG")
        self.loser = factories.make_company(name=scenes.LOSER)
        self.people: dict[str, User | None] = {STRANGER: factories.make_user(), ANONYMOUS: None}
        for camp, town in (("A", self.a), ("B", self.b)):
            town.organization.details = {"council": "Council (20 seats)"}
            town.organization.save()
            for name, role in ROLES.items():
                self.people[f"{camp} {name}"] = factories.make_user(town.organization, role)
        self.a.officer, self.a.auditor = self._person("A officer"), self._person("A auditor")
        self.a.chair, self.a.evaluators[0] = self._person("A chair"), self._person("A evaluator")
        self.b.officer = self._person("B officer")
        self.people |= {"Y": self.y.bidder, "Z": self.z.bidder}
        for build in (self._sealed, self._opened, self._judged, self._awarded, self._drafts, self._trials, self._own):
            build()
        self._clients: dict[str, Client] = {}

    def client(self, person: str) -> Client:
        if person not in self._clients:
            client = self._clients[person] = Client(
                raise_request_exception=False, headers={"accept-language": "en", "host": "127.0.0.1"}
            )
            if user := self.people[person]:
                client.force_login(user)
        return self._clients[person]

    def _person(self, name: str) -> User:
        user = self.people[name]
        assert user is not None
        return user

    def _attach(self, draft: Draft, name: str) -> None:
        recipient = bidding.current_seal(draft.tender).recipient
        stored = seal_stream(io.BytesIO(b"%PDF-1.7 concept"), None, draft, recipient)
        bidding.attach_document(actor=self.y.bidder, draft_id=draft.pk, stored=stored, name=name, role="concept")

    def _hand_in(self, tender: Tender, body: dict[str, Any], name: str) -> None:
        draft = bidding.start_draft(actor=self.y.bidder, company=self.y.organization, tender_id=tender.pk)
        bidding.save_draft(actor=self.y.bidder, draft_id=draft.pk, expected_version=draft.version, content=body)
        self._attach(draft, name)
        bidding.submit_bid(
            actor=self.y.bidder, draft_id=draft.pk, declarant=body["declarant"], idempotency_key=key(), keep_copy=True
        )

    def _sealed(self) -> None:
        """Open, with a sealed bid of Y, a question nobody has answered, and a bid in preparation for another one."""
        tender = factories.open_tender(self.a, title="Briefe drucken")
        answers = {"B1": marks.TEXT, "B2": "Plan"}
        lot = {"unit_prices": {"1.1": "0", "1.2": marks.PRICE}, "stated_total": marks.PRICE, "answers": answers}
        self._hand_in(tender, content(declarant=marks.DECLARANT, lots={"L1": lot}), marks.NAME)
        ask = {"company": self.y.organization, "tender_id": tender.pk, "text": "Frage Zirkus 77b1"}
        tendering.ask_question(actor=self.y.bidder, **ask)
        other = factories.open_tender(self.a, title="Akten fahren")
        draft = bidding.start_draft(actor=self.y.bidder, company=self.y.organization, tender_id=other.pk)
        body = content("1.25", extra={"note": "Entwurf Zwetschge 77b1"})
        bidding.save_draft(actor=self.y.bidder, draft_id=draft.pk, expected_version=draft.version, content=body)

    def _opened(self) -> None:
        """The deadline has passed, two have opened the bid of Y with its document."""
        with clock.simulated(clock.now() - timedelta(days=41)):
            tender = factories.open_tender(self.a, title="Schulen putzen")
            self._hand_in(tender, content("1.75"), "Konzept-Zander-77b1.pdf")
        open_all(self.a, tender)
        factories.closed_tender(self.a, title="Wege streuen")

    def _evaluated(self, title: str) -> builders.Case:
        """Bids of the loser and of Y, who wins; scores with comments, a finding."""
        case = builders.Case(self.a, factories.opened_tender(self.a, title=title))
        builders.add_bid(case, "B01", scenes.LOSING_PRICES, company=self.loser)
        builders.add_bid(case, "B02", {"1.1": "2.20", "1.2": "500.00"}, company=self.y)
        ground = {"ground": "taxes", "decision": "keep", "reason": "Befund Ziegel 77b1"}
        builders.check_all(case, B01=builders.fine(grounds=[ground]))
        for evaluator in builders.seat_panel(case):
            lines = [
                {"bid_id": str(bid.pk), "lot": "L1", "criterion": code, "value": value,
                 "comment": comment}
                for bid, value, comment in (
                    (case.bids["B01"], "6", "Kommentar Zaun 77b1"), (case.bids["B02"], "10", "Lob Zebra 77b1"),
                )
                for code in ("B1", "B2")
            ]  # fmt: skip
            evaluating.give_scores(actor=evaluator, tender_id=case.tender.pk, scores=lines)
            evaluating.submit_scores(actor=evaluator, tender_id=case.tender.pk)
        evaluating.close_panel(actor=self.a.chair, tender_id=case.tender.pk)
        evaluating.evaluate_tender(actor=self.a.officer, tender_id=case.tender.pk)
        return case

    def _judged(self) -> None:
        """Evaluated, proposed, before the council, with a private note on the paper."""
        case = self._evaluated("Bäume schneiden")
        fields = scenes.fields(note="Haushaltshinweis Zobel 77b1")
        draft = piloting.draft_paper(actor=self.a.officer, tender_id=case.tender.pk, fields=fields)
        paper = piloting.issue_paper(actor=self.a.officer, paper_id=draft.pk)
        member = self._person("A council")
        piloting.note_paper(actor=member, paper_id=paper.pk, text="Notiz Zinnober 77b1")
        piloting.comment_paper(actor=member, paper_id=paper.pk, text="Was kostet der Wechsel?", is_question=True)
        self._propose(case)

    def _propose(self, case: builders.Case) -> Any:
        return evaluating.propose_award(
            actor=self.a.officer, tender_id=case.tender.pk, lots={"L1": case.bids["B02"].pk},
            reason="Begruendung Zimt 77b1",
        )  # fmt: skip

    def _awarded(self) -> None:
        """Awarded to Y, letters sent, contract signed."""
        case = self._evaluated("Fenster reinigen")
        evaluating.decide_award(actor=self.a.second, approval_id=self._propose(case).pk)
        evaluating.send_letters(actor=self.a.officer, tender_id=case.tender.pk)
        evaluating.sign_contract(actor=self.a.officer, tender_id=case.tender.pk, lot_code="L1")

    def _drafts(self) -> None:
        factories.draft_tender(self.a, title="Entwurf Zypresse 77b1")
        factories.prepared_tender(self.a, title="Entwurf Zypresse 77b1, zweiter")
        factories.draft_tender(self.b, title="Entwurf von Birke")

    def _trials(self) -> None:
        trials.draft(town=self.a, title="Versuch Zitrone 77b1")
        trials.analysed(town=self.a, title="Ein Schalter für alles")

    def _own(self) -> None:
        """A proof of Y, a message and a data set of A."""
        profile.add_proof(
            actor=self.y.admin, company_id=self.y.organization.pk, kind="liability_insurance",
            content=b"%PDF-1.7 proof", name="Nachweis-Zwirn-77b1.pdf",
        )  # fmt: skip
        officer = self._person("A officer")
        told = {"subject": "Nachricht Zeder 77b1", "body": "Nachricht Zeder 77b1"}
        outbox.tell(officer, key="crossing", at=clock.now(), **told)
        bench.save_set(
            actor=officer, owner=self.a.organization, title="Vergleich Zeisig 77b1", about="", source="survey",
            inputs=["hours"], outputs=["cases"],
            rows=[{"name": f"Amt {n}", "year": 2025, "values": {"hours": "9", "cases": "80"}} for n in range(4)],
        )  # fmt: skip


# --- what the access table gives a person at an address

# whose an object is: the field of the buyer's side, the field of the company's
OWNERS: dict[str, tuple[tuple[type[Model], tuple[str, ...]], ...]] = {
    "draft_id": ((Draft, ("company_id",)),),
    "receipt_id": ((Receipt, ("bid__company_id",)),),
    "proof_id": ((Proof, ("company_id",)),),
    "contract_id": ((Contract, ("tender__buyer_id", "company_id")),),
    "letter_id": ((Letter, ("tender__buyer_id", "company_id")),),
    "bid_id": ((Bid, ("tender__buyer_id", "company_id")), (Draft, ("company_id",))),
    "set_id": ((BenchmarkSet, ("owner_id",)),),
    "paper_id": ((CouncilPaper, ("municipality_id",)),),
    "pilot_id": ((Pilot, ("municipality_id",)),),
    "organization_id": ((Organization, ("pk",)),),
    "tender_id": ((Tender, ("buyer_id", "bids__company_id", "drafts__company_id")),),
    "document_id": ((OpenedDocument, ("bid__tender__buyer_id", "bid__company_id")),),
}


# what the table gives at a later moment than that it is tried at
LATER = {"moderation": frozenset({Role.OFFICER, Role.APPROVER, Role.AUDITOR})}
# pages that offer every company of the platform for choice
COMPANY_LISTS = ("pilot_new", "pilot_edit", "tender_invite")


class Rights:
    """What the access table gives each person of a crossing at an address."""

    def __init__(self, crossing: Crossing) -> None:
        self.crossing = crossing
        self._owners: dict[tuple[str, str], frozenset[int]] = {}
        self.places = {"A": crossing.a.organization.pk, "B": crossing.b.organization.pk}
        self.places |= {"Y": crossing.y.organization.pk, "Z": crossing.z.organization.pk}

    def permitted(self, person: str, name: str, arguments: dict[str, Any]) -> bool:
        """Named by the table: staff of the owner by their role, everybody else as somebody from elsewhere."""
        if "message_id" in arguments:
            user = self.crossing.people[person]
            return Message.objects.filter(pk=arguments["message_id"], recipient=user).exists() if user else False
        return self._label(person, arguments) in TABLE[name].who | LATER.get(name, frozenset())

    def may_learn(self, person: str, arguments: dict[str, Any]) -> bool:
        """Whether the person knows of the object anyway: a colleague, a party, or it is published for everybody."""
        owners, place = self.owners(arguments), self.places.get(person.partition(" ")[0])
        return not owners or place in owners or self._is_public(arguments)

    def _is_public(self, arguments: dict[str, Any]) -> bool:
        subject = next((name for name in OWNERS if name in arguments), "")
        visible: dict[str, Any] = {"tender_id": Tender, "pilot_id": Pilot, "paper_id": CouncilPaper}
        if subject not in visible:
            return False
        found = visible[subject].objects.visible_to(AnonymousUser(), clock.now())
        return bool(found.filter(pk=arguments[subject]).exists())

    def _label(self, person: str, arguments: dict[str, Any]) -> str:
        camp, _, role = person.partition(" ")
        if camp not in self.places:
            return person
        owners = self.owners(arguments)
        own = not owners or self.places[camp] in owners
        if camp in "YZ":
            return BIDDER if own else OTHER_BIDDER
        if own:
            return ROLES[role]
        return FOREIGN if role == "officer" else STRANGER

    def owners(self, arguments: dict[str, Any]) -> frozenset[int]:
        for name in OWNERS:
            if name in arguments:
                return self._of(name, arguments[name])
        return frozenset()

    def _of(self, name: str, value: Any) -> frozenset[int]:
        known = self._owners.get((name, str(value)))
        if known is None:
            found = [
                place
                for model, fields in OWNERS[name]
                for row in model._default_manager.filter(pk=value).values_list(*fields)
                for place in row
            ]
            known = self._owners[name, str(value)] = frozenset(filter(None, found)) or frozenset({-1})
        return known


def name_of(path: str) -> tuple[str, dict[str, Any]]:
    """The name of the address in the access table and its arguments; ("", {}) for what the table does not know."""
    try:
        match = resolve(path)
    except Resolver404:
        return "", {}
    name = match.url_name or ""
    return (name, match.kwargs) if name in TABLE and not match.namespaces else ("", {})


# --- what an answer says


def marks_in(answer: Any) -> list[str]:
    """The marks that stand in an answer: body, heads, what is packed in it."""
    data = readable(answer)
    return [mark for mark in MARKS if any(spelling in data for spelling in _spellings(mark))]


@cache
def _spellings(mark: str) -> tuple[bytes, ...]:
    """Sealed things in any spelling, all else as text, in JSON, HTML and addresses."""
    if mark == scenes.PRICES[0]:
        return tuple(price.encode() for price in scenes.PRICES[:3])
    if mark in marks.ALL:
        return tuple(dict.fromkeys(marks.spellings(mark)))
    return tuple({mark.encode(), json.dumps(mark)[1:-1].encode(), escape(mark).encode(), quote(mark).encode()})


def readable(answer: Any) -> bytes:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    heads = "\n".join(f"{name}: {value}" for name, value in answer.headers.items()).encode()
    return b"\n".join([heads, *_unpacked(body)])


def _unpacked(body: bytes) -> Iterator[bytes]:
    yield body
    if body.startswith(b"%PDF-") and b"/Kids" in body:
        with contextlib.suppress(ValueError, KeyError):
            yield " ".join(" ".join(pdf_text.pages(body)).split()).encode()
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            for entry in packed.namelist():
                yield entry.encode()
                yield from _unpacked(packed.read(entry))
