"""What an address is asked with: each parameter is known by name and read strictly; 400 names the wrong one."""

from typing import Any, NoReturn

from django.utils import translation
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from accounts.keyset import LARGEST_PAGE, PAGE
from accounts.models import ApiToken, User

LONGEST = 2_000
PAGING = ("cursor", "page_size")


class ApiView(APIView):
    """Every address of the API. `asked_with` names the parameters a GET knows, `acts_with` those of other methods."""

    asked_with: tuple[str, ...] = ()
    acts_with: tuple[str, ...] = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        _check(request, self.asked_with if request.method in {"GET", "HEAD"} else self.acts_with)

    def perform_authentication(self, request: Request) -> None:
        """Who comes with a token and names no language is answered in the language of the profile."""
        super().perform_authentication(request)
        if isinstance(request.auth, ApiToken) and "Accept-Language" not in request.headers:
            assert isinstance(request.user, User)
            translation.activate(request.user.language)


def page_size(request: Request) -> int:
    """Rows wanted on a page; more than the largest page gives the largest page."""
    text = request.query_params.get("page_size") or str(PAGE)
    if not (text.isascii() and text.isdecimal() and len(text) < 19 and int(text)):
        wrong("page_size", _("Write a whole number from 1 to %(most)s.") % {"most": LARGEST_PAGE})
    return min(int(text), LARGEST_PAGE)


def flag(request: Request, name: str) -> bool:
    """A switch: true or false, off without it."""
    text = request.query_params.get(name) or "false"
    return one_of(name, text, ("true", "false")) == "true"


def choice(request: Request, name: str, words: tuple[str, ...] | list[str]) -> str:
    """One of the words, or "" without it."""
    text = request.query_params.get(name, "")
    return one_of(name, text, words) if text else ""


def number(request: Request, name: str) -> int | None:
    """The id of a row, or None without it."""
    text = request.query_params.get(name, "")
    if text and not (text.isascii() and text.isdecimal() and len(text) < 19):
        wrong(name, _("Must be a whole number."))
    return int(text) if text else None


def one_of(name: str, text: str, words: tuple[str, ...] | list[str]) -> str:
    """The text where it is one of the words; 400 otherwise."""
    if text not in words:
        wrong(name, _("Choose one of: %(words)s.") % {"words": ", ".join(words)})
    return text


def page_address(request: Request, cursor: str | None) -> str | None:
    """The address of a neighbouring page."""
    return replace_query_param(request.build_absolute_uri(), "cursor", cursor) if cursor else None


def wrong(name: str, sentence: str) -> NoReturn:
    """400 that names the parameter."""
    raise ValidationError({name: [sentence]})


def _check(request: Request, known: tuple[str, ...]) -> None:
    faults = {}
    for name, texts in request.query_params.lists():
        if name not in known:
            words = ", ".join(known) or _("none")
            faults[_printable(name)] = [_("This parameter is not known. Known here: %(words)s.") % {"words": words}]
        elif any("\x00" in text for text in texts):
            faults[name] = [_("Null characters are not allowed.")]
        elif any(len(text) > LONGEST for text in texts):
            faults[name] = [_("This is too long: at most %(most)s characters.") % {"most": LONGEST}]
    if faults:
        raise ValidationError(faults)


def _printable(name: str) -> str:
    return "".join(char if char.isprintable() else "�" for char in name[:60])
