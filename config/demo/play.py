"""Play a tender case through the ordinary actions, each act by its own account at its own time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction

from accounts import clock
from accounts.models import User
from bids import actions as bidding
from config.demo.adoption import follow
from config.demo.case_checks import end_of_day, moment
from config.demo.case_files import Case
from config.demo.openers import STORIES, Envelope, envelope_for
from config.demo.people import People, pass_sentence
from config.demo.votes import hold_session
from evaluation import actions as evaluating
from evaluation.models import EvaluationRun
from tendering import actions as tendering
from tendering.models import ProcedureType, Tender

Json = dict[str, Any]
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PROCEDURES = {
    "open": ProcedureType.OPEN,
    "restricted": ProcedureType.RESTRICTED,
    "public_tender": ProcedureType.NATIONAL_PUBLIC,
    "public_tender_statute": ProcedureType.NATIONAL_PUBLIC,
    "restricted_with_call": ProcedureType.NATIONAL_RESTRICTED_WITH_CALL,
    "restricted_without_call": ProcedureType.NATIONAL_RESTRICTED_WITHOUT_CALL,
    "direct_order": ProcedureType.DIRECT_ORDER,
}
PROFILES = {"VgV": "eu_vgv", "UVgO": "uvgo_land", "NRW_75a": "nw_75a", "national": "sn_vol_a", "generic": "generic_en"}


def procedure_type(procedure: str, regime: str) -> ProcedureType:
    """The code name of a procedure; negotiated ones exist under EU and under national law."""
    if procedure in PROCEDURES:
        return PROCEDURES[procedure]
    name = procedure.upper() if regime == "VgV" else "NATIONAL_" + procedure.upper()
    return ProcedureType[name]


@dataclass(frozen=True, slots=True)
class Step:
    at: datetime
    act: Callable[[], Any]


@dataclass
class TenderPlay:
    """One case on its way; `tender` and `bids` exist once their steps have run."""

    case: Case
    people: People
    baselines: Json = field(default_factory=dict)
    tender: Tender = field(init=False)
    bids: dict[str, Any] = field(default_factory=dict)
    envelope: Envelope | None = None

    def __post_init__(self) -> None:
        self.data = self.case.files["tender.json"]
        self.offers = self.case.files["bids.json"]["bids"]
        self.scores = self.case.files["scores.json"]
        self.buyer = self.people.buyer(self.data["buyer_id"])
        self.process, self.line = self.data["process"], self.data["timeline"]
        self.present = clock.now()

    def run(self, *, award: bool = False) -> Tender:
        """Everything up to the evaluation, in the order of time; with `award` up to the awarded lots."""
        steps = [*self._publication(), *self._questions(), *self._declarations(), *self._offers(), *self._openings()]
        steps += [*self._formal_check(), *self._clarifications(), *self._panel(), *self._evaluation()]
        if award:
            steps += self._award()
        with transaction.atomic():
            for step in sorted(steps, key=lambda s: s.at):
                with clock.simulated(step.at):
                    step.act()
        return Tender.objects.get(pk=self.tender.pk)

    def _who(self, reference: str) -> User:
        return self.people.account(reference)

    # -- the call -----------------------------------------------------------------------------------------------
    def _publication(self) -> list[Step]:
        release = self.process["release"]
        prepared, released = moment(release["prepared_at"]), moment(release["released_at"])
        return [
            Step(prepared - MINUTE, lambda: self._draft(self._who(release["prepared_by"]))),
            Step(
                prepared,
                lambda: tendering.prepare_tender(
                    actor=self._who(release["prepared_by"]), tender_id=self.tender.pk, reasons={"*": "imported case"}
                ),
            ),
            Step(
                released,
                lambda: tendering.release_tender(
                    actor=self._who(release["released_by"]),
                    tender_id=self.tender.pk,
                    publish_at=moment(self.line["published_at"]),
                ),
            ),
        ]

    def _draft(self, officer: User) -> None:
        self.envelope = envelope_for(self.case.reference, self.people, self.buyer)
        self.tender = tendering.create_tender(
            actor=officer, buyer=self.buyer, title=self.data["title"], reference=self.data["id"], **self._fields()
        )
        key: Json = {"actor": officer, "tender_id": self.tender.pk}
        tendering.replace_lots(**key, lots=[self._lot(lot) for lot in self.data["lots"]])
        tendering.replace_criteria(**key, criteria=[_criterion(c) for c in self.data["criteria"]])
        tendering.set_evaluation(**key, spec=evaluation_spec(self.data["evaluation"]))
        tendering.replace_required_documents(**key, documents=self.data["required_documents"])
        follow(officer, self.data["id"], tender_id=self.tender.pk)
        if invited := self.data.get("invited_providers"):
            tendering.invite_providers(**key, providers=[self.people.provider(reference) for reference in invited])

    def _fields(self) -> Json:
        data, rules, line = self.data, self.data["lot_rules"], self.line
        first = (data.get("rounds") or [{}])[0]
        return {
            "summary": data.get("summary", "") or self.baselines.get("summary", ""),
            "life_situation": self.baselines.get("life_situation", "town_hall"),
            "language": self.buyer.language,
            "currency": self.buyer.currency,
            "cpv_main": data["cpv_main"],
            "cpv_additional": data["cpv_additional"],
            "procedure_type": procedure_type(data["procedure"], data["regime"]),
            "profile": PROFILES[data["regime"]],
            "legal_basis": data["legal_basis"],
            "value": data["estimated_value_net"],
            "contract_months": data["contract_months"],
            "option_months": data["option_months"],
            "is_framework": data["framework"],
            "max_lots_bid": rules["max_lots_bid_per_bidder"],
            "max_lots_awarded": rules["max_lots_awarded_per_bidder"],
            "allocation_rule": rules["allocation_rule"],
            "combination_discounts_allowed": rules["combination_discounts_allowed"],
            "lot_waiver_reason": data["lot_waiver_reason"] or "",
            "supplementation_allowed": data["supplementation_allowed"],
            "variants_allowed": data["variants_allowed"],
            "subcontracting_allowed": data["subcontracting_allowed"],
            "timeline": line,
            "council": data["council"],
            "enquiry_period_end": end_of_day(line["clarification_deadline"]),
            "tender_period_end": moment(first.get("submission_deadline") or line["submission_deadline"]),
            "opening_planned_at": moment(first.get("opening_at") or line["opening_at"]),
            "bid_validity_end": line["binding_until"],
            "imported": True,
        }

    def _lot(self, lot: Json) -> Json:
        extra = self.baselines.get("lots", {}).get(lot["id"], {})
        items = [
            {
                "ref": item["pos"],
                "text": item["text"],
                "unit": item["unit"],
                "quantity": item["qty"],
                "price_decimals": item["price_decimals"],
                "is_optional": item["optional"],
                "in_evaluation": item["in_evaluation"],
                "essential": item["essential"],
            }
            for item in lot["price_sheet"]
        ]
        return {
            "code": lot["id"],
            "title": lot["title"],
            "cpv": lot["cpv"],
            "value": lot["estimated_value"],
            "quantity_basis": lot["quantity_basis"],
            "items": items,
            **extra,
        }

    # -- questions and declarations -----------------------------------------------------------------------------
    def _questions(self) -> list[Step]:
        steps: list[Step] = []
        for entry in self.data["clarifications"]:
            steps.append(Step(moment(entry["asked_at"]), partial(self._ask, entry)))
        return steps

    def _ask(self, entry: Json) -> None:
        company = self.people.provider(entry["asked_by"])
        asker = self._who(f"{entry['asked_by']}-account_1")
        question = tendering.ask_question(
            actor=asker, company=company, tender_id=self.tender.pk, text=entry["question"]
        )
        if entry.get("answered_at"):
            with clock.simulated(moment(entry["answered_at"])):
                officer = self._who(entry["answered_by"])
                tendering.answer_question(actor=officer, question_id=question.pk, text=entry["answer"])

    def _declarations(self) -> list[Step]:
        entries = self.process["conflict_declarations"]
        return [Step(moment(entry["declared_at"]), partial(self._declare, entry)) for entry in entries]

    def _declare(self, entry: Json) -> None:
        person = self._who(entry["account_id"])
        tendering.declare_conflict(actor=person, tender_id=self.tender.pk, conflict=entry["conflict"])

    # -- bids ---------------------------------------------------------------------------------------------------
    def _offers(self) -> list[Step]:
        steps: list[Step] = []
        for index, offer in enumerate(self.offers, 1):
            for at, lot_bids in _versions(offer):
                steps.append(Step(at, partial(self._submit, offer, index, lot_bids)))
            if offer["withdrawn_at"]:
                steps.append(Step(moment(offer["withdrawn_at"]), partial(self._withdraw, offer)))
            if (offer.get("late_decision") or {}).get("outcome") == "admitted":
                steps += self._late(offer)
        return steps

    def _submit(self, offer: Json, index: int, lot_bids: list[Json]) -> None:
        bidder = self._who(offer["submitted_by"])
        receipt = bidding.submit_manifest(
            actor=bidder,
            company=self.people.provider(offer["provider_id"]),
            tender_id=self.tender.pk,
            content=bid_content(offer, index, lot_bids, self.data),
            declarant=str(bidder),
            idempotency_key=f"{self.tender.pk}-{offer['id']}-{clock.now().isoformat()}",
        )
        self.bids[offer["id"]] = receipt.bid_id

    def _withdraw(self, offer: Json) -> None:
        bidding.withdraw_bid(
            actor=self._who(offer["submitted_by"]),
            bid_id=self.bids[offer["id"]],
            idempotency_key=f"{self.tender.pk}-{offer['id']}-withdraw",
        )

    def _late(self, offer: Json) -> list[Step]:
        decision = offer["late_decision"]
        return [
            Step(moment(decision["decided_at"]), lambda: self._admit(offer)),
            Step(moment(decision["opened_at"]), lambda: self._open_late(offer)),
        ]

    def _admit(self, offer: Json) -> None:
        decision, bid_id = offer["late_decision"], self.bids[offer["id"]]
        bidding.admit_late_bid(actor=self._who(decision["decided_by"]), bid_id=bid_id, reason=decision["reason"])
        bidding.confirm_late_decision(actor=self._who(decision["second_person"]), bid_id=bid_id)

    def _open_late(self, offer: Json) -> None:
        openers = [self._who(reference) for reference in offer["late_decision"]["opened_by"]]
        session = bidding.start_late_opening(actor=openers[0], bid_id=self.bids[offer["id"]])
        self._release_all(session.pk, openers)

    def _release_all(self, session_id: Any, openers: list[User]) -> None:
        for opener in openers:
            bidding.release_pieces(
                actor=opener, session_id=session_id, pass_sentence=pass_sentence(opener.reference or "")
            )

    # -- opening ------------------------------------------------------------------------------------------------
    def _openings(self) -> list[Step]:
        openings = self.process["openings"]
        steps = [Step(moment(entry["opened_at"]), partial(self._open, entry)) for entry in openings]
        for entry, following in zip(openings, (self.data.get("rounds") or [])[1:], strict=False):
            steps.append(Step(moment(entry["opened_at"]) + MINUTE, partial(self._next_round, following)))
        if self.case.reference in STORIES:
            steps.append(Step(moment(openings[-1]["opened_at"]) + 2 * HOUR, self._new_envelope))
        return steps

    def _open(self, entry: Json) -> None:
        openers = [self._who(reference) for reference in entry["persons"]]
        for opener in openers:  # openers named late in the file declare on the spot
            if not self.tender.conflict_declarations.filter(user=opener).exists():
                tendering.declare_conflict(actor=opener, tender_id=self.tender.pk, conflict=False)
        session = bidding.start_opening(actor=openers[0], tender_id=self.tender.pk)
        if self.envelope is not None:
            self.envelope.open(self.tender)
        with_own_key = openers if self.envelope is None else openers[1:]
        self._release_all(session.pk, with_own_key)

    def _new_envelope(self) -> None:
        """A used recovery key goes into no new seal: the keeper makes another one."""
        envelope_for(self.case.reference, self.people, self.buyer)

    def _next_round(self, following: Json) -> None:
        tendering.start_next_round(
            actor=self._who(self.process["release"]["prepared_by"]),
            tender_id=self.tender.pk,
            new_end=moment(following["submission_deadline"]),
            opening_planned_at=moment(following["opening_at"]),
        )

    # -- formal check, clarifications, panel --------------------------------------------------------------------
    def _formal_check(self) -> list[Step]:
        check = self.process["formal_check"]
        at = moment(check["checked_at"])
        steps = [Step(max(at, self._after_late_openings()), lambda: self._check_all(self._who(check["checked_by"])))]
        for offer in self._opened_offers():
            for document in offer["documents"]:
                if request := document.get("supplement"):
                    steps += self._supplement(offer, document["name"], request)
        last = max([moment(check["confirmed_at"]), *(step.at for step in steps)])
        steps.append(
            Step(
                last + MINUTE,
                lambda: evaluating.confirm_formal_check(
                    actor=self._who(check["second_person"]), tender_id=self.tender.pk
                ),
            )
        )
        return steps

    def _after_late_openings(self) -> datetime:
        return max(
            [
                moment(o["late_decision"]["opened_at"]) + MINUTE
                for o in self.offers
                if (o.get("late_decision") or {}).get("opened_at")
            ],
            default=moment(self.line["opening_at"]) + MINUTE,
        )

    def _opened_offers(self) -> list[Json]:
        deadline = moment(self.line["submission_deadline"])
        return [
            o
            for o in self.offers
            if not o["withdrawn_at"] and (moment(o["received_at"]) < deadline or o["late_not_attributable"])
        ]

    def _check_all(self, officer: User) -> None:
        for offer in self._opened_offers():
            evaluating.record_formal_check(
                actor=officer, bid_id=self.bids[offer["id"]], findings=formal_findings(offer)
            )

    def _supplement(self, offer: Json, name: str, request: Json) -> list[Step]:
        officer = request.get("requested_by") or self.process["formal_check"]["checked_by"]
        steps = [
            Step(
                moment(request["requested_at"]),
                lambda: evaluating.request_supplement(
                    actor=self._who(officer),
                    bid_id=self.bids[offer["id"]],
                    documents=[name],
                    due_at=moment(request["due_at"]),
                ),
            )
        ]
        if request.get("received_at"):
            steps.append(
                Step(
                    moment(request["received_at"]),
                    lambda: evaluating.record_supplement(
                        actor=self._who(officer),
                        bid_id=self.bids[offer["id"]],
                        document=name,
                        received_at=moment(request["received_at"]),
                    ),
                )
            )
        return steps

    def _clarifications(self) -> list[Step]:
        return [
            Step(moment(entry["asked_at"]), partial(self._ask_price, offer, entry))
            for offer in self.offers
            for entry in offer["price_clarifications"]
        ]

    def _ask_price(self, offer: Json, entry: Json) -> None:
        check = evaluating.ask_price(
            actor=self._who(entry["asked_by"]),
            bid_id=self.bids[offer["id"]],
            lot_code=entry["lot_id"],
            due_at=moment(entry["due_at"]),
        )
        if entry.get("answered_at"):
            with clock.simulated(moment(entry["answered_at"])):
                evaluating.answer_price(actor=self._who(offer["submitted_by"]), check_id=check.pk, text=entry["reason"])
        if entry.get("decided_at"):
            with clock.simulated(moment(entry["decided_at"])):
                evaluating.decide_price(
                    actor=self._who(entry["decided_by"]),
                    check_id=check.pk,
                    outcome=entry["outcome"],
                    reason=entry["reason"],
                )
                evaluating.confirm_price(actor=self._who(entry["second_person"]), check_id=check.pk)

    def _panel(self) -> list[Step]:
        officer = self.process["formal_check"]["checked_by"]
        members = [entry["account_id"] for entry in self.scores["submissions"]]
        start = moment(self.line["opening_at"]) + 3 * MINUTE
        steps = [
            Step(
                start,
                lambda: evaluating.appoint_panel(
                    actor=self._who(officer), tender_id=self.tender.pk, users=[self._who(member) for member in members]
                ),
            )
        ]
        for entry in self.scores["submissions"]:
            steps.append(Step(moment(entry["submitted_at"]), partial(self._hand_in, entry["account_id"])))
        for record in self.scores["records"]:
            if record.get("consensus") is not None:
                steps.append(Step(moment(record["consensus_at"]), partial(self._agree, record)))
        lock = self.scores["lock"]
        steps.append(
            Step(
                moment(lock["locked_at"]),
                lambda: evaluating.close_panel(actor=self._who(lock["locked_by"]), tender_id=self.tender.pk),
            )
        )
        return steps

    def _hand_in(self, member: str) -> None:
        rows = [
            {
                "bid_id": self.bids[record["bid_id"]],
                "lot": record["lot_id"],
                "criterion": record["criterion_id"],
                "value": record["scores"][member],
                "comment": record["comments"][member],
            }
            for record in self.scores["records"]
            if member in record["scores"]
        ]
        evaluating.give_scores(actor=self._who(member), tender_id=self.tender.pk, scores=rows)
        evaluating.submit_scores(actor=self._who(member), tender_id=self.tender.pk)

    def _agree(self, record: Json) -> None:
        evaluating.set_consensus(
            actor=self._who(record["moderated_by"]),
            bid_id=self.bids[record["bid_id"]],
            lot_code=record["lot_id"],
            criterion_code=record["criterion_id"],
            value=record["consensus"],
            reason=record["consensus_reason"],
        )

    # -- result -------------------------------------------------------------------------------------------------
    def _evaluation(self) -> list[Step]:
        moments = [self.scores["lock"]["locked_at"], self.process["formal_check"]["confirmed_at"]]
        moments += [e["decided_at"] for o in self.offers for e in o["price_clarifications"] if e.get("decided_at")]
        moments += [
            d["supplement"]["due_at"] for o in self._opened_offers() for d in o["documents"] if d.get("supplement")
        ]
        at = max([moment(text) for text in moments] + [self._after_late_openings()]) + 5 * MINUTE
        officer = self.process["formal_check"]["checked_by"]
        return [Step(at, lambda: self._evaluate(self._who(officer)))]

    def _evaluate(self, officer: User) -> EvaluationRun:
        return evaluating.evaluate_tender(actor=officer, tender_id=self.tender.pk)

    def _award(self) -> list[Step]:
        proposal, award = self.process.get("award_proposal"), self.process.get("award")
        steps = [Step(moment(draw["drawn_at"]), partial(self._draw, draw)) for draw in self.process.get("draws", [])]
        if proposal and award and award["lots"]:
            steps += self._before_award(award)
            steps.append(Step(moment(proposal["at"]), lambda: self._decide(proposal, award)))
            steps += self._after_award(award)
        return steps

    def _before_award(self, award: Json) -> list[Step]:
        """The register is asked about each winner; the council votes on the paper."""
        steps, query, council = [], self.process.get("register_query"), self.process.get("council")
        for bid_id in dict.fromkeys(entry["bid_id"] for entry in award["lots"]) if query else ():
            steps.append(Step(moment(query["at"]), partial(self._ask_register, query["by"], bid_id)))
        if council:
            officer = self.process["award_proposal"]["by"]
            issued = moment(self.process["award_proposal"]["at"]) - 30 * MINUTE
            steps.append(Step(issued, lambda: self._vote(self._who(officer), council)))
        return steps

    def _ask_register(self, by: str, bid_id: str) -> None:
        evaluating.record_register_query(actor=self._who(by), bid_id=self.bids[bid_id])

    def _vote(self, officer: User, council: Json) -> None:
        hold_session(self.tender, officer, session_at=moment(council["session_at"]), body=council["body"],
                     votes=council["votes"])  # fmt: skip

    def _after_award(self, award: Json) -> list[Step]:
        """Letters, and the contracts of lots whose day of signing has passed."""
        steps, letters, contract = [], self.process.get("bidder_information"), self.process.get("contract")
        if letters and moment(letters["sent_at"]) <= self.present:
            steps.append(
                Step(
                    moment(letters["sent_at"]),
                    lambda: evaluating.send_letters(actor=self._who(letters["sent_by"]), tender_id=self.tender.pk),
                )
            )
        if letters and contract and moment(contract["signed_at"]) <= self.present:
            steps += [
                Step(moment(contract["signed_at"]), partial(self._sign, letters["sent_by"], entry["lot_id"]))
                for entry in award["lots"]
            ]
        return steps

    def _sign(self, officer: str, lot: str) -> None:
        evaluating.sign_contract(actor=self._who(officer), tender_id=self.tender.pk, lot_code=lot)

    def _draw(self, draw: Json) -> None:
        lot = self.tender.lots.get(code=draw["lot_id"])
        evaluating.record_draw(
            actor=self._who(draw["persons"][0]),
            lot_id=lot.pk,
            drawn_bid_id=self.bids[draw["drawn"]],
            between=draw["between"],
            place=draw["place"],
            persons=draw["persons"],
            witnesses=draw["witnesses"],
        )

    def _decide(self, proposal: Json, award: Json) -> None:
        approval = evaluating.propose_award(
            actor=self._who(proposal["by"]),
            tender_id=self.tender.pk,
            reason="Wirtschaftlichstes Angebot nach der veröffentlichten Formel.",
            lots={entry["lot_id"]: self.bids[entry["bid_id"]] for entry in award["lots"]},
        )
        with clock.simulated(moment(award["decided_at"])):
            evaluating.decide_award(actor=self._who(award["decided_by"]), approval_id=approval.pk)


def _versions(offer: Json) -> list[tuple[datetime, list[Json]]]:
    """Every submission of a bid in time: earlier rounds, replaced versions, the one that counts."""
    found = [(moment(v["received_at"]), v["lot_bids"]) for v in offer.get("replaced_versions", [])]
    found += [(moment(r["received_at"]), r["lot_bids"]) for r in offer.get("rounds", []) if r.get("lot_bids")]
    if not any(at == moment(offer["received_at"]) for at, _bids in found):
        found.append((moment(offer["received_at"]), offer["lot_bids"]))
    return sorted(found, key=lambda entry: entry[0])


def evaluation_spec(data: Json) -> Json:
    """Evaluation settings of a case in the shape of EvaluationSpec.to_json()."""
    spec = {
        "method": data["method"],
        "weight_price": data["weight_price"],
        "weight_quality": data["weight_quality"],
        "price_basis": data["price_basis"],
        "tie_chain": data["tie_break"],
        "rounding": data["rounding_params"],
        "extended_swing_pct": data["extended_swing_pct"],
        "min_performance_points": data["min_performance_points"],
        **{k: data["abnormally_low"][k] for k in ("gap_to_next_pct", "gap_to_estimate_pct", "estimate_vat_rate")},
        **data["score_moderation_params"],
    }
    return {key: value for key, value in spec.items() if value is not None}


def _criterion(entry: Json) -> Json:
    if entry["type"] == "mandatory":
        return {"code": entry["id"], "kind": "mandatory", "name": entry["name"], "proof": entry["proof"]}
    row = {
        "code": entry["id"],
        "kind": entry["type"],
        "name": entry["name"],
        "weight": entry["weight_points"],
        "minimum_score": entry.get("min_score"),
        "scale": entry.get("scale", "0-10"),
        "guide": entry.get("scoring_guide", {}),
        "key": entry.get("key", ""),
        "lots": entry.get("lot_ids") or [],
    }
    row |= {k: entry[k] for k in ("unit", "direction", "curve", "measures", "description", "life_cycle") if k in entry}
    return row


def bid_content(offer: Json, index: int, lot_bids: list[Json], tender: Json) -> Json:
    """What the bidder seals, in the shape of a draft; empty prices stay away."""
    lots = {}
    for entry in lot_bids:
        lots[entry["lot_id"]] = {
            "unit_prices": {ref: price for ref, price in entry["unit_prices"].items() if price is not None},
            "answers": dict(entry.get("quality_answers", {})),
            "promised": dict(entry.get("promised", {})),
            "discount_pct": entry.get("discount_pct") or "0",
        }
        if entry.get("stated_total_net"):
            lots[entry["lot_id"]]["stated_total"] = entry["stated_total_net"]
    extra = {
        "reference": offer["id"],
        "position": index,
        "documents": [d["name"] for d in offer["documents"] if d["status"] != "missing"],
    }
    content: Json = {
        "vat_rate": offer["vat_rate"],
        "mandatory": offer["mandatory_requirements"],
        "lots": lots,
        "combination_discounts": offer["combination_discounts"],
        "subcontractors": offer["subcontractors"],
        "extra": extra,
    }
    if offer["max_lots_capacity"] is not None:
        content["max_lots_capacity"] = offer["max_lots_capacity"]
    if offer["consortium"]:
        content["consortium"] = offer["consortium"]
    return content


def formal_findings(offer: Json) -> Json:
    """What the formal check found, in the shape of FormalCheck.findings."""
    return {
        "mandatory": offer["mandatory_requirements"],
        "documents": [{k: d[k] for k in ("name", "category", "status")} for d in offer["documents"]],
        "changed_documents": offer["changed_procurement_documents"],
        "grounds": [{"proportionality": "imported case", **ground} for ground in offer["exclusion_grounds"]],
        "notes": [],
    }
