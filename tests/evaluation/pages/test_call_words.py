"""In a call for candidates pages, mails and papers speak of requests to participate, never of bids."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts import clock
from accounts.decision import RefusedError
from accounts.models import Organization, OutboxMessage, User
from bids import actions, nouns, receipts
from bids import desk as bid_desk
from bids.models import Bid, Receipt
from evaluation import actions as checking
from reports.documents import opening_record
from reports.documents import receipt as receipt_paper
from tests.bids.bidding import at_deadline, key, submit
from tests.evaluation.candidates import Procedure, request_body
from tests.factories import make_company, open_tender

pytestmark = pytest.mark.django_db
OF_BIDS = {"en": re.compile(r"\b[Bb]id(?:s|der|ders|ding)?\b"), "de": re.compile(r"\b(?:Angebot|Bieter)\w*")}
# The list of everything a company hands in, what comes after the call, and who may bid then: these are about bids.
ABOUT_BIDS = (
    "My bids", "Meine Angebote", "invited to bid", "zum Angebot aufgefordert", "How bids are opened, step by step",
    "So werden Angebote geöffnet", "with a possible bidder", "you work for a bidder", "mit einem möglichen Bieter",
    "Sie arbeiten für einen Bieter", "Bietergemeinschaft",
    "every request and every bid can", "jeder Antrag und jedes Angebot kann",
)  # fmt: skip
WITH_SENTENCE = re.compile(r"""\bsaid(?:_later)?\(\s*[\w.]+,\s*((?:"[^"]*"\s*)+),?\s*\)|\{% said [\w.]+ "([^"]*)\"""")


def of_requests(text: str) -> str:
    """The text without what is lawfully about bids, without addresses, and without our persons."""
    for phrase in ABOUT_BIDS:
        text = text.replace(phrase, "")
    return re.sub(r"\S*/bids/\S*|Bidder [A-Z]\w+|%\(bids\)s", "", text)


def told(page: Any, language: str) -> list[str]:
    """Words about bids in what a page says itself: without frame, addresses and names."""
    assert page.status_code == 200, page
    text = page.content.decode()
    main = re.search(r"<main.*?</main>", text, re.DOTALL)
    assert main, text[:200]
    plain = re.sub(r"<script.*?</script>|<[^>]*>", " ", main[0], flags=re.DOTALL)
    plain += " ".join(re.findall(r'aria-label="([^"]*)"', main[0])) + " ".join(
        re.findall(r"<title>(.*?)</title>", text)
    )
    plain = of_requests(re.sub(r"\s+", " ", plain))
    return [plain[max(found.start() - 40, 0) : found.end() + 40] for found in OF_BIDS[language].finditer(plain)]


def client_of(user: Any, language: str) -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client


def words_in(value: Any, language: str) -> list[str]:
    """The same of the texts of a paper; names of its fields and the signed note are for programs."""
    if isinstance(value, dict):
        value = [text for name, text in value.items() if name != "note"]
    if isinstance(value, list | tuple):
        return [found for item in value for found in words_in(item, language)]
    return OF_BIDS[language].findall(of_requests(str(value)))


@pytest.fixture(params=["en", "de"])
def language(request: Any) -> str:
    return request.param


def sentences() -> set[str]:
    """Every sentence that code or a template asks for."""
    found = set()
    for app in ("bids", "evaluation", "reports", "config"):
        for path in (Path(settings.BASE_DIR) / app).rglob("*"):
            if path.suffix in {".py", ".html"} and path.name != "nouns.py":
                for in_code, in_template in WITH_SENTENCE.findall(path.read_text("utf-8")):
                    found.add("".join(re.findall(r'"([^"]*)"', in_code)) if in_code else in_template)
    return found


def test_every_sentence_that_is_asked_for_has_its_counterpart() -> None:
    asked = sentences()
    assert len(asked) > 50
    assert sorted(asked - nouns.REQUESTS.keys()) == []
    for request in nouns.REQUESTS.values():
        assert not OF_BIDS["en"].search(of_requests(request)), request


def test_a_company_reads_of_its_request(language: str) -> None:
    one = Procedure()
    clara = one.apply("Clara GmbH")
    one.hand_in(clara)
    newest = Receipt.objects.order_by("at").last()
    client = client_of(clara.bidder, language)
    found = [told(client.get(reverse(name, args=[newest.pk])), language) for name in ("bid_receipt", "bid_withdraw")]
    assert [*found, told(client.get(reverse("bid_list")), language)] == [[], [], []]
    with translation.override(language):
        assert words_in(receipts.words(newest), language) == []
        assert words_in(receipt_paper._data(newest, one.call), language) == []
    withdrawn = actions.withdraw_bid(actor=clara.bidder, bid_id=newest.bid_id, idempotency_key=key())
    with translation.override(language):
        assert words_in(receipt_paper._data(withdrawn, one.call), language) == []
    assert told(client.get(reverse("bid_receipt", args=[withdrawn.pk])), language) == []
    mails = OutboxMessage.objects.filter(key__startswith="receipt:")
    assert mails.count() >= 2
    assert [words for mail in mails for words in words_in([mail.subject, mail.body], "en")] == []


def test_a_draft_is_one_of_a_request(language: str) -> None:
    one = Procedure()
    clara = one.apply("Clara GmbH")
    draft = actions.start_draft(actor=clara.bidder, company=clara.organization, tender_id=one.call.pk)
    actions.save_draft(actor=clara.bidder, draft_id=draft.pk, expected_version=draft.version, content=request_body())
    client = client_of(clara.bidder, language)
    names = ("bid_draft", "bid_lots", "bid_answers", "bid_documents", "bid_partners", "bid_submit", "bid_discard",
             "bid_declaration", "bid_rehearsal")  # fmt: skip
    found = {name: told(client.get(reverse(name, args=[draft.pk])), language) for name in names}
    assert {name: words for name, words in found.items() if words} == {}


def test_openers_and_office_read_of_requests(language: str) -> None:
    one = Procedure()
    one.apply("Anna GmbH")
    one.hand_in(one.apply("Clara GmbH"))
    with at_deadline(one.call, minutes=1):
        late = one.apply("Dora GmbH")
    opener, officer = (client_of(user, language) for user in (one.town.openers[0], one.town.officer))
    with one.after(minutes=5):
        for client in (opener, officer):
            before = told(client.get(reverse("bid_opening", args=[one.call.pk])), language)
            assert before == []
    one.open()
    bid = Bid.objects.get(company__name="Anna GmbH")
    dora = Bid.objects.get(company=late.organization)
    with one.after():
        findings = {"mandatory": {"A1": True}, "documents": [{"name": "Extract of the register", "status": "missing"}]}
        checking.record_formal_check(actor=one.town.officer, bid_id=bid.pk, findings=findings)
        for name, at in {"checks_confirm": [one.call.pk], "check_bid": [one.call.pk, bid.pk]}.items():
            assert told(officer.get(reverse(name, args=at)), language) == []
        with translation.override(language):
            session = one.call.opening_sessions.get()
            assert words_in(opening_record._data(session, session.record, one.call), language) == []
        one.check_all()
        addresses = {
            "bid_opening": [one.call.pk],
            "bid_opening_record": [one.call.pk],
            "bid_late": [one.call.pk, dora.pk],
            "checks": [one.call.pk],
            "check_bid": [one.call.pk, bid.pk],
            "check_steps": [one.call.pk],
            "check_bid_steps": [one.call.pk, bid.pk],
            "check_ask": [one.call.pk, bid.pk],
            "check_exclude": [one.call.pk, bid.pk],
            "checks_confirm": [one.call.pk],
        }
        found = {name: told(officer.get(reverse(name, args=at)), language) for name, at in addresses.items()}
        assert {name: words for name, words in found.items() if words} == {}
        for user in (one.town.officer, one.town.openers[0], one.town.second, late.bidder):
            with translation.override(language):
                titles = [
                    [str(task.title), str(task.why)]
                    for panel in (bid_desk.opening, bid_desk.office, bid_desk.late_bids, bid_desk.admitted_bids)
                    for task in panel(user, clock.now())
                ]
                assert words_in(titles, language) == []


def test_forms_and_refusals_of_the_check_speak_of_requests(language: str) -> None:
    one = Procedure()
    anna, clara = one.apply("Anna GmbH"), one.apply("Clara GmbH")
    officer = client_of(one.town.officer, language)
    sealed = Bid.objects.get(company__name="Anna GmbH")
    one.open()
    with one.after():
        bid, other = one.bid_of(anna), one.bid_of(clara)
        answers = {
            "check_bid": {"ground": "Taxes", "met_A1": "yes"},
            "check_exclude": {"code": "", "reason": ""},
            "check_ask": {"text": ""},
        }
        for name, data in answers.items():
            page = officer.post(reverse(name, args=[one.call.pk, bid.pk]), data)
            assert page.status_code == 422
            page.status_code = 200
            assert told(page, language) == [], name
        late, unopened = {"code": "late", "reason": "x", "lot_code": None}, Bid.objects.filter(pk=other.pk)
        with translation.override(language):
            assert words_in(refused(checking.exclude_bid, one, bid, **late), language) == []
            assert words_in(refused(checking.confirm_formal_check, one, tender_id=one.call.pk), language) == []
            checking.set_check_steps(actor=one.town.officer, bid_id=bid.pk, states={1: ("done", "")})
            step = {"tender_id": one.call.pk, "position": 1, "reason": "x"}
            assert words_in(refused(checking.remove_check_step, one, **step), language) == []
            findings = {"mandatory": {"A1": True}, "grounds": [{"ground": "taxes"}]}
            with pytest.raises(ValidationError) as caught:
                checking.record_formal_check(actor=one.town.officer, bid_id=bid.pk, findings=findings)
            assert words_in(caught.value.messages, language) == []
            unopened.update(opened_at=None)
            assert words_in(refused(checking.exclude_bid, one, other, **{**late, "code": "form"}), language) == []
    assert sealed.pk == bid.pk


def test_what_the_office_asks_a_candidate_speaks_of_requests(language: str) -> None:
    one = Procedure()
    clara = one.apply("Clara GmbH")
    Organization.objects.update(language=language)
    User.objects.update(language=language)
    one.open()
    with one.after():
        bid, due = one.bid_of(clara), clock.now() + timedelta(days=3)
        findings = {"mandatory": {"A1": True}, "documents": [{"name": "Extract of the register", "status": "missing"}]}
        checking.record_formal_check(actor=one.town.officer, bid_id=bid.pk, findings=findings)
        row = checking.ask_clarification(actor=one.town.officer, bid_id=bid.pk, text="Who?", due_at=due)
        client = client_of(clara.bidder, language)
        assert told(client.get(reverse("bid_requests", args=[one.call.pk])), language) == []
        checking.answer_clarification(actor=clara.bidder, clarification_id=row.pk, text="We.")
        assert told(client.get(reverse("bid_requests", args=[one.call.pk])), language) == []
        told_of = OutboxMessage.objects.filter(key__contains="clarification")
        assert told_of.count() >= 2
        for mail in told_of:
            text = mail.body.partition("\n-- ")[0]  # without the foot, which explains this kind of mail
            assert words_in([mail.subject, text], language) == [], text


def test_the_table_of_ones_own_bids_says_which_are_requests(language: str) -> None:
    one = Procedure()
    clara = one.apply("Clara GmbH")
    submit(clara, open_tender())
    table = client_of(clara.bidder, language).get("/bids.csv").content.decode("utf-8-sig")
    kinds = [re.split("[;,]", line)[-1] for line in table.splitlines()]
    wanted = {"en": ["Kind", "Bid", "Request to participate"], "de": ["Art", "Angebot", "Teilnahmeantrag"]}[language]
    assert sorted(kinds) == sorted(wanted)


def refused(act: Any, one: Procedure, bid: Bid | None = None, **what: Any) -> str:
    """The sentence of the refusal of what the officer tries."""
    about = {"bid_id": bid.pk} if bid else {}
    with pytest.raises(RefusedError) as caught:
        act(actor=one.town.officer, **about, **what)
    return str(caught.value.refused.sentence)


def test_the_card_on_the_start_page_is_open_for_requests() -> None:
    Procedure()
    page = Client(headers={"accept-language": "en"}).get("/").content.decode()
    assert "Open for requests to participate" in page
    assert "Open for bids" not in page


def test_a_tender_of_bids_goes_on_speaking_of_bids() -> None:
    clara, tender = make_company(), open_tender()
    submit(clara, tender)
    second = submit(clara, tender)
    with translation.override("en"):
        assert "Your earlier bid has been replaced" in receipts.words(second)
