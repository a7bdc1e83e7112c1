"""A person who practises: opens pages, fills the form that is there, presses the buttons of the bar."""

from typing import Any

from django.test import Client
from lxml import html

from accounts import practice
from accounts.models import PracticeRun, User
from tendering.models import Tender


class Walker:
    """`page` is what was seen last; every answer is followed and must not fail."""

    def __init__(self, person: User, language: str = "en") -> None:
        self.person, self.client = person, Client()
        self.client.force_login(person)
        self.client.cookies["django_language"] = language
        self.answer: Any = None

    def get(self, address: str) -> Any:
        return self._seen(self.client.get(address, follow=True))

    def post(self, address: str, **data: Any) -> Any:
        return self._seen(self.client.post(address, data, follow=True))

    def _seen(self, answer: Any) -> Any:
        assert answer.status_code == 200, (answer.status_code, answer.request["PATH_INFO"], self.text_of(answer)[:800])
        self.answer = answer
        return answer

    @property
    def page(self) -> Any:
        return html.fromstring(self.answer.content.decode())

    def text_of(self, answer: Any) -> str:
        return " ".join(html.fromstring(answer.content.decode()).text_content().split())

    @property
    def text(self) -> str:
        return self.text_of(self.answer)

    @property
    def bar(self) -> str:
        (found,) = self.page.xpath("//div[contains(@class,'app-practice')]")
        return " ".join(found.text_content().split())

    def start(self, part: str) -> PracticeRun:
        self.post("/practice/start/", part=part)
        return self.run

    @property
    def run(self) -> PracticeRun:
        return PracticeRun.objects.get(user=self.person, ended_at=None)

    def tender(self) -> Tender:
        with practice.inside(self.run.pk):
            found: Tender = Tender.objects.get()
        return found

    def jump(self, where: str) -> None:
        self.post("/practice/clock/", jump=where)

    def let(self, act: str) -> None:
        self.post("/practice/colleague/", act=act)

    def fill(self, address: str, index: int = 0, **changes: Any) -> Any:
        """Open a page, change its form with this index among those of the main part that have the fields, send it.

        Where a browser would hand over by script, this is the form for those without (<noscript>).
        """
        self.get(address)
        forms = [form for form in self.page.xpath("//main//form") if form.method.upper() == "POST"]
        form = ([form for form in forms if set(changes) <= set(form.fields.keys())] or forms)[index]
        given = {key: value for key, value in form.fields.items() if value is not None}
        target = form.get("action") or self.answer.request["PATH_INFO"]
        return self.post(target, **{**_plain(given), **changes})


def _plain(given: dict[str, Any]) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, html.MultipleSelectOptions | html.CheckboxValues) else value
            for key, value in given.items()}  # fmt: skip
