"""A bid of a hundred megabytes over a bad line; and what a browser sealed, opened by the program age."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bids.models import SealedObject, Upload
from bids.storage import open_sealed_file
from tests.browser.test_sealing import Scene
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LARGE = 100_000_000


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_hundred_megabytes_arrive_although_the_line_is_cut_twice_and_the_page_is_loaded_anew(
    visit: Callable[..., Visitor], tmp_path: Path, language: str
) -> None:
    scene = Scene(visit, tmp_path, size=LARGE, language=language)
    page = scene.visitor.page
    page.set_default_timeout(240_000)
    allowed = [4]
    offsets: list[int] = []

    def cut(route: Any) -> None:
        if route.request.method == "PATCH":
            offsets.append(int(route.request.headers["upload-offset"]))
            allowed[0] -= 1
        route.continue_() if allowed[0] >= 0 else route.abort()

    def stands() -> int:
        return Upload.objects.get().offset

    page.route("**/api/v1/uploads/*/", cut)
    scene.send()
    broken = page.get_by_text(scene.visitor.say("The line is interrupted. It goes on by itself."))
    broken.wait_for()  # the first cut; the line comes back
    scene.visitor.examine(cut="net::ERR_FAILED")
    first = stands()
    assert 0 < first < LARGE
    allowed[0] = 6
    page.wait_for_function("() => true")
    while stands() == first:
        page.wait_for_timeout(200)
    page.unroute_all(behavior="ignoreErrors")
    page.route("**/api/v1/uploads/*/", lambda route: route.abort())  # the second cut, and the page goes
    page.wait_for_timeout(500)
    second = stands()
    assert first < second < LARGE
    page.unroute_all(behavior="ignoreErrors")
    page.route("**/api/v1/uploads/*/", lambda route: (cut_after.append(route.request.method), route.continue_()))
    cut_after: list[str] = []
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    scene.arrives()
    scene.visitor.faults.clear()  # the cut lines are told in the console
    scene.visitor.examine()
    sealed = SealedObject.objects.get()
    chunks = cut_after.count("PATCH")
    assert chunks < sealed.size / (4 << 20), "it began again instead of going on"
    assert scene.read_after_opening() == scene.data


@pytest.mark.skipif(shutil.which("age") is None, reason="age is not installed")
def test_what_the_browser_sealed_is_opened_by_the_program_age(
    visit: Callable[..., Visitor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tender's key is kept here for once, as nobody keeps it: it is made anew and given to the tender's seal."""
    from bids.models import TenderSeal
    from bids.sealing import new_tender_secret

    scene = Scene(visit, tmp_path)
    secret = new_tender_secret()
    TenderSeal.objects.filter(tender=scene.tender).update(recipient=secret.recipient)
    scene.visitor.open(f"/bids/{scene.draft.pk}/documents/")
    scene.send()
    scene.arrives()
    item = SealedObject.objects.get()
    key, sealed = tmp_path / "key.txt", tmp_path / "document.age"
    key.write_bytes(secret.secret + b"\n")
    sealed.write_bytes(open_sealed_file(item.path).read())
    opened = subprocess.run(["age", "-d", "-i", str(key), str(sealed)], capture_output=True, check=True).stdout
    line, _feed, rest = opened.partition(b"\n")
    assert json.loads(line)["object"] == str(item.pk)
    assert rest.startswith(scene.data)
    assert not rest[len(scene.data) :].strip(b"\0")
