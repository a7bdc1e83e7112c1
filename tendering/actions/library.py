"""Templates of a service centre: write, publish, withdraw; drafts made from them or from an earlier tender."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, clock
from accounts.decision import refuse
from accounts.evidence import CanonicalError, canonical_bytes
from accounts.lifecycle import OrganizationKind, Role
from accounts.models import Organization, User
from tendering import proposals
from tendering.actions.access import edit, see
from tendering.actions.documents import add_document
from tendering.actions.drafting import create_tender, set_evaluation
from tendering.actions.parts import replace_criteria, replace_lots, replace_required_documents
from tendering.frozen import canonical
from tendering.library.drafting import rule, tender_draft
from tendering.library.makers import Made, Maker, makers
from tendering.library.shape import content_hash, faults
from tendering.locking import lock_row
from tendering.models import Template, TemplateVersion, Tender
from tendering.zones import zone_of

LARGEST_CONTENT = 400_000  # bytes of canonical JSON; the longest that comes with the product has 25,000
COPIED = (
    "title", "summary", "language", "cpv_main", "cpv_additional", "life_situation", "value", "value_method",
    "contract_months", "option_months", "is_framework", "max_lots_bid", "max_lots_awarded", "allocation_rule",
    "combination_discounts_allowed", "lot_waiver_reason", "variants_allowed", "variant_requirements",
    "subcontracting_allowed", "supplementation_allowed",
)  # fmt: skip
LOT_NAMES = ("code", "title", "cpv", "value", "quantity_basis", "reference_quantity", "reference_unit",
             "baseline_cost_per_case", "baseline_minutes_per_case")  # fmt: skip
ITEM_NAMES = ("ref", "text", "unit", "quantity", "price_decimals", "is_optional", "in_evaluation", "essential")
CRITERION_NAMES = ("code", "kind", "name", "description", "proof", "weight", "minimum_score", "scale", "guide", "unit",
                   "direction", "curve", "measures", "key", "life_cycle")  # fmt: skip


def create_template(*, actor: User, owner: Organization, code: str, kind: str) -> Template:
    """A new template without content; its first version follows. Refuses all but the owner's librarians."""
    with audit.in_transaction():
        now = clock.now()
        _require_librarian(actor, owner)
        template = Template(owner=owner, code=code, kind=kind, created_at=now)
        template.full_clean()
        template.save()
        _record(template, "template.created", actor, now, {"kind": kind})
    return template


def save_version(*, actor: User, template_id: UUID, content: Mapping[str, Any], note: str = "") -> TemplateVersion:
    """Store the librarian's draft: one at a time, numbered after the newest. It may still have faults."""
    with audit.in_transaction():
        template, now = _own(actor, template_id)
        _check_storable(template, content)
        draft = template.versions.filter(published_at=None).first()
        if draft is None:
            newest = template.versions.first()
            number = newest.number + 1 if newest else 1
            draft = TemplateVersion(template=template, number=number, created_at=now, created_by=actor)
        draft.content, draft.note = dict(content), note
        draft.full_clean()
        draft.save()
        _record(template, "template.saved", actor, now, {"version": draft.number})
    return draft


def publish_version(*, actor: User, version_id: int) -> TemplateVersion:
    """Freeze the draft for everybody's use. ValidationError by JSON path; a published one is refused."""
    with audit.in_transaction():
        version, now = _own_version(actor, version_id)
        if version.published_at is not None:
            refuse("published", gettext_lazy("This version is published and never changes. Write a new one."))
        _stop_on_faults(version)
        version.sha256, version.published_at = content_hash(version.content), now
        version.full_clean()
        version.save()
        Template.objects.filter(pk=version.template_id).update(life_situation=version.content["life_situation"])
        data = {"version": version.number, "sha256": version.sha256}
        _record(version.template, "template.published", actor, now, data)
    return version


