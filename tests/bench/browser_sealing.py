"""Sealing in headless Chromium as the pages do it: a file through the worker into the browser's storage."""

import http.server
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.conf import settings

from tests.browser.conftest import ARGUMENTS, NAMES

SEAL = """async ([megabytes, recipient]) => {
  window.worker ??= new Worker("/js/seal-worker.js", { type: "module" });
  const piece = () => crypto.getRandomValues(new Uint8Array(62_500));
  window.file ??= new Blob(Array.from({ length: megabytes * 16 }, piece));
  const slot = { company: "1", draft: "draft", envelope: "single", lot: "all", object: "object", tender: "1", v: 1 };
  const answer = await new Promise((resolve) => {
    window.worker.onmessage = ({ data }) => data.progress || resolve(data);
    window.worker.postMessage({ id: 1, op: "seal", args: { file: window.file, slot, recipient } });
  });
  if (answer.error) throw new Error(answer.error.message);
  return answer.result.size;
}"""


@contextmanager
def sealing(megabytes: int, recipient: str) -> Iterator[Callable[[], int] | None]:
    """A call that seals once and gives the sealed size in bytes; None where there is no Chromium or no built script."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None or not (settings.STATIC_BUILD_DIR / "js" / "seal-worker.js").exists():
        yield None
        return
    from playwright.sync_api import sync_playwright

    with _served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        page = browser.new_page()
        page.set_default_timeout(120_000)
        page.route("**/start", lambda route: route.fulfill(body="<title>bench</title>", content_type="text/html"))
        page.goto(f"{address}/start")
        yield lambda: int(page.evaluate(SEAL, [megabytes, recipient]))
        browser.close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing between the tables."""


@contextmanager
def _served() -> Iterator[str]:
    handler = partial(_Quiet, directory=str(settings.STATIC_BUILD_DIR))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
