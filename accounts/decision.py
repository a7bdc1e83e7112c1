"""May I? The one answer that button, page, API, admin and command line share."""

from dataclasses import dataclass
from typing import Literal, NoReturn, TypeAlias

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Allowed:
    """The act may be done now."""

    def __bool__(self) -> Literal[True]:
        return True


@dataclass(frozen=True, slots=True)
class Refused:
    """Falsy: a stable code for machines, a sentence for people, 403 (not you) or 409 (not now)."""

    code: str
    sentence: str | Promise
    status: Literal[403, 409] = 409

    def __bool__(self) -> Literal[False]:
        return False


Decision: TypeAlias = Allowed | Refused
ALLOWED = Allowed()


class RefusedError(Exception):
    """Raised by actions; interfaces show `refused.sentence` with `refused.status`."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.code)
        self.refused = refused


def refuse(code: str, sentence: str | Promise, status: Literal[403, 409] = 409) -> NoReturn:
    """Stop the running action with a refusal."""
    raise RefusedError(Refused(code, sentence, status))


def require(decision: Decision) -> None:
    """Stop the running action unless the decision allows it."""
    if isinstance(decision, Refused):
        raise RefusedError(decision)
