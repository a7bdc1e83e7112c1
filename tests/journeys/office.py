"""A procedure through the pages, from the first title to the award; every act by the person who may do it.

The pages are asked by Django's test client at simulated times. `Cast` says who takes part; `Procedure` walks.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from accounts import clock
from accounts.models import User
from bids.models import Bid, Receipt
from tendering.models import Tender
from tests.practice.walking import Walker

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


class Reader(Walker):
    """Keeps every page that was passed: (address and person, markup)."""

    def __init__(self, person: User, language: str) -> None:
        super().__init__(person, language)
        self.passed: list[tuple[str, str]] = []

    def _seen(self, answer: Any) -> Any:
        found = super()._seen(answer)
        self.passed.append((f"{answer.request['PATH_INFO']} ({self.person})", answer.content.decode()))
        return found


@dataclass
class Cast:
    """Who takes part. `approver` and `openers` may come from elsewhere; `bidders` are two companies' people."""

    officer: User
    approver: User
    openers: list[User]
    evaluators: list[User]
    chair: User
    bidders: list[User]
    sentences: list[str]


@dataclass
class Procedure:
    """One tender on its way. `words` are the texts typed, `number` writes a number as the language does."""

    cast: Cast
    language: str
    now: datetime
    words: dict[str, str]
    readers: dict[int, Reader] = field(default_factory=dict)
    tender_id: int = 0

    def at(self, person: User) -> Reader:
        """The browser of this person, with whatever it has shown already."""
        if person.pk not in self.readers:
            self.readers[person.pk] = Reader(person, self.language)
        return self.readers[person.pk]

    @contextmanager
    def time(self, **later: float) -> Iterator[None]:
        """The clock goes on by this much and stands."""
        self.now += timedelta(**later)
        with clock.simulated(self.now):
            yield

    @property
    def tender(self) -> Tender:
        return Tender.objects.get(pk=self.tender_id)

    @property
    def page(self) -> str:
        return f"/tenders/{self.tender_id}/"

    def whole(self) -> None:
        """From the draft to the award."""
        self.draft()
        self.release()
        self.bids()
        self.declare()
        self.open()
        self.check()
        self.score()
        self.award()

    def draft(self) -> None:
        """Four steps with what is proposed; reasons where a rule asks for one."""
        officer = self.at(self.cast.officer)
        with self.time():
            officer.fill("/tenders/new/", **{
                "title": self.words["title"], "summary": self.words["summary"], "value": self.words["value"],
                "lots-0-items-0-text": self.words["item"], "lots-0-items-0-quantity": "12",
                "lots-0-items-0-unit": self.words["unit"],
            })  # fmt: skip
            self.tender_id = Tender.objects.get(title=self.words["title"]).pk
            officer.fill(f"{self.page}edit/how/")
            officer.fill(f"{self.page}edit/when/")
            officer.get(f"{self.page}edit/publish/")
            asked = [area.name for area in officer.page.xpath("//textarea[starts-with(@name, 'reason_')]")]
            officer.fill(f"{self.page}edit/publish/", **dict.fromkeys(asked, self.words["reason"]))
        assert self.tender.prepared_at, officer.text[:1500]

    def release(self) -> None:
        """The second person reads the whole and publishes."""
        approver = self.at(self.cast.approver)
        with self.time(hours=2):
            approver.get("/desk/")
            assert self.words["title"] in approver.text
            approver.get(f"{self.page}release/")
            approver.post(f"{self.page}release/", act="release")
        assert self.tender.published_at, approver.text[:1500]

    def bids(self) -> None:
        for number, bidder in enumerate(self.cast.bidders):
            with self.time(days=1):
                self._bid(self.at(bidder), ("100", "90")[number])
        assert Receipt.objects.filter(bid__tender=self.tender_id).count() == 2

    def _bid(self, bidder: Reader, price: str) -> None:
        bidder.get(f"/tenders/?q={self.words['word']}")
        bidder.get(self.page)
        bidder.post(f"/bids/start/{self.tender_id}/")
        page = bidder.answer.request["PATH_INFO"]
        bidder.fill(f"{page}prices/L1/", price_0=price)
        bidder.fill(f"{page}answers/", answer_0_0=self.words["answer"])
        bidder.fill(f"{page}submit/")

    def declare(self) -> None:
        """Openers, evaluators and chair declare before anything can be seen."""
        with self.time(days=1):
            for opener in self.cast.openers:
                self.at(opener).fill(f"{self.page}opening/", conflict="no")

    def open(self) -> None:
        """After the deadline two people, each with the own pass sentence."""
        self.now = max(self.now, self.tender.tender_period_end, self.tender.opening_planned_at or self.now)
        with self.time(minutes=1):
            for opener, sentence in zip(self.cast.openers, self.cast.sentences, strict=True):
                self.at(opener).fill(f"{self.page}opening/", pass_sentence=sentence)
            self.at(self.cast.officer).get(f"{self.page}opening/record/")
        assert self.tender.opened_at

    def check(self) -> None:
        """The officer records each check, the second person confirms all; the panel is appointed."""
        officer, approver = self.at(self.cast.officer), self.at(self.cast.approver)
        with self.time(days=1):
            for bid in Bid.objects.filter(tender=self.tender_id).order_by("pk"):
                officer.fill(f"{self.page}checks/{bid.pk}/")
            approver.get(f"{self.page}checks/confirm/")
            approver.post(f"{self.page}checks/confirm/", act="checks")
            officer.fill(f"{self.page}evaluation/panel/", users=[str(user.pk) for user in self.cast.evaluators])

    def score(self) -> None:
        """Each evaluator scores both bids and hands in; the chair closes."""
        for number, evaluator in enumerate(self.cast.evaluators):
            with self.time(hours=3):
                self._score(self.at(evaluator), ("7", "8", "8")[number])
        chair = self.at(self.cast.chair)
        with self.time(hours=3):
            if self.cast.chair not in self.cast.evaluators:
                self._declare(chair)
            chair.get(f"{self.page}moderation/")
            chair.fill(f"{self.page}moderation/close/")

    def _score(self, evaluator: Reader, value: str) -> None:
        evaluator.get("/desk/")
        self._declare(evaluator)
        evaluator.get(f"{self.page}scoring/")
        links = {str(a.get("href")) for a in evaluator.page.xpath("//main//table//a")}
        cells = {link for link in links if re.search(r"/scoring/[0-9a-f-]{36}/L1/", link)}
        assert len(cells) == 2, links
        for cell in sorted(cells):
            evaluator.fill(cell, choice=value, comment=self.words["comment"])
        evaluator.fill(f"{self.page}scoring/submit/")

    def _declare(self, person: Reader) -> None:
        """No conflict with any bidder that is named, nor with one that may come."""
        person.get(f"{self.page}scoring/declaration/")
        asked = {radio.name for radio in person.page.xpath("//main//form//input[@type='radio']")}
        person.fill(f"{self.page}scoring/declaration/", **dict.fromkeys(asked, "no"))

    def award(self) -> None:
        """The published rule gives the winner; proposed by the officer, decided by the second person."""
        officer, approver = self.at(self.cast.officer), self.at(self.cast.approver)
        with self.time(days=1):
            officer.fill(f"{self.page}evaluation/")
            officer.get(f"{self.page}result/")
            officer.fill(f"{self.page}award/", reason=self.words["reason"])
        with self.time(hours=1):
            approver.fill(f"{self.page}award/")
            approver.get(f"{self.page}result/")
        assert self.tender.awarded_at, approver.text[:1500]
