"""`make screenshots`: pictures of every page into var/screenshots, and what is wrong with them.

.venv/bin/python tests/screenshots.py [--only NAME] [--state full|empty|long|error] [--renderings desktop-de,phone-de]
                                      [--minutes 20] [--fresh]

Walks the pages of tests/config/access_table.py over a demo of its own, each in eight renderings (1280 wide, 390 wide,
dark, on paper; German and English), then an empty platform, the longest names, and forms sent in wrongly. Prints
console messages, sideways scrolling and sentences in the wrong language; index.html lays all pictures side by side.
"""

import argparse
import html
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "var" / "screenshots"
STATES = ("full", "empty", "long", "error")
sys.path.insert(0, str(ROOT))


def main() -> int:
    given = _arguments()
    if given.worker:
        return _worker(given)
    started, codes = time.monotonic(), []
    if not (given.only or given.state or given.renderings):
        for state in STATES:
            shutil.rmtree(OUT / state, ignore_errors=True)
    for state in (given.state,) if given.state else STATES:
        left = given.minutes * 60 - (time.monotonic() - started)
        if left <= 0:
            print(f"{state}: left out, the time is over (--minutes {given.minutes})")
            continue
        codes.append(_run(state, given, left))
    print(f"\nPictures and index.html: {OUT}")
    return max(codes, default=0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="pages whose name contains this")
    parser.add_argument("--state", choices=STATES, default="")
    parser.add_argument("--renderings", default="", help="names separated by commas, for example desktop-de,phone-de")
    parser.add_argument("--minutes", type=float, default=20.0, help="no new picture is begun after this time")
    parser.add_argument("--fresh", action="store_true", help="build the data anew")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _run(state: str, given: argparse.Namespace, seconds: float) -> int:
    """One state in a process of its own: settings and data folder are chosen once per process."""
    data = OUT / "data" / ("full" if state == "error" else state) / "var"
    fresh = given.fresh and state != "error"
    environment = {**os.environ, "DEMO": "1", "DATA_DIR": str(data), "DATABASE_URL": "", "LOG_LEVEL": "ERROR",
                   "DJANGO_SETTINGS_MODULE": "config.settings", "OPENING_GUARD": "0"}  # fmt: skip
    environment.pop("DATABASE_URL")
    if fresh:
        shutil.rmtree(data.parent, ignore_errors=True)
    if not (data / "ready").exists():
        shutil.rmtree(data.parent, ignore_errors=True)
        data.mkdir(parents=True)
        manage = [sys.executable, "manage.py"]
        print(f"· Building the data of state {state}", flush=True)
        subprocess.run([*manage, "migrate", "--noinput", "-v", "0"], cwd=ROOT, env=environment, check=True)
        if data.parent.name == "full":
            subprocess.run([*manage, "demo"], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    arguments = ["--worker", "--state", state, "--only", given.only, "--renderings", given.renderings]
    command = [sys.executable, str(Path(__file__)), *arguments, "--minutes", str(seconds / 60)]
    return subprocess.run(command, cwd=ROOT, env=environment).returncode


def _worker(given: argparse.Namespace) -> int:
    import logging

    import django

    django.setup()
    logging.disable(logging.CRITICAL)  # pages that refuse are tried on purpose
    from tests.screens.camera import RENDERINGS, Camera, chromium, server

    state, names = given.state, [name for name in given.renderings.split(",") if name]
    shots = [shot for shot in _shots(state, given.only) if given.only in shot.name]
    wanted = [one for one in RENDERINGS if not names or one.name in names]
    end, taken = time.monotonic() + given.minutes * 60, []
    data = Path(os.environ["DATA_DIR"])
    with server(data) as base, chromium() as browser:
        camera = Camera(browser, base, OUT)
        for rendering in wanted:
            for shot in shots:
                if time.monotonic() > end:
                    print(f"{state}: time is over before {rendering.name} of {shot.name}")
                    break
                taken.append(camera.take(state, shot, rendering))
                for fault in taken[-1].faults:
                    print(f"{state} {shot.name} {rendering.name}: {fault}", flush=True)
        camera.close()
    faulty = sum(bool(picture.faults) for picture in taken)
    print(f"{state}: {len(shots)} pages, {len(taken)} pictures, {faulty} with a fault")
    _index()
    return int(faulty > 0)


def _shots(state: str, only: str) -> list[Any]:
    """The pages of a state; the data of "empty" and "long" are built at the first walk and their pages remembered."""
    import json
    from dataclasses import asdict

    from tests.screens import samples, states

    folder = Path(os.environ["DATA_DIR"])
    ready = folder / "ready"
    if state == "error":
        return states.errors()
    if state == "full":
        if not ready.exists():
            states.enrich()
            ready.touch()
        found, without = samples.shots(only)
        if without:
            print(f"No sample for: {', '.join(without)}")
        return found
    builders: dict[str, Callable[[], list[Any]]] = {"empty": states.build_empty, "long": states.build_long}
    if not ready.exists():
        ready.write_text(json.dumps([asdict(shot) for shot in builders[state]()]))
    return [samples.Shot(**fields) for fields in json.loads(ready.read_text())]


def _index() -> None:
    """All pictures side by side: a row per page, a cell per rendering."""
    rows = []
    for state in STATES:
        pages: dict[str, list[Path]] = {}
        for file in sorted((OUT / state).glob("*.png")):
            pages.setdefault(file.stem.split("--")[0], []).append(file)
        for page, files in pages.items():
            cells = "".join(_cell(state, file) for file in files)
            rows.append(f"<tr><th>{state}<br>{html.escape(page)}</th>{cells}</tr>")
    style = "body{font:14px sans-serif}img{width:180px;max-height:260px;object-fit:cover;object-position:top}"
    head = f"<!doctype html><meta charset=utf-8><title>Pages</title><style>{style}</style>"
    (OUT / "index.html").write_text(f"{head}<table>{''.join(rows)}</table>", "utf-8")


def _cell(state: str, file: Path) -> str:
    address, name = f"{state}/{html.escape(file.name)}", html.escape(file.stem.split("--")[1])
    return f'<td><a href="{address}"><img loading="lazy" src="{address}" alt=""><br>{name}</a></td>'


if __name__ == "__main__":
    sys.exit(main())
