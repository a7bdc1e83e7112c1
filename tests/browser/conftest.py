"""Chromium, a server of the product's own code and people to send there."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from pytest_django.live_server_helper import LiveServer

from tests.browser.visitor import Visitor

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The machine's own Chromium; browsers are never downloaded."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("Browser tests: no Chromium on this machine (Debian: apt install chromium-headless-shell)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session", autouse=True)
def _static_files() -> None:
    built = Path(settings.STATIC_BUILD_DIR)
    if not (built / "kern" / "kern.min.css").exists() or not (built / "js" / "app.js").exists():
        pytest.fail(f"The static files are not built: run `make setup` (expected them in {built}).", pytrace=False)


@pytest.fixture(scope="session", autouse=True)
def _database_beside_playwright() -> Iterator[None]:
    """Playwright's loop runs in this thread; Django would take our own queries for calls from async code."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def live_server(request: pytest.FixtureRequest) -> Iterator[LiveServer]:
    """Whitenoise serves the static files by its finders, as it does in the demo."""
    request.getfixturevalue("django_db_setup")
    server = LiveServer("127.0.0.1")
    yield server
    server.stop()


@pytest.fixture
def visit(chromium: Any, live_server: LiveServer, transactional_db: None) -> Iterator[Callable[..., Visitor]]:
    """visit("officer", user=…, language="de", width=1280, theme="light", scripts=True) -> a browser of one's own."""
    visitors: list[Visitor] = []

    def make(role: str, **wishes: Any) -> Visitor:
        visitors.append(Visitor(chromium, live_server.url, role, **wishes))
        return visitors[-1]

    yield make
    for visitor in visitors:
        visitor.leave()
