"""How often one network address may do what sends mails or stores texts of strangers.

Counted per process in the cache: a brake against flooding, no security boundary.
"""

import hashlib

from django.core.cache import cache
from django.http import HttpRequest
from rest_framework.throttling import BaseThrottle


def too_many(request: HttpRequest, what: str, most: int, seconds: int = 3600) -> bool:
    """Count this attempt; True when there were more than `most` in the time."""
    ident = BaseThrottle().get_ident(request)  # type: ignore[arg-type]  # reads META only
    key = f"limit-{what}-{hashlib.sha256(str(ident).encode()).hexdigest()}"
    if cache.add(key, 1, seconds):
        return False
    try:
        return cache.incr(key) > most
    except ValueError:  # expired in this moment
        return False
