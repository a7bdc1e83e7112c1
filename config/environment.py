"""Settings from the environment, typed; a malformed value stops the start with one clear line."""

import os
import secrets
from datetime import date
from pathlib import Path
from typing import NoReturn

_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def fail(name: str, reason: str) -> NoReturn:
    """Stop with one line that names the variable and what would be right."""
    raise SystemExit(f"Zuschlag cannot start: {name} {reason}")


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def boolean(name: str, default: bool = False) -> bool:
    """Strict: an unknown word is an error, never silently False."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    word = raw.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    fail(name, f"must be 1 or 0, not {raw!r}")


def integer(name: str, default: int, low: int, high: int) -> int:
    raw = text(name)
    if not raw:
        return default
    if not raw.isascii() or not raw.isdigit() or not low <= int(raw) <= high:
        fail(name, f"must be a whole number from {low} to {high}, not {raw!r}")
    return int(raw)


def http_address(name: str) -> str:
    """An address with http:// or https://, or "" when the variable is not set."""
    raw = text(name)
    if raw and not (raw.startswith(("http://", "https://")) and len(raw.split()) == 1):
        fail(name, f"must be an address with http:// or https://, not {raw!r}")
    return raw


def existing_file(name: str) -> Path | None:
    """A file that can be read, or None when the variable is not set."""
    raw = text(name)
    if raw and not (Path(raw).is_file() and os.access(raw, os.R_OK)):
        fail(name, f"must name a file that can be read, not {raw!r}")
    return Path(raw) if raw else None


def day(name: str) -> date | None:
    """A day as 2026-12-31, or None when the variable is not set."""
    raw = text(name)
    try:
        return date.fromisoformat(raw) if raw else None
    except ValueError:
        fail(name, f"must be a day like 2026-12-31, not {raw!r}")


def lines(name: str) -> tuple[str, ...]:
    """Texts separated by "|"."""
    return tuple(part.strip() for part in text(name).split("|") if part.strip())


def table(name: str) -> dict[str, str]:
    """Entries "NW=some text|SN=another", keyed by what stands before the sign."""
    found = {}
    for part in lines(name):
        key, sign, value = part.partition("=")
        if not sign or not key.strip() or not value.strip():
            fail(name, f"must be entries like NW=text, separated by |, not {part!r}")
        found[key.strip()] = value.strip()
    return found


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = text(name, default) or default
    if value not in allowed:
        fail(name, f"must be one of {', '.join(allowed)}, not {value!r}")
    return value


def folder(name: str, default: Path) -> Path:
    """Absolute path of a folder that exists afterwards."""
    path = Path(text(name) or default).expanduser().resolve()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fail(name, f"{path} cannot be used as a folder: {error.strerror}")
    return path


def secret_key(demo: bool, keys: Path) -> str:
    """SECRET_KEY, or the content of SECRET_KEY_FILE; in demo mode one is made and kept beside the data."""
    if value := text("SECRET_KEY"):
        return value
    file = Path(text("SECRET_KEY_FILE")) if text("SECRET_KEY_FILE") else None
    if file is None and not demo:
        fail("SECRET_KEY or SECRET_KEY_FILE", "is required outside demo mode (DEMO=1)")
    if file is None:
        return _kept_secret(keys / "secret.key")
    try:
        value = file.read_text("utf-8").strip()
    except OSError as error:
        fail("SECRET_KEY_FILE", f"cannot be read: {error.strerror}")
    return value or fail("SECRET_KEY_FILE", "is empty")


def _kept_secret(path: Path) -> str:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    except FileExistsError:
        return path.read_text("utf-8").strip()
    value = secrets.token_urlsafe(48)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(value)
    return value
