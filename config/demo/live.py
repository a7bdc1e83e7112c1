"""Demo tenders in every phase, at times relative to now: open, closing soon, to be opened, drafted, cancelled, awarded.

`live.json` holds one object per tender: call, phase, minutes left until the deadline, bids with invented scores.
"""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts import clock
from accounts.models import User
from bids import actions as bidding
from config.demo.adoption import follow
from config.demo.people import People, pass_sentence
from config.demo.votes import hold_session
from evaluation import actions as evaluating
from tendering import actions as tendering
from tendering.models import ProcedureType, Tender

HERE = Path(__file__).resolve().parent
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
Json = dict[str, Any]
REACHED = ("draft", "prepared", "scheduled", "open", "closed", "evaluation", "awarded")


def live_tenders() -> list[Json]:
    found: list[Json] = json.loads((HERE / "live.json").read_text("utf-8"))
    return found


def play_live(data: Json, people: People, now: datetime) -> Tender:
    """One tender brought to its phase, through the ordinary actions, in one transaction."""
    with transaction.atomic():
        return LivePlay(data, people, now).run()


def deadline(now: datetime, minutes: int, time_zone: str) -> datetime:
    """As an office would set it: noon of a working day. What closes while somebody looks keeps its time."""
    end = _full_minute(now + timedelta(minutes=minutes))
    if abs(timedelta(minutes=minutes)) < 2 * DAY:
        return end
    noon = end.astimezone(ZoneInfo(time_zone)).replace(hour=12, minute=0)
    step = DAY if minutes > 0 else -DAY
    while noon.weekday() >= 5:
        noon += step
    return noon.astimezone(UTC)


