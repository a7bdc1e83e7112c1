"""The way of a company that has never been here: from the start page to the receipt, step by step, with a stated time.

The steps are those of docs/newcomer.md. How long a person takes is a model, not a measurement; MODEL says it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from django.core import mail

from tests.browser.bidder import CONCEPT
from tests.browser.visitor import Visitor

TITLE = "Printing and delivery of letters"
MODEL = {"page": 20, "field": 10, "answer": 180, "click": 3}  # seconds
READING, WAITING = 180, 60  # seconds: the tender itself; the mail until it is there


@dataclass
class Step:
    """`where` names the pages that come. `answers` of the fields are texts to be thought of.

    `more` is time that is neither page, field nor click.
    """

    what: str
    where: str
    walk: Callable[[Visitor], None]
    answers: int = 0
    more: int = 0
    counted: dict[str, int] = field(default_factory=dict)

    @property
    def seconds(self) -> int:
        fields = self.counted["fields"] - self.answers
        spent = self.counted["pages"] * MODEL["page"] + fields * MODEL["field"] + self.answers * MODEL["answer"]
        return spent + self.counted["clicks"] * MODEL["click"] + self.more

    @property
    def row(self) -> str:
        counted = [str(self.counted[name]) for name in ("pages", "fields", "clicks")]
        return f"| {self.what} | {self.where} | {' | '.join(counted)} | {self.seconds} |"

    def take(self, visitor: Visitor) -> None:
        before = (visitor.pages, visitor.fields, visitor.clicks)
        self.walk(visitor)
        after = (visitor.pages, visitor.fields, visitor.clicks)
        names = ("pages", "fields", "clicks")
        assert after[0] - before[0] == len(self.where.split(", ")), f"{self.what}: the pages are told wrongly"
        self.counted = {name: new - old for name, old, new in zip(names, before, after, strict=True)}


def search(visitor: Visitor) -> None:
    visitor.open("/")
    visitor.fill("What are you looking for?", "letters")
    visitor.press("Search")


def read(visitor: Visitor) -> None:
    visitor.follow(TITLE, within="main")
    visitor.sees("Sign in to bid")


def to_the_registration(visitor: Visitor) -> None:
    visitor.follow("Sign in to bid", within="main")
    visitor.follow("Register a company", within="main")


def register(visitor: Visitor) -> None:
    visitor.fill("E-mail", "anna@newcomer.example")
    visitor.fill("Password", "four-words-and-a-fish", within="main")
    visitor.fill("Company", "Newcomer Letters Ltd")
    visitor.press("Register", within="main")
    visitor.sees("Please confirm your e-mail address")


def confirm(visitor: Visitor) -> None:
    [message] = [one for one in mail.outbox if one.to == ["anna@newcomer.example"]]
    [address] = re.findall(r"(/account/confirm-email/\S+)", message.body)
    visitor.clicks += 1
    visitor.open(address)
    visitor.press("Yes, confirm")


def sign_in(visitor: Visitor) -> None:
    visitor.fill("E-mail", "anna@newcomer.example")
    visitor.fill("Password", "four-words-and-a-fish")
    visitor.press("Sign in", within="main")


def begin(visitor: Visitor) -> None:
    visitor.press("Prepare a bid")


def declare(visitor: Visitor) -> None:
    visitor.follow("Lots and declarations", within="main")
    visitor.tick("Yes", within="main")
    visitor.press("Save and continue")


def price(visitor: Visitor) -> None:
    for name, text in (("price_0", "1.25"), ("price_1", "500"), ("promise_0", "6")):
        visitor.fill_named(name, text)
    visitor.press("Save and continue")


def answer(visitor: Visitor) -> None:
    visitor.fill_named("answer_0_0", "Two people check each order before it leaves, and every check is recorded.")
    visitor.press("Save and continue")


def document(visitor: Visitor) -> None:
    if "/documents/" not in visitor.page.url:
        visitor.follow("Documents", within="main")
    visitor.attach("Document", CONCEPT)
    visitor.press("Upload and seal")
    visitor.follow("Back to the task list", within="main")


def check(visitor: Visitor) -> None:
    visitor.follow("Check and hand in", within="main")
    visitor.sees("Nothing has been handed in yet")


def hand_in(visitor: Visitor) -> None:
    visitor.press("Hand in the bid with binding effect")
    visitor.sees("You can stop worrying.")


def steps() -> list[Step]:
    """The steps in their order, not yet walked."""
    return [
        Step("Search for a service", "Start, Tenders", search),
        Step("Read the tender", "Tender", read, more=READING),
        Step("Go to the registration", "Sign in, Register a company", to_the_registration),
        Step("Register the company", "Please confirm your e-mail address", register),
        Step(
            "Wait for the mail and confirm the address", "Confirm your e-mail address, Sign in", confirm, more=WAITING
        ),
        Step("Sign in", "Tender", sign_in),
        Step("Begin the bid", "Your bid", begin),
        Step("Declare that the requirements are met", "Lots and declarations, Prices", declare),
        Step("Type prices and the promised number", "Quality answers", price),
        Step("Answer the quality question", "Your bid", answer, answers=1),
        Step("Add the concept as a file", "Documents, Documents again, Your bid", document),
        Step("Check everything", "Check and hand in", check),
        Step("Hand in and read the receipt", "Receipt", hand_in),
    ]
