"""The templates that come with the product, as files; a service centre publishes them as its own."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from accounts.models import Organization, User
from tendering.library.shape import content_hash
from tendering.models import Template, TemplateVersion

FOLDER = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Shipped:
    """One file: code, what is new in it, content."""

    code: str
    note: dict[str, str]
    content: dict[str, Any]


@cache
def shipped() -> tuple[Shipped, ...]:
    """All files in the order of their codes."""
    rows = [json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))]
    return tuple(Shipped(row["code"], row["note"], row["content"]) for row in rows)


def publish_shipped(*, actor: User, owner: Organization) -> list[TemplateVersion]:
    """Publish every file whose content is not the newest version yet; returns what was published. Safe to repeat."""
    from tendering.actions import library as acts  # the acts know this package

    done = []
    for entry in shipped():
        template = Template.objects.filter(code=entry.code).first()
        if template is None:
            template = acts.create_template(actor=actor, owner=owner, code=entry.code, kind=entry.content["kind"])
        newest = template.versions.exclude(published_at=None).first()
        if template.owner_id != owner.pk or (newest and newest.sha256 == content_hash(entry.content)):
            continue
        note = entry.note.get(owner.language) or next(iter(entry.note.values()))
        version = acts.save_version(actor=actor, template_id=template.pk, content=entry.content, note=note)
        done.append(acts.publish_version(actor=actor, version_id=version.pk))
    return done
