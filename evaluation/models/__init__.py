"""From the opening to the contract: checks, scores, results, the award with its letters, and what is delivered."""

from evaluation.models.award import (
    AwardNotice,
    AwardNoticeEdition,
    Complaint,
    CouncilResolution,
    DebriefRequest,
    Letter,
    LetterDispatch,
    LetterKind,
    LotCancellation,
    RegisterQuery,
    StandstillNotice,
    WithholdGround,
)
from evaluation.models.benchmark import BenchmarkRun, BenchmarkSet, BenchmarkUnit
from evaluation.models.candidates import CandidateLetter, CandidateScore, CandidateSelection
from evaluation.models.conflicts import BidderDeclaration
from evaluation.models.contract import (
    ChangeGround,
    Contract,
    ContractChange,
    ContractKpi,
    ContractOption,
    ContractPeriod,
    KpiMeasurement,
    SupplierReply,
)
from evaluation.models.flags import FlagNote
from evaluation.models.formal import (
    AbnormallyLowCheck,
    Exclusion,
    FormalCheck,
    SupplementDocument,
    SupplementRequest,
)
from evaluation.models.panel import Consensus, PanelLock, PanelMember, Score
from evaluation.models.provision import DiscountRate, OwnProvision, ProvisionItem
from evaluation.models.questions import BidClarification
from evaluation.models.run import Draw, DrawStart, EvaluationRun
from evaluation.models.simulation import Simulation
from evaluation.models.steps import CheckStep, CheckStepState, StepState

__all__ = [
    "AbnormallyLowCheck",
    "AwardNotice",
    "AwardNoticeEdition",
    "BenchmarkRun",
    "BenchmarkSet",
    "BenchmarkUnit",
    "BidClarification",
    "BidderDeclaration",
    "CandidateLetter",
    "CandidateScore",
    "CandidateSelection",
    "ChangeGround",
    "CheckStep",
    "CheckStepState",
    "Complaint",
    "Consensus",
    "Contract",
    "ContractChange",
    "ContractKpi",
    "ContractOption",
    "ContractPeriod",
    "CouncilResolution",
    "DebriefRequest",
    "DiscountRate",
    "Draw",
    "DrawStart",
    "EvaluationRun",
    "Exclusion",
    "FlagNote",
    "FormalCheck",
    "KpiMeasurement",
    "Letter",
    "LetterDispatch",
    "LetterKind",
    "LotCancellation",
    "OwnProvision",
    "PanelLock",
    "PanelMember",
    "ProvisionItem",
    "RegisterQuery",
    "Score",
    "Simulation",
    "StandstillNotice",
    "StepState",
    "SupplementDocument",
    "SupplementRequest",
    "SupplierReply",
    "WithholdGround",
]
