"""A procedure that begins with a call for candidates: companies applied, three of four were selected."""

from datetime import datetime
from functools import partial

from django.db import transaction

from config.demo.live import DAY, MINUTE, Json, LivePlay, deadline
from config.demo.people import People
from evaluation import actions as evaluating
from tendering import actions as tendering
from tendering.models import ProcedureType, Tender


def play_call(data: Json, people: People, now: datetime) -> Tender:
    """One procedure whose candidates are selected, through the ordinary actions, in one transaction."""
    with transaction.atomic():
        return CallPlay(data, people, now).run()


class CallPlay(LivePlay):
    """`data["call"]` as `tendering.actions.set_call` takes it, with `minutes_left` and `requests` of companies.

    The bid stage stays a draft: its office prepares it while the demo runs.
    """

    def __init__(self, data: Json, people: People, now: datetime) -> None:
        super().__init__(data, people, now)
        self.call_end = deadline(now, data["call"]["minutes_left"], self.buyer.time_zone)
        self.start = self.call_end - 35 * DAY

    def run(self) -> Tender:
        self._at(self.start, self._draft)
        self._at(self.start + DAY / 2, self._call)
        stage, self.tender = self.tender, self.call
        self._at(self.start + DAY, self._prepare)
        self._at(self.start + 2 * DAY, self._release)
        for number, request in enumerate(self.data["call"]["requests"]):
            self._at(self.call_end - DAY + number * 7 * MINUTE, partial(self._bid, request))
        self._at(self.call_end - DAY / 2, self._declare)
        self._at(self.call_end + 15 * MINUTE, self._open)
        self._at(self.call_end + DAY, self._check)
        self._at(self.call_end + 3 * DAY, self._points)
        self._at(self.call_end + 4 * DAY, self._select)
        return Tender.objects.get(pk=stage.pk)

    def _procedure(self) -> ProcedureType:
        return ProcedureType.NATIONAL_RESTRICTED_WITH_CALL

    def _call(self) -> None:
        call = self.data["call"]
        fields = {
            "request_period_end": self.call_end,
            "enquiry_period_end": self.call_end - 5 * DAY,
            "opening_planned_at": self.call_end + 15 * MINUTE,
            **{key: value for key, value in call.items() if key not in {"minutes_left", "requests"}},
        }
        self.call = tendering.set_call(actor=self._who("officer"), tender_id=self.tender.pk, call=fields)

    def _content(self, offer: Json) -> Json:
        call = self.data["call"]
        return {
            "mandatory": {f"A{number}": True for number, _row in enumerate(call["requirements"], start=1)},
            "lots": {"1": {"answers": offer["answers"]}},
            "extra": {"documents": [document["name"] for document in call["documents"]]},
        }

    def _check(self) -> None:
        call = self.data["call"]
        findings = {
            "mandatory": {f"A{number}": True for number, _row in enumerate(call["requirements"], start=1)},
            "documents": [{**document, "status": "provided"} for document in call["documents"]],
            "changed_documents": False,
            "grounds": [],
            "notes": [],
        }
        for bid_id in self.bids:
            evaluating.record_formal_check(actor=self._who("officer"), bid_id=bid_id, findings=findings)
        evaluating.confirm_formal_check(actor=self._who("approver"), tender_id=self.call.pk)

    def _points(self) -> None:
        for bid_id, request in zip(self.bids, self.data["call"]["requests"], strict=True):
            evaluating.score_candidate(actor=self._who("officer"), bid_id=bid_id, scores=request["scores"])

    def _select(self) -> None:
        evaluating.propose_selection(actor=self._who("officer"), tender_id=self.call.pk)
        evaluating.decide_selection(actor=self._who("approver"), tender_id=self.call.pk)
