"""`manage.py check --deploy`: what a platform must say about itself before the public may use it."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register

# variable -> (where its value lies, what is missing without it)
NEEDED = {
    "OPERATOR_NAME": ("name", "imprint and privacy page do not say who runs this platform"),
    "OPERATOR_ADDRESS": ("address", "the imprint has no postal address"),
    "OPERATOR_EMAIL": ("email", "help and error pages have no address to write to"),
    "OPERATOR_PHONE": ("phone", "nobody can call on the day of a deadline"),
    "OPERATOR_PRIVACY_EMAIL": ("privacy_officer", "the privacy page names no data protection officer"),
    "PRIVACY_AUTHORITY": ("privacy_authority", "the privacy page names no supervisory authority"),
}


@register(Tags.security, deploy=True)
def the_operator_is_named(app_configs: Sequence[AppConfig] | None, **_kwargs: Any) -> list[CheckMessage]:
    """A warning per text of the standing pages that only the operator can give."""
    return list(_missing())


def _missing() -> Iterator[CheckMessage]:
    for number, (variable, (key, consequence)) in enumerate(NEEDED.items(), 1):
        if not settings.OPERATOR[key]:
            yield Warning(f"{variable} is not set: {consequence}.", id=f"config.W{number:03}")
    statement = settings.ACCESSIBILITY
    if not statement["enforcement_body"] and not statement["enforcement_bodies"]:
        yield Warning(
            "ENFORCEMENT_BODY or ENFORCEMENT_BODIES is not set: the accessibility statement names no body to turn to.",
            id="config.W010",
        )
    if statement["checked_on"] is None:
        yield Warning(
            "ACCESSIBILITY_DATE is not set: the accessibility statement does not say when it was made.",
            id="config.W011",
        )
