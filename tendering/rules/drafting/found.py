"""The raw result of one check, before profile and rule book decide on level and source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as with_default

from tendering.rules.findings import Param


@dataclass(frozen=True, slots=True)
class Found:
    """`source` and `confidence` only where a row other than the check's own decided (a threshold, a limit).

    `can_stop` where going on makes no sense.
    """

    code: str
    field: str
    params: Mapping[str, Param] = with_default(default_factory=dict)
    source: str = ""
    confidence: str = ""
    is_hint: bool = False
    can_stop: bool = False

    @property
    def check_id(self) -> str:
        return self.code.partition(".")[0]