class LivePlay:
    def __init__(self, data: Json, people: People, now: datetime) -> None:
        self.data, self.people, self.now = data, people, now
        self.buyer = people.buyer(data["buyer"])
        self.end = deadline(now, data["minutes_left"], self.buyer.time_zone)
        self.start = min(now, self.end) - 35 * DAY
        self.bids: list[Any] = []

    def run(self) -> Tender:
        phase = self.data["phase"]
        reached = REACHED.index("open" if phase == "cancelled" else phase)
        with clock.simulated(self.start):
            self._draft()
        if reached >= 1:
            self._at(self.start + DAY, self._prepare)
        if reached >= 2:
            self._at(self.start + 2 * DAY, self._release)
        if reached >= 3:
            self._questions_and_bids()
        if phase == "cancelled":
            self._at(self.end - DAY, self._cancel)
        if reached >= 5:
            self._open_and_evaluate()
        if reached >= 6:
            self._at(self.end + 7 * DAY, self._vote)
            self._at(self.end + 12 * DAY, self._award)
            self._deliver()
        return Tender.objects.get(pk=self.tender.pk)

    def _at(self, moment: datetime, act: Any) -> None:
        with clock.simulated(moment):
            act()

    def _who(self, role: str, nth: int = 0) -> User:
        found = User.objects.filter(memberships__organization=self.buyer, memberships__role=role).order_by("pk")
        return found[nth]

    def _draft(self) -> None:
        data, officer = self.data, self._who("officer")
        self.tender = tendering.create_tender(
            actor=officer,
            buyer=self.buyer,
            title=data["title"],
            reference=data["reference"],
            summary=data["summary"],
            life_situation=data["life_situation"],
            language=self.buyer.language,
            currency=self.buyer.currency,
            cpv_main=data["cpv_main"],
            procedure_type=self._procedure(),
            profile=self.buyer.profile,
            value=data["value"],
            contract_months=data["contract_months"],
            tender_period_end=self.end,
            enquiry_period_end=self.end - 5 * DAY,
            opening_planned_at=self.end + 15 * MINUTE,
            bid_validity_end=(self.end + 60 * DAY).date(),
            variants_allowed="variant_requirements" in data,
            variant_requirements=data.get("variant_requirements", ""),
            lot_waiver_reason=self._award_reason() if len(data["lots"]) > 1 else self._one_lot_reason(),
        )
        key: Json = {"actor": officer, "tender_id": self.tender.pk}
        tendering.replace_lots(**key, lots=data["lots"])
        tendering.replace_criteria(**key, criteria=data["criteria"])
        tendering.set_evaluation(**key, spec=self._spec())
        tendering.replace_required_documents(**key, documents=data["documents"])
        follow(officer, data["reference"], tender_id=self.tender.pk)

    def _procedure(self) -> ProcedureType:
        return ProcedureType.NATIONAL_PUBLIC if self.buyer.language == "de" else ProcedureType.OPEN

    def _spec(self) -> Json:
        vat = "19" if self.buyer.language == "de" else "23"
        return {
            "tie_chain": ["higher_performance", "lower_price", "draw_lots"],
            "estimate_vat_rate": vat,
            **self.data["spec"],
        }

    def _one_lot_reason(self) -> str:
        german = "Ein Los: die Schritte bauen aufeinander auf und brauchen einen Ansprechpartner."
        return german if self.buyer.language == "de" else "One lot: the steps build on each other and need one contact."

    def _prepare(self) -> None:
        reason = (
            "Für die Vorführung begründet." if self.buyer.language == "de" else "Reason given for the demonstration."
        )
        tendering.prepare_tender(actor=self._who("officer"), tender_id=self.tender.pk, reasons={"*": reason})

    def _release(self) -> None:
        approver = self._who("approver")
        later = self.now + DAY if self.data["phase"] == "scheduled" else None
        tendering.release_tender(actor=approver, tender_id=self.tender.pk, publish_at=later)

    def _questions_and_bids(self) -> None:
        for number, question in enumerate(self.data.get("questions", [])):
            self._at(self.start + (4 + number) * DAY, partial(self._question, question))
        for number, offer in enumerate(self.data["bids"]):
            latest = min(self.now, self.end)
            self._at(latest - DAY + number * 7 * MINUTE, partial(self._bid, offer))

    def _question(self, question: Json) -> None:
        company = self.people.provider(question["by"])
        asked = tendering.ask_question(
            actor=self.people.account(f"{question['by']}-account_1"),
            company=company,
            tender_id=self.tender.pk,
            text=question["text"],
        )
        tendering.answer_question(actor=self._who("officer"), question_id=asked.pk, text=question["answer"])

    def _bid(self, offer: Json) -> None:
        bidder = self.people.account(f"{offer['provider']}-account_1")
        number = offer.get("variant", 0)
        key: Json = {"actor": bidder, "company": self.people.provider(offer["provider"]), "tender_id": self.tender.pk}
        draft = bidding.start_draft(**key, variant=number)
        draft = bidding.save_draft(
            actor=bidder, draft_id=draft.pk, expected_version=draft.version, content=self._content(offer)
        )
        receipt = bidding.submit_bid(
            actor=bidder,
            draft_id=draft.pk,
            declarant=str(bidder),
            idempotency_key=f"{self.tender.reference}-{offer['provider']}-{number}",
        )
        self.bids.append(receipt.bid_id)

    def _content(self, offer: Json) -> Json:
        return {
            "vat_rate": offer["vat_rate"],
            "mandatory": {c["code"]: True for c in self.data["criteria"] if c["kind"] == "mandatory"},
            "lots": offer["lots"],
            "extra": {"documents": [d["name"] for d in self.data["documents"]]},
        }

    def _cancel(self) -> None:
        tendering.cancel_tender(actor=self._who("officer"), tender_id=self.tender.pk, **self.data["cancel"])

    def _open_and_evaluate(self) -> None:
        self._at(self.end - DAY / 2, self._declare)
        self._at(self.end + 15 * MINUTE, self._open)
        self._at(self.end + DAY, self._check)
        self._at(self.end + 5 * DAY, self._score)
        self._at(
            self.end + 6 * DAY, lambda: evaluating.evaluate_tender(actor=self._who("officer"), tender_id=self.tender.pk)
        )

    def _declare(self) -> None:
        people = {
            self._who("officer"),
            self._who("officer", 1),
            *(self._who("opener", n) for n in (0, 1)),
            *(self._who("evaluator", n) for n in range(3)),
            self._who("panel_chair"),
        }
        for person in sorted(people, key=lambda p: p.pk):
            tendering.declare_conflict(actor=person, tender_id=self.tender.pk, conflict=False)

    def _open(self) -> None:
        openers = [self._who("opener", n) for n in (0, 1)]
        session = bidding.start_opening(actor=openers[0], tender_id=self.tender.pk)
        for opener in openers:
            sentence = pass_sentence(opener.reference or "")
            bidding.release_pieces(actor=opener, session_id=session.pk, pass_sentence=sentence)

    def _check(self) -> None:
        officer = self._who("officer")
        mandatory = {c["code"]: True for c in self.data["criteria"] if c["kind"] == "mandatory"}
        documents = [{**d, "status": "provided"} for d in self.data["documents"]]
        findings = {
            "mandatory": mandatory,
            "documents": documents,
            "changed_documents": False,
            "grounds": [],
            "notes": [],
        }
        for bid_id in self.bids:
            evaluating.record_formal_check(actor=officer, bid_id=bid_id, findings=findings)
        evaluating.confirm_formal_check(actor=self._who("approver"), tender_id=self.tender.pk)
        evaluating.appoint_panel(
            actor=officer, tender_id=self.tender.pk, users=[self._who("evaluator", n) for n in range(3)]
        )

    def _score(self) -> None:
        for number in range(3):
            rows = [
                {
                    "bid_id": bid_id,
                    "lot": lot,
                    "criterion": code,
                    "value": values[number],
                    "comment": self._comment(values[number]),
                }
                for bid_id, offer in zip(self.bids, self.data["bids"], strict=True)
                for lot in offer["lots"]
                for code, values in offer["scores"].items()
            ]
            evaluator = self._who("evaluator", number)
            evaluating.give_scores(actor=evaluator, tender_id=self.tender.pk, scores=rows)
            evaluating.submit_scores(actor=evaluator, tender_id=self.tender.pk)
        evaluating.close_panel(actor=self._who("panel_chair"), tender_id=self.tender.pk)

    def _comment(self, value: str) -> str:
        strong = float(value) >= 8
        if self.buyer.language == "de":
            return (
                "Konkret und messbar, Konzept Seite 2."
                if strong
                else "Nachvollziehbar, Zahlen fehlen, Konzept Seite 2."
            )
        return "Concrete and measurable, concept page 2." if strong else "Plausible, figures missing, concept page 2."

    def _award_reason(self) -> str:
        german = "Wirtschaftlichstes Angebot nach der veröffentlichten Formel."
        return german if self.buyer.language == "de" else "Best value by the published formula."

    def _award(self) -> None:
        run = self.tender.evaluation_runs.latest()
        winners = {lot["lot_id"]: lot["winner"][0] for lot in run.result["lots"]}
        ids = dict(self.tender.bids.values_list("reference", "pk"))
        for winner in dict.fromkeys(winners.values()) if self.buyer.language == "de" else ():
            evaluating.record_register_query(actor=self._who("officer"), bid_id=ids[winner])
        approval = evaluating.propose_award(
            actor=self._who("officer"),
            tender_id=self.tender.pk,
            lots={lot: ids[ref] for lot, ref in winners.items()},
            reason=self._award_reason(),
        )
        evaluating.decide_award(actor=self._who("approver"), approval_id=approval.pk)

    def _vote(self) -> None:
        """The council's session four days later."""
        session = (clock.now() + 4 * DAY).astimezone(ZoneInfo(self.buyer.time_zone)).replace(hour=18, minute=0)
        english = self.buyer.language != "de"
        dissent = "Two members would have kept the service in the town's own office." if english else ""
        body = "Finance committee" if english else "Finanzausschuss"
        votes = {"yes": 21, "no": 2, "abstain": 1}
        item = "Item 7" if english else "TOP 7"
        hold_session(self.tender, self._who("officer"), session_at=session, body=body, votes=votes, item=item,
                     dissent=dissent)  # fmt: skip

    def _deliver(self) -> None:
        """Letters, contract after the standstill, its notice, two quarters of delivery, as far as time has passed."""
        officer, tender_id = self._who("officer"), self.tender.pk
        sent = self.end + 13 * DAY
        self._at(sent, lambda: evaluating.send_letters(actor=officer, tender_id=tender_id))
        signed = self.tender.standstills.latest().ends_at + timedelta(hours=10)
        if signed + timedelta(hours=2) > self.now:
            return
        for code in self.tender.lots.values_list("code", flat=True):
            act = partial(evaluating.sign_contract, actor=officer, tender_id=tender_id, lot_code=code,
                          number=f"V-{self.tender.reference}-{code}")  # fmt: skip
            self._at(signed, act)
        notice = partial(evaluating.publish_award_notice, actor=officer, tender_id=tender_id)
        self._at(signed + timedelta(hours=2), notice)
        for contract in self.tender.contracts.all():
            for number, entry in enumerate(self.data.get("delivered", [])):
                first = contract.starts_on + timedelta(days=61 * number)
                last = first + timedelta(days=60)
                at = datetime.combine(last + DAY, datetime.min.time(), ZoneInfo(self.buyer.time_zone)) + DAY / 2
                if at <= self.now:
                    self._at(at, partial(self._period, contract.pk, first, last, entry))

    def _period(self, contract_id: int, first: date, last: date, entry: Json) -> None:
        period = evaluating.record_period(
            actor=self._who("officer"), contract_id=contract_id, start=first, end=last,
            quantity=Decimal(entry["quantity"]), paid_net=Decimal(entry["paid_net"]), note=entry.get("note", ""),
            measured={code: Decimal(value) for code, value in entry["measured"].items()},
        )  # fmt: skip
        if text := entry.get("reply"):
            supplier = self.people.account(f"{period.contract.company.reference}-account_1")
            evaluating.reply_to_period(actor=supplier, period_id=period.pk, text=text)


def _full_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0) + MINUTE
