"""Guessing is slowed per address and account; nobody can lock somebody else out from elsewhere."""

import hashlib
from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle


class _SignInThrottle(SimpleRateThrottle):
    def _key(self, request: Request, *more: str) -> str:
        text = "\0".join([str(self.scope), self.get_ident(request), *more])
        return f"sign-in-{hashlib.sha256(text.encode()).hexdigest()}"


class PerAddress(_SignInThrottle):
    """30 a minute from one network address."""

    scope = "sign-in-address"
    rate = "30/min"

    def get_cache_key(self, request: Request, view: Any) -> str:
        return self._key(request)


class PerAccount(_SignInThrottle):
    """6 a minute for one account from one network address."""

    scope = "sign-in-account"
    rate = "6/min"

    def get_cache_key(self, request: Request, view: Any) -> str:
        data = request.data if isinstance(request.data, dict) else {}
        return self._key(request, str(data.get("email", "")).strip().lower())
