"""Faults on purpose: what was acknowledged must be there afterwards, once, whole. `python -m tests.faults --help`."""

from collections.abc import Callable
from importlib import import_module
from typing import Any


class LeftOutError(Exception):
    """What this machine lacks for a run."""


def _run(module: str, name: str) -> Callable[[], Callable[..., Any]]:
    return lambda: getattr(import_module(f"tests.faults.{module}"), name)


RUNS = {
    "kill": _run("kills", "kill"),
    "term": _run("kills", "term"),
    "database": _run("database", "database"),
    "disk": _run("disk", "disk"),
    "fsync": _run("disk", "fsync"),
    "slow": _run("slow", "slow"),
    "clock": _run("clock", "clock"),
    "clock_postgresql": _run("clock", "clock_postgresql"),
    "mail": _run("mail", "mail"),
    "worker": _run("mail", "worker"),
    "background": _run("background", "background"),
    "upgrade": _run("upgrade", "upgrade"),
}
