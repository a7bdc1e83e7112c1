"""The proofs of a company's profile: added, taken out, used in a bid; the authority to act that a tender asks for."""

import hashlib
import io
from dataclasses import replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, clock, days
from accounts.decision import refuse
from accounts.downloads import kind_of
from accounts.holders import holders
from accounts.lifecycle import PROVIDER_ROLES, Role
from accounts.models import Organization, User
from bids import keys, proofs
from bids.actions.access import require_bidder
from bids.actions.drafts import attach_document, lock_company, own_draft
from bids.actions.seal import current_seal
from bids.content import DraftContent, file_name
from bids.envelopes import envelope_of
from bids.models import Proof, SealedObject
from bids.upload import seal_stream
from tendering.models import Authority, Tender
from tendering.zones import zone_of

MOST_PROOFS: Final = 60


def add_proof(
    *, actor: User, company_id: int, kind: str, content: bytes, name: str, title: str = "",
    valid_from: date | None = None, valid_until: date | None = None, person_id: int | None = None,
) -> Proof:  # fmt: skip
    """Keeps a paper of the company, encrypted. A proof of authority names the person and is added by administrators.

    ValidationError by field; refused "too_many_proofs". The trail names kind and hash, never the file.
    """
    with audit.in_transaction():
        company, now = _locked(actor, company_id)
        if proofs.kept(company).count() >= MOST_PROOFS:
            refuse("too_many_proofs", gettext_lazy("A profile keeps at most 60 proofs. Take out those that expired."))
        proof = Proof(
            company=company, kind=kind, valid_from=valid_from, valid_until=valid_until, name=file_name(name),
            media_type=kind_of(content), size=len(content),
            sha256=hashlib.sha256(content).hexdigest(), added_at=now, added_by=actor,
        )  # fmt: skip
        proof.title = " ".join(title.split()) or str(proof.get_kind_display())
        _check(proof, content, company, now)
        proof.person = _person(actor, company, proof, person_id, now)
        proof.content = keys.store_key().encrypt(content, _place(proof))
        proof.full_clean()
        proof.save(force_insert=True)
        data = {"kind": proof.kind, "sha256": proof.sha256, "size": proof.size}
        audit.record(_chain(company), "proof.added", actor=actor, at=now, subject=f"proof:{proof.pk}", data=data)
    return proof


def remove_proof(*, actor: User, proof_id: UUID) -> None:
    """Takes a proof out of the profile and erases its bytes; bids that were handed in keep their own sealed copy."""
    found = own_proof(actor, proof_id)
    with audit.in_transaction():
        company, now = _locked(actor, found.company_id)
        proof = own_proof(actor, proof_id)
        if proof.kind == proofs.AUTHORITY:
            _require_administrator(actor, company)
        Proof.objects.filter(pk=proof.pk).update(removed_at=now, content=b"")
        audit.record(_chain(company), "proof.removed", actor=actor, at=now, subject=f"proof:{proof.pk}")


def own_proof(actor: User, proof_id: UUID) -> Proof:
    """A proof of the person's own company; Http404 for others and for those taken out."""
    companies = actor.organizations_with(*PROVIDER_ROLES)
    proof = Proof.objects.select_related("company").filter(pk=proof_id, company__in=companies, removed_at=None).first()
    if proof is None:
        raise Http404
    return proof


def bytes_of(proof: Proof) -> bytes:
    """The decrypted paper; callers have checked that the reader belongs to the company."""
    return keys.store_key().decrypt(bytes(proof.content), _place(proof))


def use_proof(*, actor: User, draft_id: UUID, proof_id: UUID, role: str) -> SealedObject:
    """Seals a copy of the proof into the bid as the required document `role` ("" for another one)."""
    draft, proof = own_draft(actor, draft_id), own_proof(actor, proof_id)
    if proof.company_id != draft.company_id:
        raise Http404
    if role and not draft.tender.required_documents.filter(name=role).exists():
        raise ValidationError({"role": [_("This tender asks for no such document.")]})
    plain = bytes_of(proof)
    seal = current_seal(draft.tender, envelope_of(draft.tender, role))
    stored = seal_stream(io.BytesIO(plain), len(plain), draft, seal.recipient, envelope=seal.envelope)
    return attach_document(actor=actor, draft_id=draft_id, stored=stored, name=proof.name, role=role)


def require_authority(actor: User, company: Organization, tender: Tender, now: datetime) -> Proof | None:
    """The proof that lets the person hand in, where the tender asks for a document; None where it asks for none.

    Refused "authority_missing" with what to do. The day is the buyer's.
    """
    if tender.authority != Authority.DOCUMENT:
        return None
    proof = proofs.authority_of(actor, company, now.astimezone(zone_of(tender.buyer)).date())
    if proof is None:
        refuse("authority_missing", AUTHORITY_MISSING)
    return proof


def with_authority(content: DraftContent, proof: Proof | None) -> DraftContent:
    """The content with which document was used; it is sealed with the bid and read at the opening."""
    if proof is None:
        return content
    until = proof.valid_until.isoformat() if proof.valid_until else ""
    return replace(content, extra={**content.extra, "authority": {"sha256": proof.sha256, "valid_until": until}})


AUTHORITY_MISSING = gettext_lazy(
    "This tender asks for a document that says that you may act for the company. An administrator of your company adds "
    "it under “Profile and proofs” as “Authority to act for the company”, names you, and it must be valid today."
)


def _locked(actor: User, company_id: int) -> tuple[Organization, datetime]:
    company = Organization.objects.filter(pk=company_id).first()
    if company is None:
        raise Http404
    require_bidder(actor, company)
    lock_company(company)
    return company, clock.now()


def _check(proof: Proof, content: bytes, company: Organization, now: datetime) -> None:
    if not content:
        raise ValidationError({"document": [_("The file is empty. Choose another one")]})
    if len(content) > settings.DOCUMENT_FILE_LIMIT:
        limit = settings.DOCUMENT_FILE_LIMIT // 1_000_000
        raise ValidationError({"document": [_("A proof may have at most %(limit)s MB.") % {"limit": limit}]})
    if proof.valid_until and proof.valid_until < days.today(company, now):
        raise ValidationError({"valid_until": [_("This proof has expired already. Ask for a new one.")]})
    if proof.valid_from and proof.valid_until and proof.valid_until < proof.valid_from:
        raise ValidationError({"valid_until": [_("The last day must not be before the first one.")]})


def _person(actor: User, company: Organization, proof: Proof, person_id: int | None, now: datetime) -> User | None:
    if proof.kind != proofs.AUTHORITY:
        return None
    _require_administrator(actor, company)
    person = holders(company, PROVIDER_ROLES, now).filter(pk=person_id).first() if person_id else None
    if person is None:
        raise ValidationError({"person": [_("Choose whom this document lets act for the company.")]})
    return person


def _require_administrator(actor: User, company: Organization) -> None:
    if not actor.has_role(company.pk, Role.BIDDER_ADMIN):
        refuse("not_your_role", _("Who may act for the company is for an administrator of the company to say."), 403)


def _place(proof: Proof) -> str:
    return f"proof:{proof.pk}"


def _chain(company: Organization) -> str:
    return f"organization:{company.pk}"
