"""Variants: lots for which a bid offers another solution than the one described, instead of a main bid.

Only where the tender allows it (§ 35 VgV, § 25 UVgO), and within its minimum requirements. Which lots these are stands
in the content of the bid and is sealed with it; nobody knows before the opening.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from bids.content import DraftContent, Faults
from tendering.models import Tender

EXTRA: Final = "variants"  # where the codes stand in the content of a bid


def of(content: DraftContent) -> tuple[str, ...]:
    """Codes of the lots that are bid for with a variant."""
    chosen = content.chosen_lots()
    return tuple(code for code in _codes(content.extra) if code in chosen)


def in_opened(opened: Mapping[str, Any]) -> tuple[str, ...]:
    """The same of an opened bid."""
    return _codes(opened.get("extra") or {})


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
    if of(content) and not tender.variants_allowed:
        raise ValidationError({f"$.extra.{EXTRA}": [_("This tender does not allow variants.")]})


def _codes(extra: Mapping[str, Any]) -> tuple[str, ...]:
    codes = extra.get(EXTRA)
    return tuple(code for code in codes if isinstance(code, str)) if isinstance(codes, list) else ()
