"""Chromium in front of a server of our own: one picture per page and rendering, and what is wrong with the page."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import polib
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from accounts.models import User
from tests.screens.samples import Shot

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
TALLEST = 7_000  # pixels of a picture; what is longer is cut, the page is not
TEXTS = """() => {
  const page = document.documentElement.lang, found = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.textContent.trim(), node = walk.currentNode.parentElement;
    const own = node.closest('[lang]');
    const ours = !node.closest('script, style, code, .app-hash') && (!own || own.lang === page);
    if (text.length > 3 && ours) found.add(text);
  }
  return [...found];
}"""


@dataclass(frozen=True, slots=True)
class Rendering:
    """How a page is looked at."""

    name: str
    language: str
    width: int = 1280
    theme: str = "light"
    media: str = "screen"


LOOKS = {"desktop": (1280, "light", "screen"), "phone": (390, "light", "screen"), "dark": (1280, "dark", "screen"),
         "print": (703, "light", "print")}  # fmt: skip
RENDERINGS = [Rendering(f"{look}-{lang}", lang, *rest) for lang in ("de", "en") for look, rest in LOOKS.items()]


@dataclass
class Picture:
    """One file, and every fault of the page that was seen."""

    state: str
    shot: Shot
    rendering: Rendering
    file: Path
    faults: list[str] = field(default_factory=list)


@contextmanager
def server(data: Path) -> Iterator[str]:
    """The product's own server on a free port, over this data folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "-b", f"127.0.0.1:{port}", "--threads", "4"]
    environment = {**os.environ, "DEMO": "1", "DATA_DIR": str(data), "PORT": str(port), "LOG_LEVEL": "ERROR"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    try:
        _wait(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    for _attempt in range(120):
        if process.poll() is not None:
            raise SystemExit("The server ended by itself: run `DEMO=1 python manage.py check`.")
        try:
            with urlopen(f"{address}/healthz") as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("The server does not answer.")


@contextmanager
def chromium() -> Iterator[Any]:
    """The machine's own browser; none is ever downloaded."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise SystemExit("No Chromium on this machine (Debian: apt install chromium-headless-shell).")
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # its loop runs in this thread
    arguments = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


class Camera:
    """Takes pictures of one server; a context per person and rendering is kept open."""

    def __init__(self, browser: Any, base: str, out: Path) -> None:
        self.browser, self.base, self.out = browser, base, out
        self.contexts: dict[tuple[int | None, str], Any] = {}
        self.sessions: dict[int, str] = {}

    def take(self, state: str, shot: Shot, rendering: Rendering) -> Picture:
        file = self.out / state / f"{shot.name}--{rendering.name}.png"
        picture = Picture(state, shot, rendering, file)
        file.parent.mkdir(parents=True, exist_ok=True)
        page = self._context(shot.user, rendering).new_page()
        try:
            self._look(page, picture)
        except Exception as error:  # a page that hangs is a fault of that page, not the end of the walk
            picture.faults.append(f"no picture: {str(error).splitlines()[0][:200]}")
        finally:
            page.close()
        return picture

    def _look(self, page: Any, picture: Picture) -> None:
        shot, rendering, faults = picture.shot, picture.rendering, picture.faults
        page.on("console", lambda m: m.type in ("error", "warning") and faults.append(f"console: {m.text[:200]}"))
        page.on("pageerror", lambda error: faults.append(f"script: {str(error)[:200]}"))
        response = page.goto(f"{self.base}{shot.path}")
        if shot.submit:
            for name, value in shot.fill.items():
                page.locator(f"main form[method=post] [name={name}]").first.fill(value)
            page.locator("main form[method=post] button:not([name=rows])").last.click()
            page.wait_for_load_state()
        status = response.status if response else 0
        if status >= 500 or (status >= 400 and picture.state != "error"):
            faults.append(f"status {status}")
        if picture.state == "error":  # the browser itself reports the refusal that is wanted here
            faults[:] = [fault for fault in faults if "Failed to load resource" not in fault]
        if rendering.media == "print":
            page.emulate_media(media="print")
        page.wait_for_timeout(120)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wider > 0:
            faults.append(f"sideways scroll of {wider} px")
        faults += untranslated(page.evaluate(TEXTS), rendering.language)
        height = min(TALLEST, page.evaluate("document.documentElement.scrollHeight"))
        page.screenshot(
            path=str(picture.file), full_page=True, clip={"x": 0, "y": 0, "width": rendering.width, "height": height}
        )

    def _context(self, user: int | None, rendering: Rendering) -> Any:
        key = (user, rendering.name)
        if key not in self.contexts:
            context = self.browser.new_context(
                viewport={"width": rendering.width, "height": 900}, color_scheme=rendering.theme,
                locale={"de": "de-DE", "en": "en-GB"}[rendering.language], timezone_id="Europe/Berlin",
                reduced_motion="reduce",
            )  # fmt: skip
            context.set_default_timeout(20_000)
            cookies = {"django_language": rendering.language, "theme": rendering.theme}
            if user is not None:
                cookies[settings.SESSION_COOKIE_NAME] = self._session(user)
            context.add_cookies([{"name": name, "value": value, "url": self.base} for name, value in cookies.items()])
            self.contexts[key] = context
        return self.contexts[key]

    def _session(self, pk: int) -> str:
        """A session of that person, as signing in would make it."""
        if pk not in self.sessions:
            user, store = User.objects.get(pk=pk), SessionStore()
            store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(pk), settings.AUTHENTICATION_BACKENDS[0]
            store[HASH_SESSION_KEY] = user.get_session_auth_hash()
            store.save()
            self.sessions[pk] = str(store.session_key)
        return self.sessions[pk]

    def close(self) -> None:
        for context in self.contexts.values():
            context.close()


def untranslated(texts: Iterable[str], language: str) -> list[str]:
    """Sentences of ours that stand there in the other language."""
    english, german = _catalogue()
    foreign, own = (english, german) if language == "de" else (german, english)
    ours = foreign - own - {settings.SITE_NAME, "Deutsch", "English"}
    return [f"not translated: {text[:80]}" for text in texts if _plain(text) in ours]


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


@cache
def _catalogue() -> tuple[set[str], set[str]]:
    """(English, German) sentences without placeholders."""
    entries = polib.pofile(str(ROOT / "config/locale/de/LC_MESSAGES/django.po"))
    told = [entry for entry in entries if entry.msgstr and "%(" not in entry.msgid]
    return {_plain(entry.msgid) for entry in told}, {_plain(entry.msgstr) for entry in told}
