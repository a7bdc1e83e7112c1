"""Marks texts for the translators without importing a translation library into a plain package."""

from __future__ import annotations


def gettext_noop(message: str) -> str:
    """The text itself; the caller translates it when it is shown."""
    return message
