"""The look of one municipality: contrast of its colour on every ground of KERN, the style sheet made of it, its logo.

Only the accent changes, by KERN's own tokens; text, grounds and signal colours stay. A ratio is that of WCAG 2.2
(relative luminance), from 1 to 21; 4.5 is what text needs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from hashlib import sha256
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, Theme

LEAST = 4.5
LOGO_LIMIT = 100_000
# KERN's tokens as sRGB (tests/accounts/test_theming.py computes them anew from the style sheet): what links stand on
GROUNDS: dict[str, dict[str, str]] = {
    "light": {
        "layout-background-default": "#ffffff",
        "layout-background-hued": "#f3f4f7",
        "feedback-info-background": "#c0f3ff",
        "feedback-success-background": "#cdf2e4",
        "feedback-warning-background": "#ffe7b6",
        "feedback-danger-background": "#fee4e0",
    },
    "dark": {
        "layout-background-default": "#000000",
        "layout-background-hued": "#131525",
        "layout-background-level-2": "#1d2034",
        "feedback-info-background": "#002533",
        "feedback-success-background": "#00271b",
        "feedback-warning-background": "#351b00",
        "feedback-danger-background": "#4c0000",
    },
}
WORDS: dict[str, Promise] = {
    "layout-background-default": _("the page"),
    "layout-background-hued": _("grey panels"),
    "layout-background-level-2": _("raised panels"),
    "feedback-info-background": _("notices"),
    "feedback-success-background": _("green notices"),
    "feedback-warning-background": _("yellow notices"),
    "feedback-danger-background": _("red notices"),
}
SIGNATURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


@dataclass(frozen=True, slots=True)
class Weakest:
    """Where a colour is read worst: the ground in words, the ratio cut to two decimals, a colour that would do."""

    ground: str
    ratio: Decimal
    example: str


@dataclass(frozen=True, slots=True)
class Look:
    """What a page of the organisation links to; addresses are "" for what it has not set."""

    name: str
    css: str
    logo: str


def contrast(one: str, other: str) -> float:
    """Ratio of two colours "#rrggbb", 1.0 to 21.0; the order does not matter."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def weakest(accent: str, mode: str) -> Weakest | None:
    """The ground on which the accent falls below LEAST most, in mode "light" or "dark"; None when it is fit."""
    token, ratio = _worst(accent, mode)
    if ratio >= LEAST:
        return None
    shown = Decimal(str(ratio)).quantize(Decimal("0.01"), rounding=ROUND_DOWN)
    return Weakest(str(WORDS[token]), shown, _fit(accent, mode))


def _worst(accent: str, mode: str) -> tuple[str, float]:
    ratios = {token: contrast(accent, ground) for token, ground in GROUNDS[mode].items()}
    token = min(ratios, key=lambda name: ratios[name])
    return token, ratios[token]


def _fit(accent: str, mode: str) -> str:
    """The same hue, darkened (or lightened for the dark view) in steps until it can be read everywhere."""
    end = 0 if mode == "light" else 255
    for step in range(1, 51):
        mixed = (round(part + (end - part) * step / 50) for part in _parts(accent))
        colour = "#" + "".join(f"{part:02x}" for part in mixed)
        if _worst(colour, mode)[1] >= LEAST:
            return colour
    return "#000000" if mode == "light" else "#ffffff"


def style_sheet(theme: Theme) -> str:
    """KERN's tokens with the accent in them; nothing else can be written by it. "" without a colour.

    A view without a colour of its own keeps KERN's: the light accent must never reach the dark view.
    """
    parts = []
    for mode, accent, system, towards in (
        ("light", theme.accent, "not all and (prefers-color-scheme:dark)", "black"),
        ("dark", theme.accent_dark, "(prefers-color-scheme:dark)", "white"),
    ):
        if accent:
            rules = _rules(accent, towards)
            parts.append(f':root[data-kern-theme="{mode}"]{{{rules}}}')
            parts.append(f"@media {system}{{:root:not([data-kern-theme]){{{rules}}}}}")
    return "\n".join([*parts, ""])


def _rules(accent: str, towards: str) -> str:
    shade = "--kern-color-action-state-indicator-shade"
    return "".join(
        f"{token}:{value};"
        for token, value in (
            ("--kern-color-action-default", accent),
            (f"{shade}-hover", f"color-mix(in oklch,{accent},{towards} 12%)"),
            (f"{shade}-active", f"color-mix(in oklch,{accent},{towards} 24%)"),
        )
    )


def version(theme: Theme) -> str:
    """Changes with every change of the look; stands in the addresses, so that browsers may keep them for good."""
    content = f"{theme.accent}|{theme.accent_dark}|{theme.logo_type}|".encode() + bytes(theme.logo or b"")
    return sha256(content).hexdigest()[:12]


def logo_type(content: bytes) -> str:
    """The media type by what stands in the file; "" when it is no PNG, JPEG or WebP."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in SIGNATURES.items() if content.startswith(start)), "")


def summary(theme: Theme) -> dict[str, Any]:
    """What `Organization.details["theme"]` keeps, so that a page that knows its buyer needs no further query."""
    return {"version": version(theme), "css": bool(theme.accent or theme.accent_dark), "logo": bool(theme.logo)}


def look_of(organization: Organization) -> Look | None:
    """What the organisation's pages link to, from its own row alone; None when it has no look of its own."""
    kept = organization.details.get("theme")
    if not kept:
        return None
    css, logo = (f"{reverse(name, args=[organization.pk])}?v={kept['version']}" for name in ("theme_css", "theme_logo"))
    return Look(organization.name, css if kept["css"] else "", logo if kept["logo"] else "")


def shown_organization(context: Any) -> Organization | None:
    """Whose page this is, from what the view loaded anyway: the buyer of a tender, the town of a pilot, or its own."""
    for holder, field in _holders(context):
        if holder is not None and type(holder)._meta.get_field(field).is_cached(holder):
            found: Organization | None = getattr(holder, field)
            if found is not None and "details" in found.__dict__:
                return found
    named = context.get("themed_organization") or _workplace(context.get("desk"))
    return named if isinstance(named, Organization) else None


def _workplace(desk: Any) -> Organization | None:
    """The one buyer somebody works for; none where there are several."""
    rows = getattr(getattr(desk, "hats", None), "rows", ())
    places = {row.organization_id: row.organization for row in rows if row.organization.is_buyer}
    return next(iter(places.values())) if len(places) == 1 else None


def _holders(context: Any) -> Iterator[tuple[Any, str]]:
    tender = context.get("tender") or getattr(context.get("bench"), "tender", None)
    yield (tender if hasattr(tender, "buyer_id") else None), "buyer"
    pilot = context.get("pilot")
    yield (pilot if hasattr(pilot, "municipality_id") else None), "municipality"
