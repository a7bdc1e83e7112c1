"""A draft opened for work: its decrypted content beside what the tender asks for, and what is done of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import Http404

from accounts import clock
from accounts.models import User
from bids import actions, grounds, variants
from bids.actions.drafts import content_of
from bids.content import DraftContent, LotContent
from bids.content_checks import Gap, gaps
from bids.grounds import Declaration
from bids.models import Draft
from bids.naming import variant_name
from bids.partners import Partners, doubts, in_content
from tendering.corrections import Change, since
from tendering.models import Asked, Criterion, CriterionKind, Lot, RequiredDocument, Tender
from tendering.rules import rule_book

GERMAN_RATES = (Decimal(19), Decimal(7), Decimal(0))


@dataclass
class Workbench:
    """One draft with everything its pages need; `now` is the page's one moment."""

    draft: Draft
    content: DraftContent
    now: datetime
    actor: User | None = None

    @property
    def tender(self) -> Tender:
        return self.draft.tender

    @cached_property
    def lots(self) -> list[Lot]:
        return list(self.tender.lots.prefetch_related("items"))

    @cached_property
    def criteria(self) -> list[Criterion]:
        return list(self.tender.criteria.prefetch_related("lots"))

    @cached_property
    def required_documents(self) -> list[RequiredDocument]:
        return list(self.tender.required_documents.all())

    @property
    def family(self) -> str:
        """Of the tender's rule profile: "de" or "generic"."""
        found = rule_book().profiles.get(self.tender.profile)
        return found.family if found else "generic"

    @cached_property
    def declaration(self) -> Declaration | None:
        """The self-declaration on grounds for exclusion that was taken into the bid."""
        return grounds.in_extra(self.content.extra)

    @cached_property
    def partners(self) -> Partners:
        """Consortium, subcontractors, capacity of other companies."""
        return in_content(self.content)

    @cached_property
    def partner_doubts(self) -> list[str]:
        """What may be wrong with them, in sentences."""
        allowed = self.tender.subcontracting_allowed
        return doubts(self.partners, self.draft.company.name, subcontracting_allowed=allowed)

    @cached_property
    def papers_there(self) -> set[str]:
        """Required documents that are in the bid, as a file or as the self-declaration."""
        names = [document.name for document in self.required_documents]
        return {file.role for file in self.content.files} | grounds.covered(names, self.content.extra)

    @property
    def variant_name(self) -> str:
        """Which variant beside the main bid this is; empty for the main bid."""
        return variant_name(self.draft.variant)

    @property
    def next_variant(self) -> int | None:
        """The number of one more variant beside this main bid; None where no more is admitted."""
        return None if self.draft.variant else variants.next_number(self.tender, self.draft.company_id)

    @cached_property
    def gaps(self) -> list[Gap]:
        return gaps(self.content, self.tender)

    @property
    def chosen(self) -> list[Lot]:
        """The lots that are bid for, in the tender's order."""
        codes = self.content.chosen_lots()
        return [lot for lot in self.lots if lot.code in codes]

    @property
    def mandatory(self) -> list[Criterion]:
        return [criterion for criterion in self.criteria if criterion.kind == CriterionKind.MANDATORY]

    def quality(self, lot: Lot) -> list[Criterion]:
        """Criteria of this lot that are answered in words."""
        return [c for c in self._of(lot) if c.kind in {CriterionKind.QUALITY, CriterionKind.SELECTION}]

    def promised(self, lot: Lot) -> list[Criterion]:
        """Criteria of this lot for which a number is promised."""
        return [criterion for criterion in self._of(lot) if criterion.is_promised]

    def asked(self, lot: Lot) -> list[Asked]:
        """The numbers of this lot's price sheet beside the prices: promised ones, parts of a life-cycle cost."""
        return [one for criterion in self._of(lot) for one in criterion.asked]

    def _of(self, lot: Lot) -> Iterator[Criterion]:
        return (c for c in self.criteria if not c.lots.all() or lot in c.lots.all())

    def lot(self, code: str) -> Lot:
        """A chosen lot; Http404 otherwise."""
        for lot in self.chosen:
            if lot.code == code:
                return lot
        raise Http404

    def lot_content(self, lot: Lot) -> LotContent:
        return self.content.lots.get(lot.code, LotContent())

    @property
    def vat_rates(self) -> tuple[Decimal, ...]:
        """Rates in percent that are offered, the company's own first."""
        estimate = Decimal(str(self.tender.evaluation.get("estimate_vat_rate") or 0))
        usual = GERMAN_RATES if self.tender.buyer.country == "DE" else (estimate, Decimal(0))
        own = self.draft.company.default_vat_rate
        first = estimate if own is None else own
        return tuple(dict.fromkeys(Decimal(format(rate.normalize(), "f")) for rate in (first, *usual)))

    @cached_property
    def corrected(self) -> list[Change]:
        """Corrections of the documents that nobody of the company has confirmed to have seen."""
        return since(self.tender, self.draft.edition) if self.draft.edition < self.tender.edition else []

    @property
    def typed(self) -> dict[str, dict[str, str]]:
        """{part: {field: text}} of entries that could not be read as numbers; they are no part of the bid yet."""
        found: dict[str, dict[str, str]] = self.content.pending.get("typed") or {}
        return found

    @property
    def is_last_hour(self) -> bool:
        """Whether the deadline is so near that nothing should be left for later."""
        end = self.tender.tender_period_end
        return end is not None and timedelta() < end - self.now <= timedelta(hours=1)


def open_draft(actor: User, draft_id: UUID) -> Workbench:
    """The person's own company's draft; Http404 otherwise."""
    draft = actions.own_draft(actor, draft_id)
    return Workbench(draft, content_of(draft), clock.now(), actor)


def with_pending(content: DraftContent, name: str, value: Any) -> dict[str, Any]:
    """`pending` with one entry set, or left out when it is empty."""
    kept = {key: entry for key, entry in content.pending.items() if key != name}
    return {**kept, name: value} if value else kept
