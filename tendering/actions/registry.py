"""What upper apps add to the acts of a tender at start-up: plain lists of functions, called inside the transaction."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from accounts.models import User
from tendering.models import Tender

SpecCheck = Callable[[Tender], list[dict[str, Any]]]
OnPublication = Callable[[Tender, User, datetime], None]
Audience = Callable[[Tender], Iterable[User]]

# each finding: {"code", "severity": "error" | "warning", "path", "message"}; an error stops saving and releasing
spec_checks: list[SpecCheck] = []
# called when a tender is released and again for each further round: bids makes the seal here
on_publication: list[OnPublication] = []
# people who are told of answers and of a moved deadline, each by a mail of their own
audience: list[Audience] = []
