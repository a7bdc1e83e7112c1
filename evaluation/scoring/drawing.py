"""Lots drawn by calculation: a commitment first, a number from somebody else, then a hash decides. Pure.

Neither person can choose the outcome: the seed is fixed by its commitment before the number is named, and the number
comes from the second person. Anybody computes it again (docs/drawing-lots.md).
"""

import hashlib
from collections.abc import Iterable

LEAST_NUMBER, GREATEST_NUMBER = 0, 999_999_999


def commitment(seed: str) -> str:
    """Hex SHA-256 of the seed."""
    return hashlib.sha256(seed.encode()).hexdigest()


def drawn(seed: str, number: int, bids: Iterable[str]) -> str:
    """The bid that SHA-256(seed, number, sorted bid numbers, one a line) modulo their count points to, from 0."""
    names = sorted(bids)
    text = "\n".join([seed, str(number), *names])
    return names[int(hashlib.sha256(text.encode()).hexdigest(), 16) % len(names)]
