"""Who releases and who opens."""

from __future__ import annotations

from collections.abc import Iterator

from tendering.rules.drafting.found import Found
from tendering.rules.facts import TenderFacts
from tendering.rules.rows import Profile


def release(facts: TenderFacts, profile: Profile) -> Iterator[Found]:
    """Q05: the person who releases is not the one who prepared."""
    if facts.released_by and facts.released_by == facts.prepared_by:
        yield Found("Q05.second_person", "released_by")


def opening(facts: TenderFacts, profile: Profile) -> Iterator[Found]:
    """Q03: enough people to open, and some to spare."""
    members, needed = facts.opening_group, profile.openers_needed
    if members is None or not profile.joint_opening_required:
        return
    if members < needed:
        yield Found("Q03.few", "opening_group", {"needed": needed, "members": members})
    elif members < profile.openers_advised:
        params = {"members": members, "advised": profile.openers_advised}
        yield Found("Q03.spare", "opening_group", params, is_hint=True)
