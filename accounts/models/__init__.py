"""People, organisations, roles, the audit trail, measurements, mailbox and outbox, tokens, opener keys, practice."""

from accounts.models.measured import MeasuredMinute
from accounts.models.messages import (
    Consent,
    DeskVisit,
    Feedback,
    Message,
    MessageRead,
    NotificationChoice,
    OutboxMessage,
)
from accounts.models.opening import OpenerKey, OpenerPasskey, OpeningGroup, ready_recovery, recovery_name
from accounts.models.people import (
    CentreMember,
    ContactUnit,
    Membership,
    MembershipQuerySet,
    Organization,
    PersonInvitation,
    Theme,
    User,
    UserManager,
)
from accounts.models.practice import PracticeRun
from accounts.models.tokens import ApiToken, CalendarKey, new_token
from accounts.models.trail import AuditEvent, ChainHead, IdempotencyKey

__all__ = [
    "ApiToken",
    "AuditEvent",
    "CalendarKey",
    "CentreMember",
    "ChainHead",
    "Consent",
    "ContactUnit",
    "DeskVisit",
    "Feedback",
    "IdempotencyKey",
    "MeasuredMinute",
    "Membership",
    "MembershipQuerySet",
    "Message",
    "MessageRead",
    "NotificationChoice",
    "OpenerKey",
    "OpenerPasskey",
    "OpeningGroup",
    "Organization",
    "OutboxMessage",
    "PersonInvitation",
    "PracticeRun",
    "Theme",
    "User",
    "UserManager",
    "new_token",
    "ready_recovery",
    "recovery_name",
]
