"""A tender with two lots and promised numbers, Clara's company, and a browser for each person."""

import re
from typing import Any

from django.test import Client

from bids.actions.drafts import content_of
from bids.models import Draft
from tests.factories import Company, Town, default_lots, efficiency_criteria, make_company, make_town, open_tender


def browser(user: Any = None, language: str = "en") -> Client:
    client = Client(headers={"Accept-Language": language})
    if user:
        client.force_login(user)
    return client


class Scene:
    """`clara` is the bidder, `bernd` her competitor; pages are asked in English."""

    def __init__(self, lots: int = 2, **fields: Any) -> None:
        self.town: Town = make_town()
        fields = {"criteria": efficiency_criteria(), "lots": default_lots(lots), "lot_waiver_reason": "small", **fields}
        self.tender = open_tender(self.town, **fields)
        self.company: Company = make_company(name="Clara GmbH", default_vat_rate="19")
        self.clara = browser(self.company.bidder)
        self.bernd = browser(make_company(name="Bernd AG").bidder)

    def start(self) -> Draft:
        response = self.clara.post(f"/bids/start/{self.tender.pk}/")
        assert response.status_code == 302, response.content
        self.draft = Draft.objects.get(tender=self.tender)
        return self.draft

    def url(self, rest: str = "") -> str:
        return f"/bids/{self.draft.pk}/{rest}"

    def content(self) -> Any:
        self.draft.refresh_from_db()
        return content_of(self.draft)

    def post(self, rest: str, data: dict[str, Any], **more: Any) -> Any:
        self.draft.refresh_from_db()
        return self.clara.post(self.url(rest), {"version": self.draft.version, **data}, **more)

    def choose(self, *lots: str) -> Any:
        return self.post("lots/", {"lots": list(lots), "met_0": "yes"})

    def price(self, lot: str = "L1", **changes: str) -> Any:
        fields = {"price_0": "1,25", "price_1": "500,00", "vat_rate": "19", "promise_0": "8", **changes}
        return self.post(f"prices/{lot}/", fields)

    def ready(self) -> None:
        """A whole bid for both lots."""
        self.start()
        self.choose("L1", "L2")
        self.price("L1")
        self.price("L2")

    def submit(self, **changes: Any) -> Any:
        return self.clara.post(self.url("submit/"), {"key": "key-1", "declarant": "Clara", **changes})


def text_of(response: Any) -> str:
    """The words of a page, tags and doubled blanks dropped."""
    html = re.sub(r"(?s)<(script|style).*?</\1>|<[^>]+>", " ", response.content.decode())
    return " ".join(html.replace("&nbsp;", " ").replace("\xa0", " ").replace("&#x27;", "'").split())
