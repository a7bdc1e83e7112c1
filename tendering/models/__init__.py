"""The buyer's call: tender, its parts, what happens to it, the library and who watches."""

from tendering.models.library import Template, TemplateVersion
from tendering.models.outages import ExtensionProposal
from tendering.models.parts import (
    CODE,
    PRICE_PAPER,
    Asked,
    Criterion,
    CriterionKind,
    Document,
    Item,
    Lot,
    RequiredDocument,
)
from tendering.models.process import (
    Amendment,
    Approval,
    ConflictDeclaration,
    LotOutcome,
    Question,
)
from tendering.models.tender import (
    CPV,
    INVITED_ONLY,
    POSITIVE,
    AllocationRule,
    Authority,
    CancellationGround,
    Invitation,
    LifeSituation,
    ProcedureType,
    Tender,
    TenderQuerySet,
    TitleKey,
)
from tendering.models.watching import Bookmark, Subscription

__all__ = [
    "CODE",
    "CPV",
    "INVITED_ONLY",
    "POSITIVE",
    "PRICE_PAPER",
    "AllocationRule",
    "Amendment",
    "Approval",
    "Asked",
    "Authority",
    "Bookmark",
    "CancellationGround",
    "ConflictDeclaration",
    "Criterion",
    "CriterionKind",
    "Document",
    "ExtensionProposal",
    "Invitation",
    "Item",
    "LifeSituation",
    "Lot",
    "LotOutcome",
    "ProcedureType",
    "Question",
    "RequiredDocument",
    "Subscription",
    "Template",
    "TemplateVersion",
    "Tender",
    "TenderQuerySet",
    "TitleKey",
]
