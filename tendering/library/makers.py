"""How a draft is made from a template, by kind. Tenders are made here; upper apps add theirs at start-up."""

from collections.abc import Callable
from dataclasses import dataclass

from accounts.models import Organization, User
from tendering.models import TemplateVersion


@dataclass(frozen=True, slots=True)
class Made:
    """The new draft: its number and the page it goes on at."""

    reference: str
    pk: int
    url: str


# (actor, version, buyer, language) -> the draft; refuses where the actor may not
Make = Callable[[User, TemplateVersion, Organization, str], Made]


@dataclass(frozen=True, slots=True)
class Maker:
    """Who may use templates of a kind, and the function that makes the draft."""

    roles: frozenset[str]
    make: Make


makers: dict[str, Maker] = {}
