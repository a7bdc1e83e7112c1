"""After the result: proposal, paper and vote, award, letters, explanation, contract, delivery."""

from datetime import timedelta

from django.utils.formats import date_format
from django.utils.translation import override

from accounts import clock
from evaluation.models import Contract, Letter, StandstillNotice
from pilots.models import CouncilPaper, Vote
from tendering.models import Tender
from tests.browser.officer import TITLE
from tests.browser.visitor import Visitor


def note_register(officer: Visitor, tender: Tender) -> None:
    """The buyer has asked the register about the bid in first place."""
    officer.open(f"/tenders/{tender.pk}/award/")
    officer.follow("Note the answer", within="main")
    officer.press("Note the answer")
    officer.sees("The answer of the register has been noted.")


def propose(officer: Visitor) -> None:
    officer.fill("Reason for the award", "Erster Platz nach der veröffentlichten Regel.")
    officer.press("Propose this award")
    officer.sees("Proposed. A second person now has to decide.")


def decide_too_early(approver: Visitor, tender: Tender) -> None:
    """The second person's button does not help before the council has voted."""
    approver.open("/desk/")
    approver.follow(approver.say("Decide on the award: %(tender)s", tender=TITLE), within="main")
    approver.sees(
        "An award of this value is decided by the committee or the council. Record its vote on the paper first."
    )
    approver.press("Award as proposed")
    assert "/award/" in approver.page.url


def write_paper(officer: Visitor, tender: Tender) -> CouncilPaper:
    officer.open(f"/tenders/{tender.pk}/award/")
    officer.follow("Council paper", within=".app-subnav")
    officer.press("Save and look at both versions")
    officer.press("Issue to the council")
    officer.sees("Issued. The council has been told.")
    return CouncilPaper.objects.get(tender=tender)


def ask(member: Visitor) -> None:
    """A council member comes by the desk, reads the paper, asks."""
    member.open("/desk/")
    member.follow("Council papers")
    member.follow(TITLE, within="main")
    member.fill("Your question or comment", "Was geschieht mit den alten Druckern?")
    member.press("Send")


def let_the_session_come(paper: CouncilPaper) -> None:
    """Straight into the row, as the deadline passes in the journey before."""
    now = clock.now()
    CouncilPaper.objects.filter(pk=paper.pk).update(
        issued_at=now - timedelta(days=15), session_at=now - timedelta(hours=1)
    )


def record_vote(officer: Visitor, paper: CouncilPaper) -> None:
    officer.open(f"/papers/{paper.pk}/")
    officer.follow("Record the decision", within="main")
    officer.tick("accepted")
    for label, number in (("Votes in favour", "14"), ("Votes against", "3"), ("Abstentions", "1")):
        officer.fill(label, number)
    officer.press("Record the decision")
    officer.sees("The decision is recorded.")
    assert Vote.objects.get(paper=paper).outcome == "accepted"


def decide(approver: Visitor, tender: Tender) -> None:
    approver.open(f"/tenders/{tender.pk}/award/")
    approver.press("Award as proposed")
    approver.sees("Awarded. The result is public now.")


def send_letters(officer: Visitor, tender: Tender, letters: int) -> StandstillNotice:
    """By the desk: read, send, and find the first day of the contract on the page."""
    officer.open("/desk/")
    officer.follow(officer.say("Send the letters about the award: %(tender)s", tender=TITLE), within="main")
    for _letter in range(letters):
        officer.page.locator("details.app-more:not([open]) > summary").first.click()
    officer.examine()
    officer.press(officer.say("Send %(number)s letter", "Send %(number)s letters", letters, number=letters))
    officer.sees("The letters have been sent to all bidders.")
    return StandstillNotice.objects.get(tender=tender)


def contract_is_blocked_until(officer: Visitor, notice: StandstillNotice) -> None:
    """No link, a refusal at the address, and the first possible day in words."""
    tender = notice.tender
    with override(officer.language):
        day = date_format(notice.earliest_contract_date, "DATE_FORMAT")
    officer.open(f"/tenders/{tender.pk}/letters/")
    assert day in officer.text
    assert officer.page.get_by_role("link", name=_record(officer)).count() == 0
    officer.open(f"/tenders/{tender.pk}/contract/L1/", status=409)
    officer.sees("The days between letters and contract are not over yet.")


def _record(officer: Visitor) -> str:
    return officer.say("Record the contract on lot %(code)s", code="L1")


def move_standstill(notice: StandstillNotice, **left: float) -> None:
    """The letters were sent earlier: this much is left of the days, to the second."""
    ends = clock.now() + timedelta(**left)
    notice.ends_at, notice.earliest_contract_date = ends, ends.date()
    notice.sent_at = ends - timedelta(days=notice.days + 1)
    notice.save()


def read_letter(bidder: Visitor) -> Letter:
    """From the mailbox to the letter, and on to the explanation."""
    bidder.open("/mailbox/")
    bidder.follow(TITLE, within="main")
    bidder.follow("Open the page it speaks of", within="main")
    return Letter.objects.get(pk=bidder.page.url.rstrip("/").rpartition("/")[2])


def read_explanation(bidder: Visitor) -> None:
    bidder.follow("Your bid explained", within="main")
    bidder.sees("What would have won")
    bidder.fill("What would you like to know more about?", "Warum 6 Punkte bei der Qualität?")
    bidder.press("Ask the buyer")


def answer(officer: Visitor, tender: Tender) -> None:
    officer.open(f"/tenders/{tender.pk}/complaints/")
    officer.follow("Give the reasons", within="main")
    officer.fill("Answer", "Das Konzept nennt keine Vertretung bei Krankheit.")
    officer.press("Send the answer")
    officer.sees("The answer has been sent.")


def sign(officer: Visitor, tender: Tender) -> Contract:
    """Signed some weeks ago, so that a period can be measured."""
    today = clock.now().date()
    officer.open(f"/tenders/{tender.pk}/letters/")
    officer.follow(_record(officer), within="main")
    days = {"Signed on": -33, "Starts on": -32, "Ends on": 700}
    for label, shift in days.items():
        officer.fill(label, f"{today + timedelta(days=shift):%d.%m.%Y}")
    officer.press("Record the contract")
    officer.sees("The contract has been recorded.")
    return Contract.objects.get(tender=tender)


def measure(officer: Visitor, contract: Contract) -> None:
    """The promise of the winning bid and what was delivered in the first month."""
    officer.follow("Record a period", within="main")
    last = contract.starts_on + timedelta(days=30)
    officer.fill("Last day", f"{last:%d.%m.%Y}")
    officer.fill("Quantity delivered", "800")
    officer.fill("Paid, net", {"de": "1.700,00", "en": "1,700.00"}[officer.language])
    kpi = contract.kpis.get()
    officer.fill_named(f"kpi_{kpi.pk}", {"de": "7,5", "en": "7.5"}[officer.language])
    officer.press("Record the period")
    officer.sees("Recorded. The contractor has been told and may reply.")


def reply(supplier: Visitor, contract: Contract) -> None:
    supplier.open(f"/contracts/{contract.pk}/")
    address = f"/contracts/{contract.pk}/period/{contract.periods.get().pk}/"
    assert supplier.page.locator(f'main a[href="{address}"]').count() == 1
    supplier.open(address)
    supplier.fill("Your reply", "Die Adressen kamen zwei Tage später.")
    supplier.press("Send the reply")
    supplier.sees("Your reply stands beside the period.")
