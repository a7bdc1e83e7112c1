"""allauth's door: sign-up makes a bidder of a new company later; the mails go through the outbox."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Open for sign-up (companies register themselves); no user names anywhere."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return True
