"""Sets a clone up: .venv from the hash-locked lists, the static files by Node. Quick when nothing has changed.

python3 config/install.py [--dev]     needs nothing but Python >= 3.11 and its venv module
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
STAMPS = VENV / ".installed"
NODE_AT_LEAST = 20


def main(arguments: list[str]) -> None:
    """Install what is missing; each part is skipped when its stamp holds the hashes of what it is made from."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this file runs before anything has checked the version
        raise SystemExit("Zuschlag needs Python 3.11 or newer. Name one: make PYTHON=python3.12 demo")
    lock = ROOT / ("requirements-dev.lock" if "--dev" in arguments else "requirements.lock")
    if not any(_is_current(name, [ROOT / name]) for name in {lock.name, "requirements-dev.lock"}):
        _install_packages(lock)
    if not (_is_current("frontend", _frontend_sources()) and (_static_build() / "kern").is_dir()):
        _build_frontend()


def _install_packages(lock: Path) -> None:
    if not (BIN / "python").exists():
        _say("Making .venv")
        _run([sys.executable, "-m", "venv", str(VENV)])
    _say(f"Installing the packages of {lock.name} (once, about two minutes)")
    _install(lock)
    _stamp(lock.name, [lock])


def _install(lock: Path) -> None:
    """By uv when it is there (quick), else or when uv finds no registry by pip, which knows this machine's settings.

    The list is complete, so nothing is resolved: an older pip meets `coverage[toml]>=7` among a package's own wishes,
    takes the newest release for it and then refuses that as unpinned.
    """
    wanted = ["install", "--require-hashes", "--no-deps", "-r", str(lock)]
    if uv := shutil.which("uv"):
        command = [uv, "pip", *wanted, "-q", "--python", str(BIN / "python")]
        if subprocess.run(command, cwd=ROOT).returncode == 0:  # noqa: S603 - our own words
            return
        _say("uv could not install them, so pip does")
    _run([str(BIN / "python"), "-m", "pip", *wanted, "-q", "--disable-pip-version-check"])


def _build_frontend() -> None:
    """npm ci by the locked hashes, then one esbuild call into var/static-build."""
    search = os.environ["PATH"]
    if not _has_node():
        _say("This machine has no Node of its own: taking the locked one from a wheel")
        _install(ROOT / "requirements-build.lock")
        search = f"{BIN}{os.pathsep}{search}"
    _say("Building the static files")
    environment = {**os.environ, "PATH": search}
    npm, node = shutil.which("npm", path=search), shutil.which("node", path=search)
    _run([str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], environment)
    _run([str(node), "config/frontend/build.mjs"], environment, quiet=True)
    _stamp("frontend", _frontend_sources())


def _has_node() -> bool:
    """Whether the machine brings npm and a Node of at least version 20."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    answer = subprocess.run([node, "--version"], capture_output=True, text=True).stdout  # noqa: S603 - found by which
    major = answer.strip().removeprefix("v").split(".")[0]
    return major.isdigit() and int(major) >= NODE_AT_LEAST


def _frontend_sources() -> list[Path]:
    own = sorted(path for path in (ROOT / "config" / "frontend").rglob("*") if path.is_file())
    return [ROOT / "package-lock.json", ROOT / "bids" / "sealing" / "words.json", *own]


def _static_build() -> Path:
    return Path(os.environ.get("STATIC_BUILD_DIR") or ROOT / "var" / "static-build")


def _stamp(name: str, sources: Iterable[Path]) -> None:
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).write_text(_hash_of(sources), "utf-8")


def _is_current(name: str, sources: Iterable[Path]) -> bool:
    stamp = STAMPS / name
    return (BIN / "python").exists() and stamp.exists() and stamp.read_text("utf-8") == _hash_of(sources)


def _hash_of(sources: Iterable[Path]) -> str:
    total = hashlib.sha256(str(_static_build()).encode())
    for path in sources:
        total.update(path.name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def _run(command: list[str], environment: dict[str, str] | None = None, *, quiet: bool = False) -> None:
    output = subprocess.DEVNULL if quiet else None
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=output)  # noqa: S603 - our own words
    if done.returncode:
        raise SystemExit(f"This step failed: {' '.join(command)}")


def _say(sentence: str) -> None:
    print(f"· {sentence}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
