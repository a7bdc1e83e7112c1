"""The parts of a page, one tag each. Every tag is a builtin of the templates; `{% load zuschlag %}` is allowed too.

Values that come from people are escaped; markup in a cell or fact must be a SafeString of ours.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.template.context import Context
from django.urls import NoReverseMatch, reverse
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.figures import as_money, as_number
from config.form_words import REQUIRED

register = template.Library()

KINDS = {"info": "info", "success": "success", "warning": "warning", "danger": "danger", "neutral": "draft"}
TWO_YEARS = 2 * 365 * 86_400  # in seconds; a practice tender is open that long, where days say nothing
CREATION_STEPS = (
    gettext_lazy("What"),
    gettext_lazy("How judged"),
    gettext_lazy("When"),
    gettext_lazy("Publish"),
)
TASK_STATES = {
    "done": ("success", gettext_lazy("Done")),
    "doing": ("warning", gettext_lazy("In progress")),
    "open": ("info", gettext_lazy("To do")),
    "error": ("danger", gettext_lazy("Needs attention")),
    "blocked": ("neutral", gettext_lazy("Not possible yet")),
}


@register.simple_tag
def icon(name: str, label: str = "", size: str = "") -> SafeString:
    """A KERN icon; decoration unless a label is given. `{% icon "download" %}`, `{% icon "help" label=_("Help") %}`."""
    extra = f" kern-icon--{size}" if size else ""
    if label:
        return format_html(
            '<span class="kern-icon kern-icon--{}{}" role="img" aria-label="{}"></span>', name, extra, label
        )
    return format_html('<span class="kern-icon kern-icon--{}{}" aria-hidden="true"></span>', name, extra)


@register.simple_tag
def badge(kind: str, text: str) -> SafeString:
    """Colour, icon and word together; info, success, warning, danger, neutral. `{% badge "success" _("open") %}`."""
    css = "app-badge--neutral" if kind == "neutral" else f"kern-badge--{kind}"
    return format_html(
        '<span class="kern-badge {}">{}<span class="kern-label kern-label--small">{}</span></span>',
        css, icon(KINDS[kind]), text,
    )  # fmt: skip


@register.simple_tag
def money(value: Decimal | int | str | None, currency: str = "EUR", places: int = 2) -> SafeString:
    """An amount in the page's language: 84.500,00 € / €84,500.00; "–" for None. `{% money lot.net currency %}`."""
    return format_html('<span class="app-num">{}</span>', as_money(value, currency, places))


@register.simple_tag
def number(value: Decimal | int | str | None, places: int | None = None, unit: str = "") -> SafeString:
    """A number in the page's language; without places exactly as it is. `{% number points 2 unit=_("points") %}`."""
    text = as_number(value, places)
    return format_html('<span class="app-num">{}</span>', f"{text}\u00a0{unit}" if unit and value is not None else text)


@register.simple_tag
def when(moment: datetime | date | None, seconds: bool = False, zone: str = "") -> SafeString:
    """A moment or day in words, machine-readable behind it: 15.12.2026, 12:00 Uhr. `{% when tender.end %}`.

    In the page's time zone or in `zone` ("Europe/Dublin"); where that is not the platform's own, its name follows.
    """
    if moment is None:
        return mark_safe("–")
    if not isinstance(moment, datetime):
        return format_html(
            '<time datetime="{}">{}</time>', moment.isoformat(), formats.date_format(moment, "DATE_FORMAT")
        )
    local = _local(moment, zone)
    day, clock = formats.date_format(local, "DATE_FORMAT"), local.strftime("%H:%M:%S" if seconds else "%H:%M")
    text = " ".join(filter(None, [_("%(day)s, %(time)s") % {"day": day, "time": clock}, _zone_name(local)]))
    return format_html('<time class="app-num" datetime="{}">{}</time>', local.isoformat(timespec="seconds"), text)


def _local(moment: datetime, zone: str) -> datetime:
    return timezone.localtime(moment, ZoneInfo(zone) if zone else None)


def _zone_name(local: datetime) -> str:
    """The zone's short name ("GMT") where it differs from the platform's own clock; "" otherwise."""
    own = timezone.localtime(local, timezone.get_default_timezone())
    return "" if local.utcoffset() == own.utcoffset() else local.strftime("%Z")


