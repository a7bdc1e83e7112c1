"""Which cases and live tenders of the demo fit a template of the library."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from accounts import clock
from accounts.models import User
from pilots.actions import from_template
from tendering.actions import library as acts
from tendering.models import TemplateVersion

HERE = Path(__file__).resolve().parent
Json = dict[str, Any]


@cache
def plan() -> Json:
    found: Json = json.loads((HERE / "library.json").read_text("utf-8"))
    return found


def follow(actor: User, reference: str, *, tender_id: int | None = None, pilot_id: int | None = None) -> None:
    """Note on the draft of a case which template it fits, if the library was published by then."""
    code = plan()["templates"].get(reference)
    published = TemplateVersion.objects.in_use().filter(template__code=code, published_at__lte=clock.now())
    version = published.select_related("template").order_by("-number").first() if code else None
    if version is None:
        return
    if tender_id is not None:
        acts.follow_template(actor=actor, tender_id=tender_id, version=version)
    if pilot_id is not None:
        from_template.follow_template(actor=actor, pilot_id=pilot_id, version=version)
