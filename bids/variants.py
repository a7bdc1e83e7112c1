"""Variants: bids that offer another solution than the one described.

Only where the tender allows it (§ 35 VgV, § 25 UVgO), and within its minimum requirements. A variant is handed in
- beside the main bid, as a bid of its own with a number from 1 on: opened, checked, ranked and answered by itself; or
- instead of a main bid in some lots. Which lots these are stands in the content of the bid and is sealed with it;
  nobody knows before the opening.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.decision import refuse
from bids.content import DraftContent, Faults
from bids.models import Bid, Draft
from bids.naming import variant_name
from tendering.models import Tender

EXTRA: Final = "variants"  # where the codes stand in the content of a bid
MOST: Final = 5  # beside one main bid


def of(content: DraftContent, number: int) -> tuple[str, ...]:
    """Codes of the lots that are bid for with a variant; all of a bid with a number."""
    chosen = content.chosen_lots()
    return tuple(chosen) if number else tuple(code for code in _codes(content.extra) if code in chosen)


def words(bid: Bid) -> str:
    """ "Variant 2" beside a main bid, "variant: L1, L2" of an opened bid in place of one; empty for a main bid."""
    if bid.variant:
        return variant_name(bid.variant)
    codes = _codes(bid.opened.get("extra") or {})
    return _("variant: %(lots)s") % {"lots": ", ".join(codes)} if codes else ""


def next_number(tender: Tender, company_id: int) -> int | None:
    """The number that one more variant beside the main bid gets; None where no more is admitted. Two queries."""
    if not _are_allowed(tender):
        return None
    own = {"tender": tender, "company": company_id, "variant__gt": 0}
    taken = {*Draft.objects.filter(**own).values_list("variant", flat=True),
             *Bid.objects.live().filter(**own).order_by().values_list("variant", flat=True)}  # fmt: skip
    return free_number(tender, taken)


def free_number(tender: Tender, taken: Collection[int]) -> int | None:
    """The same where the company's numbers are known."""
    free = (number for number in range(1, MOST + 1) if number not in taken)
    return next(free, None) if _are_allowed(tender) else None


def require_admitted(tender: Tender, number: int) -> None:
    """Refuses a bid beside the main one where the tender allows no variants, or a number beyond the last."""
    if number and not _are_allowed(tender):
        refuse("no_variants", gettext_lazy("This tender does not allow variants."))
    if number > MOST:
        text = gettext_lazy("Beside a main bid at most %(most)s variants can be handed in.")
        refuse("too_many_variants", text % {"most": MOST})


def with_variants(content: DraftContent, codes: list[str]) -> dict[str, Any]:
    """What goes into the content's `extra`; without a variant nothing of it stays."""
    rest = {name: value for name, value in content.extra.items() if name != EXTRA}
    return {**rest, EXTRA: sorted(codes)} if codes else rest


def check(content: DraftContent, faults: Faults) -> None:
    """Faults of form: a list of lots of this bid, each once."""
    if EXTRA not in content.extra:
        return
    codes, path = content.extra[EXTRA], f"$.extra.{EXTRA}"
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        faults.add(path, _('Must be a list of lots, for example ["L1"].'))
        return
    if len(set(codes)) != len(codes):
        faults.add(path, _("Name each lot once."))
    for code in codes:
        if code not in content.lots:
            faults.add(path, _("The bid has no lot %(lot)s.") % {"lot": code})


def require_allowed(content: DraftContent, tender: Tender) -> None:
    """Before handing in: ValidationError where the tender allows none. One that was sealed elsewhere is opened all the
    same and judged by the formal check: it is not damaged, it is not admitted.
    """
    if of(content, 0) and not tender.variants_allowed:
        raise ValidationError({f"$.extra.{EXTRA}": [_("This tender does not allow variants.")]})


def _are_allowed(tender: Tender) -> bool:
    return tender.variants_allowed and not tender.is_call


def _codes(extra: Mapping[str, Any]) -> tuple[str, ...]:
    codes = extra.get(EXTRA)
    return tuple(code for code in codes if isinstance(code, str)) if isinstance(codes, list) else ()