@register.inclusion_tag("parts/deadline_clock.html")
def deadline_clock(deadline: datetime, now: datetime, zone: str = "") -> dict[str, Any]:
    """The countdown beside a deadline, counted by the server's clock. `{% deadline_clock tender.end now %}`."""
    local = _local(now, zone)
    return {
        "deadline": _rfc3339(deadline),
        "server_now": _rfc3339(now),
        "server_time": f"{local:%H:%M} {_zone_name(local)}".strip(),
        "left": time_left(deadline, now),
        **clock_words(),
    }


@register.inclusion_tag("parts/deadline.html")
def deadline_block(deadline: datetime, now: datetime, heading: str = "") -> dict[str, Any]:
    """Deadline, countdown and the rule of what is in time, as one block. `{% deadline_block tender.end now %}`."""
    local = timezone.localtime(deadline)
    return {
        "deadline": deadline,
        "now": now,
        "heading": heading or _("Deadline for bids"),
        "exact": f"{local:%H:%M:%S} {_zone_name(local)}".strip(),
        "over": now >= deadline,
    }


def clock_words() -> dict[str, str]:
    """The sentences of the countdown; {y} {d} {h} {m} {s} stand for years, days, hours, minutes, seconds."""
    return {
        "years": _("more than {y} years left"),
        "days": _("{d} days, {h} hours left"),
        "day": _("{d} day, {h} hours left"),
        "hours": _("{h} h {m} min {s} s left"),
        "minutes": _("{m} min {s} s left"),
        "over": _("The deadline has passed"),
    }


