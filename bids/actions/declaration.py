"""The company's self-declaration on grounds for exclusion: given once, taken into each bid by an act of its own."""

import json
from dataclasses import replace
from uuid import UUID

from django.http import Http404

from accounts import audit, clock, days
from accounts.models import Organization, User
from bids import grounds, keys
from bids.actions.access import require_bidder
from bids.actions.drafts import content_of, lock_company, own_draft, save_draft
from bids.grounds import Declaration
from bids.models import Draft, SelfDeclaration


def declare(*, actor: User, company_id: int, declaration: Declaration) -> SelfDeclaration:
    """Keeps it encrypted in place of the one before, which is erased. The trail names neither grounds nor texts.

    ValidationError by JSON path as `grounds.read`.
    """
    company = Organization.objects.filter(pk=company_id).first()
    if company is None:
        raise Http404
    require_bidder(actor, company)
    with audit.in_transaction():
        lock_company(company)
        now = clock.now()
        wanted = grounds.read(declaration.to_json())
        wanted = replace(wanted, declared_on=days.today(company, now), version=grounds.version())
        SelfDeclaration.objects.filter(company=company, replaced_at=None).update(replaced_at=now, content=b"")
        kept = SelfDeclaration(company=company, declared_at=now, declared_by=actor)
        kept.content = keys.store_key().encrypt(json.dumps(wanted.to_json()).encode(), _place(kept))
        kept.full_clean()
        kept.save(force_insert=True)
        audit.record(f"organization:{company.pk}", "declaration.given", actor=actor, at=now,
                     subject=f"declaration:{kept.pk}", data={"list": grounds.version()})  # fmt: skip
    return kept


def declared(company: Organization) -> Declaration | None:
    """What the company declares now. Callers have checked that the reader belongs to it."""
    kept = SelfDeclaration.objects.filter(company=company, replaced_at=None).first()
    if kept is None:
        return None
    return grounds.read(json.loads(keys.store_key().decrypt(bytes(kept.content), _place(kept))))


def take_declaration(*, actor: User, draft_id: UUID, expected_version: int) -> Draft:
    """Copies the company's declaration into the bid; Http404 when there is none, refused "stale" as `save_draft`."""
    draft = own_draft(actor, draft_id)
    found = declared(draft.company)
    if found is None:
        raise Http404
    content = content_of(draft)
    whole = replace(content, extra={**content.extra, grounds.EXTRA: found.to_json()})
    return save_draft(actor=actor, draft_id=draft_id, expected_version=expected_version, content=whole.to_json())


def leave_declaration(*, actor: User, draft_id: UUID, expected_version: int) -> Draft:
    """Takes it out of the bid again."""
    content = content_of(own_draft(actor, draft_id))
    left = {name: entry for name, entry in content.extra.items() if name != grounds.EXTRA}
    whole = replace(content, extra=left)
    return save_draft(actor=actor, draft_id=draft_id, expected_version=expected_version, content=whole.to_json())


def _place(kept: SelfDeclaration) -> str:
    return f"declaration:{kept.pk}"
