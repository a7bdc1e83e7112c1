"""One person at one browser. Every page that loads is examined: axe, console, status, sideways scrolling.

Words are given as English msgids and looked for in the visitor's language, so that a journey reads the same in both.
`pages`, `fields` and `clicks` count what the person had to look at, to fill in and to press; signing in is not counted.
"""

import html
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils.translation import gettext, ngettext, override
from playwright.sync_api import Error
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from accounts.models import User
from tests.factories import PASSWORD

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PATIENCE = 60_000  # milliseconds; a busy machine is not a defect


class Visitor:
    """Opens pages, fills in fields, presses buttons. Any fault of a page fails the test at once, with its address."""

    def __init__(
        self,
        browser: Any,
        base: str,
        role: str,
        *,
        user: User | None = None,
        language: str = "de",
        width: int = 1280,
        theme: str = "light",
        scripts: bool = True,
        axe: bool = True,
        session: bool = False,
    ) -> None:
        self.role, self.base, self.language, self.scripts = role, base, language, scripts
        self.look = f"{theme}, {language}, {width} px"
        # without: another person's browser, or the slow walk of the same journey, examines the very same pages
        self._axe = axe if scripts else False
        self.pages = self.fields = self.clicks = 0
        self.faults: list[str] = []
        self._expected_status = 200
        self._context = browser.new_context(
            base_url=base, locale={"de": "de-DE", "en": "en-GB"}[language], timezone_id="Europe/Berlin",
            viewport={"width": width, "height": 900}, color_scheme=theme, java_script_enabled=scripts,
            reduced_motion="reduce",
        )  # fmt: skip
        self._context.set_default_timeout(PATIENCE)
        cookies = {"django_language": language, "theme": theme}
        self._context.add_cookies([{"name": name, "value": value, "url": base} for name, value in cookies.items()])
        self.page = self._context.new_page()
        self._listen()
        if user is not None and session:
            self.let_in(user)
        elif user is not None:
            self._sign_in(user)

    @property
    def effort(self) -> dict[str, int]:
        """{"pages": visited, "fields": filled in} since signing in."""
        return {"pages": self.pages, "fields": self.fields}

    def become(self, user: User | None) -> None:
        """The browser of this person (None: of nobody) from the next page on, without the way through the sign-in."""
        self._context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
        if user is not None:
            client = Client()
            client.force_login(user)
            value = client.cookies[settings.SESSION_COOKIE_NAME].value
            self._context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": self.base}])

    def say(self, msgid: str, plural: str = "", count: int = 1, **words: Any) -> str:
        """The text as this visitor reads it."""
        with override(self.language):
            text = ngettext(msgid, plural, count) if plural else gettext(msgid)
        return html.unescape(text % words if words else text)

    def open(self, address: str, *, status: int = 200) -> None:
        """Go to an address and examine the page; `status` when a refusal is expected."""
        self._expected_status = status
        try:
            response = self.page.goto(address)
        except Error as error:
            if "ERR_ABORTED" not in str(error):
                raise
            response = self.page.goto(address)  # the page before was loading itself anew at that moment
        assert response is not None
        assert response.status == status, f"{address}: {response.status}"
        self.arrive()

    def press(self, msgid: str, *, nth: int = 0, within: str = "body", status: int = 200, **words: Any) -> None:
        """Press a button that leads to a page, and examine that page; `status` when a refusal is expected."""
        name = self.say(msgid, **words)
        self._follow(self.page.locator(within).get_by_role("button", name=name, exact=True).nth(nth), status)

    def follow(self, text: str, *, nth: int = 0, within: str = "body") -> None:
        """Follow a link by its text (an English msgid or a title)."""
        self._follow(self.page.locator(within).get_by_role("link", name=self.say(text)).nth(nth))

    def press_in_place(self, msgid: str, **words: Any) -> None:
        """Press a button that changes a part of the page without loading it anew."""
        with self.page.expect_response(lambda response: response.request.method == "POST"):
            self.page.get_by_role("button", name=self.say(msgid, **words), exact=True).first.click()
        self.clicks += 1
        self.page.wait_for_load_state("networkidle")

    def fill(self, msgid: str, text: str, *, nth: int = 0, within: str = "body", **words: Any) -> None:
        """Type into the field with this label."""
        self.field(msgid, nth=nth, within=within, **words).fill(text)
        self.fields += 1

    def fill_named(self, name: str, text: str) -> None:
        """Type into the field of this form name, where many fields share one label."""
        self.page.locator(f'[name="{name}"]').fill(text)
        self.fields += 1

    def select(self, msgid: str, option: str, *, nth: int = 0) -> None:
        """Choose an option by its text."""
        self.field(msgid, nth=nth).select_option(label=self.say(option))
        self.fields += 1

    def tick(self, msgid: str, *, nth: int = 0, within: str = "body") -> None:
        """Choose a radio button or tick a box by its label."""
        self.field(msgid, nth=nth, within=within).check()
        self.fields += 1

    def attach(self, msgid: str, file: Path | dict[str, Any]) -> None:
        """Choose a file: a path or {"name", "mimeType", "buffer"}."""
        self.field(msgid).set_input_files(file)
        self.fields += 1

    def unfold(self, msgid: str, *, nth: int = 0) -> None:
        """Open a folded part of the page."""
        text = re.compile(rf"^\s*{re.escape(self.say(msgid))}")
        self.page.locator("details:not([open]) > summary").filter(has_text=text).nth(nth).click()

    def download(self, msgid: str, into: Path, *, role: str = "link", nth: int = 0) -> Path:
        """Press what downloads a file; the file."""
        with self.page.expect_download() as waiting:
            self.page.get_by_role(role, name=self.say(msgid)).nth(nth).click()
        target = into / waiting.value.suggested_filename
        waiting.value.save_as(target)
        return target

    def field(self, msgid: str, *, nth: int = 0, within: str = "body", **words: Any) -> Any:
        """The field whose label is this text, with or without "optional" behind it."""
        label = re.compile(rf"^\s*{re.escape(self.say(msgid, **words))}\s*(–\s.*)?$")
        return self.page.locator(within).get_by_label(label).nth(nth)

    def sees(self, msgid: str, plural: str = "", count: int = 1, **words: Any) -> None:
        """This text stands on the page, for eyes and not only in the source."""
        text = self.say(msgid, plural, count, **words)
        assert text in self.text, f"{self.role} does not read “{text}” at {self.page.url}:\n{self.text}"

    @property
    def text(self) -> str:
        """What can be read on the page, folded parts included, in one line."""
        return " ".join(self.page.locator("body").text_content().split())

    def examine(self, cut: str = "") -> None:
        """Axe with all rules, no sideways scrolling, nothing in the console. Fails the test with what was found.

        `cut` is what the console says again and again while a test holds the line cut.
        """
        if self._axe:
            self.faults += _violations(self.page)
        root = "document.documentElement"
        if self.page.evaluate(f"{root}.scrollWidth > {root}.clientWidth"):
            self.faults.append("the page scrolls sideways")
        self.faults = [fault for fault in self.faults if not cut or cut not in fault]
        found = "\n".join(self.faults)
        assert not found, f"{self.role} at {self.page.url}:\n{found}\n{self.page.locator('h1').first.inner_text()}"

    def arrive(self) -> None:
        """Count and examine the page that has just been loaded."""
        self.page.wait_for_load_state("load")
        self.pages += 1
        self.examine()

    def leave(self) -> None:
        """Close the browser window; a fault that came after the last page is not lost."""
        self._context.close()

    def let_in(self, user: User) -> None:
        """Signed in already: where signing in is not what the test is about. The desk is still to be opened."""
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        self._context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": self.base}])

    def _sign_in(self, user: User) -> None:
        self.open("/account/login/")
        self.fill("E-mail", user.email)
        self.fill("Password", PASSWORD)
        self.press("Sign in", within="main")
        self.pages, self.fields = 1, 0  # the desk one arrives at is the first page of the work

    def _follow(self, target: Any, status: int = 200) -> None:
        self._expected_status, self.clicks = status, self.clicks + 1
        try:
            with self.page.expect_navigation(wait_until="load"):
                target.click()
        except PlaywrightTimeout as error:  # what the page says instead
            alerts = " | ".join(self.page.locator("[role=alert]:visible, [data-fault]:visible").all_inner_texts())
            place = f"{self.role} at {self.page.url} got no page"
            if alerts or self.faults:
                pytest.fail(f"{place}: {alerts or 'no alert'}; {self.faults}\n{error}")
            raise PlaywrightTimeout(f"{place}\n{error}") from error
        self.arrive()

    def _listen(self) -> None:
        self.page.on("console", lambda message: self._hear(message.type, message.text))
        self.page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        self.page.on("response", self._answered)

    def _hear(self, kind: str, text: str) -> None:
        if self._expected_status != 200 and f"status of {self._expected_status}" in text:
            return  # Chromium repeats the status of the refusal that the journey expects
        self.faults.append(f"console {kind}: {text}")

    def _answered(self, response: Any) -> None:
        if response.status >= 400 and response.status != self._expected_status:
            self.faults.append(f"{response.status} {response.request.method} {response.url}")


def _violations(page: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    return [_sentence(rule, node) for rule in found for node in rule["nodes"]]


def _sentence(rule: dict[str, Any], node: dict[str, Any]) -> str:
    where = " ".join(map(str, node["target"]))
    return f"axe {rule['id']}: {rule['help']}\n    {where}\n    {node['html'][:300]}\n    {node['failureSummary']}"