def time_left(deadline: datetime, now: datetime) -> str:
    """What the countdown says at `now`; from the deadline's very second on it has passed."""
    seconds = int((deadline - now).total_seconds())
    if deadline <= now:
        return clock_words()["over"]
    steps = ((TWO_YEARS, "years"), (172_800, "days"), (86_400, "day"), (3_600, "hours"), (0, "minutes"))
    words = clock_words()[next(name for least, name in steps if seconds >= least)]
    parts = {
        "y": seconds // (TWO_YEARS // 2),
        "d": seconds // 86_400,
        "h": seconds // 3_600 % 24,
        "m": seconds // 60 % 60,
        "s": f"{seconds % 60:02}",
    }
    return words.format(**parts)


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@register.inclusion_tag("parts/facts.html")
def facts(rows: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Label and value pairs; empty values are left out. `{% facts rows %}` with [("Buyer", "Westerlohe")]."""
    return {"rows": [(label, value) for label, value in rows if value not in (None, "")]}


@register.inclusion_tag("parts/data_table.html")
def data_table(
    caption: str,
    heads: Sequence[str | tuple[str, str]],
    rows: Iterable[Sequence[Any] | Mapping[str, Any]],
    *,
    compact: bool = False,
    hide_caption: bool = False,
    foot: Sequence[Any] = (),
) -> dict[str, Any]:
    """A table in a labelled scroll region; the first cell of a row is its header.

    A head is a text, or (text, "number") for a right-aligned column. A row is a list of cells or
    {"cells": [...], "mark": "winner" | "muted"}. Example: `{% data_table _("Ranking") heads rows compact=True %}`.
    """
    columns = [
        {"label": h, "numeric": False} if not isinstance(h, tuple) else {"label": h[0], "numeric": True} for h in heads
    ]
    shapes = [row if isinstance(row, Mapping) else {"cells": row} for row in rows]
    return {
        "caption": caption,
        "hide_caption": hide_caption,
        "compact": compact,
        "columns": columns,
        "rows": [{"mark": row.get("mark", ""), "cells": _aligned(row["cells"], columns)} for row in shapes],
        "foot": _aligned(foot, columns),
    }


def _aligned(cells: Sequence[Any], columns: Sequence[Mapping[str, Any]]) -> list[tuple[Any, bool]]:
    return [(cell, column["numeric"]) for cell, column in zip(cells, columns, strict=True)] if cells else []


@register.inclusion_tag("parts/steps.html")
def steps(current: int, names: Sequence[Any] = CREATION_STEPS) -> dict[str, Any]:
    """Where one stands in a creation: `{% steps 2 %}`, the four of a tender; names may be (text, address)."""
    rows = []
    for position, name in enumerate(names, 1):
        text, url = name if isinstance(name, tuple) else (name, "")
        state = "done" if position < current else "current" if position == current else "open"
        rows.append({"position": position, "name": text, "url": url, "state": state})
    return {"steps": rows, "current": current, "count": len(rows)}


@register.inclusion_tag("parts/tiles.html")
def tiles(items: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Figures that count, `{% tiles figures %}`: dicts of label, value and perhaps note and kind ("success" …)."""
    return {"tiles": list(items)}


@register.inclusion_tag("parts/tasks.html")
def task_list(tasks: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Tasks with their state; one without `url` is text with its reason.

    [{"title": …, "state": "done" | "doing" | "open" | "error" | "blocked", "url": …, "note": …, "badge": own word}].
    """
    rows = []
    for task in tasks:
        kind, word = TASK_STATES[task["state"]]
        rows.append({**task, "kind": kind, "word": task.get("badge") or word})
    return {"tasks": rows}


@register.inclusion_tag("parts/chart.html")
def chart(svg: str, title: str, note: str = "") -> dict[str, Any]:
    """A chart made on the server, as a figure with its caption. `{% chart svg _("Price and performance") %}`."""
    return {"svg": mark_safe(svg), "title": title, "note": note}  # noqa: S308 - made by reports.charts


@register.inclusion_tag("parts/alert.html")
def alert(kind: str, title: str, text: str = "", url: str = "", link: str = "") -> dict[str, Any]:
    """A notice: info, success, warning or danger. `{% alert "warning" _("Changed") text url=… link=_("What?") %}`."""
    return {"kind": kind, "title": title, "text": text, "url": url, "link": link}


@register.inclusion_tag("parts/pagination.html", takes_context=True)
def pagination(context: Context, page: Any) -> dict[str, Any]:
    """Keyset pages, the filter is kept: `page.previous` and `page.next` are cursors or "". `{% pagination page %}`."""
    request = context.get("request")

    def address(cursor: str) -> str:
        query = request.GET.copy() if request else None
        if query is None:
            return f"?cursor={cursor}"
        query["cursor"] = cursor
        return f"?{query.urlencode()}"

    previous, following = getattr(page, "previous", None), getattr(page, "next", None)
    return {"previous": address(previous) if previous else "", "next": address(following) if following else ""}


@register.simple_tag(takes_context=True)
def nav_link(context: Context, name: str, text: str, *args: Any) -> SafeString:
    """A navigation entry, marked when one is there; "" without such an address. `{% nav_link "help" _("Help") %}`."""
    try:
        url = reverse(name, args=args)
    except NoReverseMatch:
        return mark_safe("")
    path = getattr(context.get("request"), "path", "")
    state = "page" if path == url else "true" if url != "/" and path.startswith(url) else ""
    here = format_html(' aria-current="{}"', state) if state else ""
    return format_html('<li><a href="{}"{}>{}</a></li>', url, here, text)


@register.simple_tag
def error_links(*forms: Any) -> list[tuple[str, str]]:
    """(address of the first input, words) per error of the given forms and formsets; "" for errors of a whole form."""
    found: list[tuple[str, str, str]] = []
    for form in _single_forms(forms):
        found += [("", "", str(error)) for error in form.non_field_errors()]
        for field in form:
            address = "" if field.is_hidden else f"#{field.first_id}"
            row = form.row_of(field.name) if hasattr(form, "row_of") else ""
            label = ", ".join(filter(None, (row, str(field.label or ""))))
            found += [(address, label, str(error)) for error in field.errors]
    times = Counter(error for _address, _label, error in found)
    return [(address, _named(label, error, times[error])) for address, label, error in found]


def _named(label: str, error: str, times: int) -> str:
    """A sentence that says nothing of its field gets the field's name in front: several links must read differently."""
    return f"{label}: {error}" if label and (times > 1 or error == str(REQUIRED)) else error


def _single_forms(forms: Iterable[Any]) -> Iterable[Any]:
    for form in forms:
        if not form:
            continue
        if hasattr(form, "management_form"):
            yield from form.forms
        elif getattr(form, "is_bound", False):
            yield form