def withdraw_version(*, actor: User, version_id: int, reason: str) -> TemplateVersion:
    """Take a published version out of use; drafts made from it stay, adoptions stay counted."""
    with audit.in_transaction():
        version, now = _own_version(actor, version_id)
        if not reason.strip():
            raise ValidationError({"reason": _("Say why this version is taken out of use.")})
        if version.published_at is None or version.withdrawn_at is not None:
            refuse("not_in_use", gettext_lazy("Only a version in use can be withdrawn."))
        version.withdrawn_at = now
        version.save(update_fields=["withdrawn_at"])
        data = {"version": version.number, "reason": reason.strip()[:500]}
        _record(version.template, "template.withdrawn", actor, now, data)
    return version


def discard_version(*, actor: User, version_id: int) -> None:
    """Throw the librarian's draft away."""
    with audit.in_transaction():
        version, now = _own_version(actor, version_id)
        if version.published_at is not None:
            refuse("published", gettext_lazy("This version is published and never changes. Write a new one."))
        _record(version.template, "template.discarded", actor, now, {"version": version.number})
        version.delete()


def use_template(*, actor: User, version: TemplateVersion, buyer: Organization, language: str = "") -> Made:
    """A draft of the template's kind, filled completely. Http404 for a version that is not in use."""
    if not version.is_in_use:
        raise Http404
    return makers[version.template.kind].make(actor, version, buyer, language or buyer.language)


def make_tender(actor: User, version: TemplateVersion, buyer: Organization, language: str) -> Made:
    """A tender draft through the ordinary acts, all or nothing; quantities follow the buyer's number of residents."""
    draft = tender_draft(version.content, language, population_of(buyer))
    with audit.in_transaction():
        tender = create_tender(actor=actor, buyer=buyer, **draft["fields"])
        key: dict[str, Any] = {"actor": actor, "tender_id": tender.pk}
        replace_lots(**key, lots=draft["lots"])
        replace_criteria(**key, criteria=draft["criteria"])
        replace_required_documents(**key, documents=draft["documents"])
        set_evaluation(**key, spec=rule(tender.evaluation, draft, tender.profile))
        follow_template(actor=actor, tender_id=tender.pk, version=version)
    return Made(tender.reference, tender.pk, f"/tenders/{tender.pk}/edit/what/")


def follow_template(*, actor: User, tender_id: int, version: TemplateVersion) -> None:
    """Note on a draft which version it is based on, for the update hint and for what the library learns."""
    if version.template.kind != "tender" or version.published_at is None:
        raise Http404
    with audit.in_transaction():
        tender, now = edit(tender_id, actor)
        Tender.objects.filter(pk=tender.pk).update(template_version=version)
        data = {"template": version.template.code, "version": version.number, "sha256": version.sha256}
        audit.record(tender.chain, "tender.template_used", actor=actor, at=now, data=data)


def copy_tender(*, actor: User, tender_id: int) -> Tender:
    """A new draft with everything that does not age: no dates, no declarations, today's rules of the buyer."""
    with audit.in_transaction():
        source, now = see(tender_id, actor)
        if not actor.roles_in(source.buyer_id):
            raise Http404
        if source.bid_stage is not None:  # a call is begun anew from the copy of the tender it served
            source = source.bid_stage
        fields = {name: getattr(source, name) for name in COPIED}
        draft = create_tender(
            actor=actor, buyer=source.buyer, **fields, **_contact_of(source), **_rules_today(source, now)
        )
        key: dict[str, Any] = {"actor": actor, "tender_id": draft.pk}
        replace_lots(**key, lots=[_lot(lot) for lot in source.lots.prefetch_related("items")])
        replace_criteria(**key, criteria=[_criterion(row) for row in source.criteria.prefetch_related("lots")])
        papers = [{"name": row.name, "category": row.category} for row in source.required_documents.all()]
        replace_required_documents(**key, documents=papers)
        set_evaluation(**key, spec=_rule_of(source, draft))
        for document in source.documents.in_force():
            add_document(
                **key, kind=document.kind, name=document.name, media_type=document.media_type,
                content=bytes(document.content),
            )  # fmt: skip
        Tender.objects.filter(pk=draft.pk).update(template_version=source.template_version)
        data = {"source": source.reference}
        audit.record(draft.chain, "tender.copied", actor=actor, at=now, data=data)
    draft.refresh_from_db()
    return draft


