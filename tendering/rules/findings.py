"""What a check found, ready for a page, the file and the API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as with_default
from datetime import date
from decimal import Decimal
from typing import Any, Literal

Level = Literal["stop", "warn", "hint"]
Param = str | int | Decimal | date

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Finding:
    """`stop` refuses the step, `warn` takes a reason from the officer, `hint` informs.

    `code` names the case within the check (`R15.period`); `message` is an English message id with `params`
    (amounts as Decimal, days as date: format them for the reader); `field` is where it belongs in the form.
    """

    check_id: str
    code: str
    level: Level
    message: str
    field: str
    source: str
    confidence: str
    params: Mapping[str, Param] = with_default(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON for the record; `from_json` gives the equal finding back."""
        params = {name: str(value) for name, value in self.params.items()}
        names = ("check_id", "code", "level", "message", "field", "source", "confidence")
        return {**{name: getattr(self, name) for name in names}, "params": params}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Finding:
        params = {name: _typed(value) for name, value in data["params"].items()}
        return cls(**{**data, "params": params})


def _typed(text: str) -> Param:
    if _DATE.fullmatch(text):
        return date.fromisoformat(text)
    return Decimal(text) if _NUMBER.fullmatch(text) else text
