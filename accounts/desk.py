"""What do I have to do? Upper apps put panels into the list; the desk asks each and sorts by due date."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from django.utils.functional import Promise

from accounts.models import User

Text: TypeAlias = str | Promise
SOON = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do. `group` is the heading it stands under, `note` says what it is about; `due` may be None.

    `offer` marks what may be done at any time ("Prepare a new tender"): shown apart and not counted.
    """

    title: Text
    url: str
    due: datetime | None = None
    group: Text = ""
    note: Text = ""
    offer: bool = False

    def state(self, now: datetime) -> str:
        """For the task list: "error" when overdue, "doing" when due soon, "open" otherwise."""
        if self.due is None:
            return "open"
        if self.due <= now:
            return "error"
        return "doing" if self.due - now <= SOON else "open"


Panel: TypeAlias = Callable[[User, datetime], Iterable[Task]]
panels: list[Panel] = []


def tasks_of(user: User, now: datetime) -> list[Task]:
    """All tasks of a person: first what is due first, then what has no date, in the order of the panels."""
    found = [task for panel in panels for task in panel(user, now)]
    return sorted(found, key=lambda task: (task.due is None, task.due or now))


def grouped(tasks: Iterable[Task]) -> list[tuple[Text, list[Task]]]:
    """Tasks under their headings, headings in order of their first task."""
    groups: dict[str, tuple[Text, list[Task]]] = {}
    for task in tasks:
        groups.setdefault(str(task.group), (task.group, []))[1].append(task)
    return list(groups.values())
