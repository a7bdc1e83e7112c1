"""What people do to their accounts; the only writer of this app's rows besides trail and outbox."""

from accounts.actions.preferences import choose_language
from accounts.actions.registration import register_company
from accounts.actions.tokens import issue_token, revoke_token, token_digest

__all__ = ["choose_language", "issue_token", "register_company", "revoke_token", "token_digest"]
