"""allauth's door: companies register themselves; a mail server that does not answer delays a mail, it loses none."""

import logging
import secrets
from smtplib import SMTPException
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import clock, notices
from accounts.models import OutboxMessage

log = logging.getLogger(__name__)
WANTED = "wanted_after_registration"


def remember_wanted(request: HttpRequest, address: str) -> None:
    """Keep a page of ours that somebody wanted to read when registering came in between."""
    if url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        request.session[WANTED] = address


class AccountAdapter(DefaultAccountAdapter):
    """Open for sign-up; no user names anywhere. Links name the configured address, never the request's Host header."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return True

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Sent at once, because its link is personal and must not lie in the database; queued only when that fails."""
        site = SimpleNamespace(name=settings.SITE_NAME, domain=settings.BASE_URL)
        words = {"email": email, "current_site": site, "footer": notices.footer(notices.kind_of("account"))}
        message = self.render_mail(template_prefix, email, {**words, **context})
        try:
            message.send()
        except (OSError, SMTPException):
            log.exception("the mail server did not take a mail; it waits in the outbox")
            OutboxMessage.objects.create(
                key=f"account:{secrets.token_hex(16)}",
                kind="account",
                recipient=email,
                subject=message.subject[:200],
                body=str(message.body),
                created_at=clock.now(),
            )

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return settings.BASE_URL + reverse("account_confirm_email", args=[emailconfirmation.key])

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        """Who came to register from a tender finds it again after confirming the address and signing in."""
        address: str = super().get_email_verification_redirect_url(email_address)
        wanted = self.request.session.pop(WANTED, "")
        if not wanted or self.request.user.is_authenticated:
            return wanted or address
        return f"{reverse('account_login')}?{urlencode({'next': wanted})}"

    def get_reset_password_from_key_url(self, key: str) -> str:
        """`key` is "<user>-<secret>" in allauth's writing."""
        address = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.BASE_URL + address.replace("UID-KEY", key)
