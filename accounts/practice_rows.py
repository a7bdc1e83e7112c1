"""Which rows belong to a practice: every foreign key is followed until it reaches an organisation or a person.

Used where a table is shown or cleaned as a whole; lists and acts ask `visible_to` and `role_table`.
"""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from django.db import models
from django.db.models import F, Q, QuerySet

from accounts import practice
from accounts.models import AuditEvent, ChainHead, Organization, OutboxMessage, PracticeRun, User

DEEPEST = 5
# Upper apps that keep chains of their own objects: gives the names of all chains that belong to practices.
chain_sources: list[Callable[[], Iterable[str]]] = []


def path_to(model: Any, goal: Any) -> str:
    """The shortest way of foreign keys from a model to another ("bid__tender__buyer"), "" when there is none."""
    queue: deque[tuple[type[models.Model], tuple[str, ...]]] = deque([(model, ())])
    seen = {model}
    while queue:
        here, path = queue.popleft()
        if here is goal and path:
            return "__".join(path)
        for name, target in keys_of(here):
            fresh = target not in seen or target is goal
            if fresh and len(path) < DEEPEST and target is not PracticeRun:
                seen.add(target)
                queue.append((target, (*path, name)))
    return ""


def keys_of(model: type[models.Model]) -> list[tuple[str, type[models.Model]]]:
    """(name, target) of the foreign keys; those that must be filled come first, they say whose a row is."""
    keys = [f for f in model._meta.get_fields() if f.many_to_one or (f.one_to_one and f.concrete)]
    own: list[Any] = [f for f in keys if f.concrete and isinstance(f.related_model, type)]
    return [(field.name, field.related_model) for field in sorted(own, key=lambda field: bool(field.null))]


def only_here(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The rows of a whole table that belong to the present world."""
    model = rows.model
    if model is User:
        return rows.exclude(email__endswith=f"@{practice.DOMAIN}")
    if model is OutboxMessage:
        return rows.exclude(recipient__endswith=f"@{practice.DOMAIN}")
    if model in (AuditEvent, ChainHead):
        return rows.exclude(chain__startswith="practice:").exclude(chain__in=chains())
    if path := path_to(model, Organization):
        return rows.filter(Q(practice.Here(F(f"{path}_id"), organization=True)) | Q(**{f"{path}__isnull": True}))
    if path := path_to(model, User):
        return rows.exclude(**{f"{path}__email__endswith": f"@{practice.DOMAIN}"})
    return rows


def chains() -> list[str]:
    """Chains of everything practised."""
    organizations = Organization.everywhere.filter(practice_run__isnull=False).values_list("pk", flat=True)
    return [*(f"organization:{pk}" for pk in organizations), *(name for source in chain_sources for name in source())]


def belonging_to(model: type[models.Model], organizations: list[int], users: list[int]) -> QuerySet[Any] | None:
    """Rows of a model that hang on one of these organisations or people; None when it hangs on neither."""
    conditions = Q()
    for goal, keys in ((Organization, organizations), (User, users)):
        if model is goal:
            conditions |= Q(pk__in=keys)
        elif path := path_to(model, goal):
            conditions |= Q(**{f"{path}__in": keys})
    return model._base_manager.filter(conditions) if conditions else None
