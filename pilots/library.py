"""What the library of templates learns from pilots."""

from collections import Counter, defaultdict
from datetime import datetime
from uuid import UUID

from pilots.models import Decision, Pilot
from tendering.library import results


def outcomes(templates: list[UUID], now: datetime) -> dict[UUID, results.Tried]:
    """{template: pilots that were registered with it, and what was decided on them}; one query."""
    words = {str(code): str(label) for code, label in Decision._meta.get_field("verdict").flatchoices}
    towns: dict[UUID, set[int]] = defaultdict(set)
    numbers: Counter[UUID] = Counter()
    verdicts: dict[UUID, Counter[str]] = defaultdict(Counter)
    registered = Pilot.objects.filter(
        template_version__template__in=templates, registered_at__lte=now, municipality__practice_run=None
    )
    for template, town, verdict in registered.values_list(
        "template_version__template", "municipality", "decision__verdict"
    ):
        towns[template].add(town)
        numbers[template] += 1
        if verdict:
            verdicts[template][words.get(verdict, verdict)] += 1
    return {key: results.Tried(numbers[key], len(towns[key]), dict(verdicts[key])) for key in towns}


def register() -> None:
    """Pilots may be made from templates, and their outcomes stand in the library."""
    from pilots.actions import from_template  # noqa: F401 - puts its maker into the list

    if outcomes not in results.tried:
        results.tried.append(outcomes)