def population_of(buyer: Organization) -> int | None:
    """Residents as the organisation states them; None when it does not."""
    number = buyer.details.get("population")
    return number if isinstance(number, int) and not isinstance(number, bool) and number > 0 else None


def _contact_of(source: Tender) -> dict[str, Any]:
    unit = source.contact_unit
    return {"contact_unit": unit} if unit is not None and unit.closed_at is None else {}


def _rules_today(source: Tender, now: datetime) -> dict[str, Any]:
    """Profile and procedure that today's rules propose for the same value and kind of service."""
    day = now.astimezone(zone_of(source.buyer)).date()
    chosen = proposals.proposed_profile(source.buyer, source.value, source.cpv_main, day)
    return {"profile": chosen.key, "procedure_type": proposals.open_procedure(chosen)} if chosen else {}


def _rule_of(source: Tender, draft: Tender) -> dict[str, Any]:
    """How the source was judged, with what the buyer's rules say today about VAT and price basis."""
    return {**source.evaluation, **{k: v for k, v in draft.evaluation.items() if k in {"estimate_vat_rate"}}}


def _lot(lot: Any) -> dict[str, Any]:
    items = [{name: getattr(item, name) for name in ITEM_NAMES} for item in lot.items.all()]
    return {**{name: getattr(lot, name) for name in LOT_NAMES}, "items": items}


def _criterion(row: Any) -> dict[str, Any]:
    return {**{name: getattr(row, name) for name in CRITERION_NAMES}, "lots": [lot.code for lot in row.lots.all()]}


def _require_librarian(actor: User, owner: Organization) -> None:
    """Http404 for people of other organisations, 403 for colleagues with other tasks."""
    if not actor.roles_in(owner.pk) or owner.kind != OrganizationKind.SERVICE_CENTRE:
        raise Http404
    if not actor.has_role(owner.pk, Role.LIBRARIAN):
        refuse("not_your_role", gettext_lazy("Only librarians of the service centre change the library."), 403)


def _own(actor: User, template_id: UUID) -> tuple[Template, datetime]:
    lock_row(Template, template_id)
    template = Template.objects.select_related("owner").get(pk=template_id)
    _require_librarian(actor, template.owner)
    return template, clock.now()


def _own_version(actor: User, version_id: int) -> tuple[TemplateVersion, datetime]:
    found = TemplateVersion.objects.filter(pk=version_id).values_list("template", flat=True).first()
    if found is None:
        raise Http404
    _template, now = _own(actor, found)
    return TemplateVersion.objects.select_related("template").get(pk=version_id), now


def _check_storable(template: Template, content: Mapping[str, Any]) -> None:
    """What no form can mend: another kind, numbers with a binary point, far too long."""
    if not isinstance(content, Mapping) or content.get("kind") != template.kind:
        raise ValidationError({"$.kind": _("The content is not of the template's kind.")})
    try:
        size = len(canonical_bytes(canonical(content)))
    except CanonicalError as error:
        raise ValidationError({error.path: error.reason}) from error
    if size > LARGEST_CONTENT:
        raise ValidationError({"$": _("This content is too long.")})


def _stop_on_faults(version: TemplateVersion) -> None:
    found: dict[str, Any] = dict(faults(version.content))
    if not version.note.strip():
        found["note"] = [_("Say in one sentence what is new.")]
    if found:
        raise ValidationError(found)


def _record(template: Template, verb: str, actor: User, now: datetime, data: Mapping[str, Any]) -> None:
    chain = f"organization:{template.owner_id}"
    assert transaction.get_connection().in_atomic_block
    audit.record(
        chain, verb, actor=actor, at=now, subject=f"template:{template.pk}", data={"code": template.code, **data}
    )


makers["tender"] = Maker(frozenset({Role.OFFICER, Role.REQUESTER}), make_tender)
