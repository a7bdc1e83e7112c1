"""What must hold in a case beyond its schema: sums, references, order of moments, second persons (README section 7)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from config.demo.case_files import Case, Fault, path_of

ZONE = ZoneInfo("Europe/Berlin")
Json = dict[str, Any]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def end_of_day(text: str) -> datetime:
    """A date without time is the whole day, up to 24:00 in Berlin."""
    return datetime.combine(date.fromisoformat(text) + timedelta(days=1), datetime.min.time(), ZONE)


def tender_faults(case: Case) -> Iterator[Fault]:
    tender, bids, scores = (case.files[name] for name in ("tender.json", "bids.json", "scores.json"))
    yield from _references(case, tender)
    yield from _lots(tender)
    yield from _weights(tender)
    yield from _moments(tender)
    yield from _second_persons(tender)
    yield from _bids(case, tender, bids)
    yield from _scores(tender, bids, scores)


def _fault(file: str, *steps: str | int, content: Any, message: str) -> Fault:
    return Fault(file, path_of(content, list(steps))[0], message)


def accounts_of(case: Case) -> set[str]:
    return {account["id"] for account in case.organisations["role_accounts"]}


def _buyers(case: Case) -> set[str]:
    return {m["id"] for m in case.organisations["municipalities"]} | {case.organisations["service_centre"]["id"]}


def _providers(case: Case) -> set[str]:
    return {p["id"] for p in case.providers["providers"]}


def _references(case: Case, tender: Json) -> Iterator[Fault]:
    if tender["buyer_id"] not in _buyers(case):
        yield Fault("tender.json", "$.buyer_id", f"{tender['buyer_id']} is not among the organisations")
    known = accounts_of(case)
    for path, account in _accounts_in(tender["process"], "$.process"):
        if account not in known:
            yield Fault("tender.json", path, f"{account} is not among the accounts")


def _accounts_in(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every text of the process that names an account of an organisation, with its path."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _accounts_in(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _accounts_in(inner, f"{path}[{index}]")
    elif isinstance(value, str) and value[:1] in "MC" and value[1:3].isdigit() and value[3:4] == "-":
        yield path, value


def _lots(tender: Json) -> Iterator[Fault]:
    total = sum(Decimal(lot["estimated_value"]) for lot in tender["lots"])
    if total != Decimal(tender["estimated_value_net"]):
        yield Fault("tender.json", "$.estimated_value_net", f"the lots sum to {total}")
    seen_lots: set[str] = set()
    for index, lot in enumerate(tender["lots"]):
        if lot["id"] in seen_lots:
            yield Fault("tender.json", f"$.lots[{index}].id", f"lot {lot['id']} appears twice")
        seen_lots.add(lot["id"])
        seen: set[str] = set()
        for row, item in enumerate(lot["price_sheet"]):
            if item["pos"] in seen:
                path = f"$.lots[{index}].price_sheet[{row}].pos"
                yield Fault("tender.json", path, f"position {item['pos']} appears twice in lot {lot['id']}")
            seen.add(item["pos"])


def criteria_of(tender: Json, lot_id: str) -> list[Json]:
    """The scored criteria of one lot."""
    return [c for c in tender["criteria"] if c["type"] != "mandatory" and (not c["lot_ids"] or lot_id in c["lot_ids"])]


def _weights(tender: Json) -> Iterator[Fault]:
    spec = tender["evaluation"]
    if Decimal(spec["weight_price"]) + Decimal(spec["weight_quality"]) != 1:
        yield Fault("tender.json", "$.evaluation.weight_price", "weights of price and quality do not sum to 1")
    for lot in tender["lots"]:
        total = sum(Decimal(c["weight_points"]) for c in criteria_of(tender, lot["id"]))
        if total != 100:
            path = "$.criteria[*].weight_points"
            yield Fault("tender.json", path, f"weights of lot {lot['id']} sum to {total}, not 100")


def _moments(tender: Json) -> Iterator[Fault]:
    line = tender["timeline"]
    if moment(line["opening_at"]) < moment(line["submission_deadline"]):
        yield Fault("tender.json", "$.timeline.opening_at", "the opening lies before the deadline")
    if moment(line["published_at"]) >= moment(line["submission_deadline"]):
        yield Fault("tender.json", "$.timeline.submission_deadline", "the deadline lies before the publication")
    for index, question in enumerate(tender["clarifications"]):
        asked = moment(question["asked_at"])
        if not moment(line["published_at"]) <= asked < end_of_day(line["clarification_deadline"]):
            yield Fault("tender.json", f"$.clarifications[{index}].asked_at", "asked outside the period for questions")
        if question.get("answered_at") and moment(question["answered_at"]) >= end_of_day(
            line["latest_answer_day_strict"]
        ):
            yield Fault("tender.json", f"$.clarifications[{index}].answered_at", "answered after the latest answer day")


def _second_persons(tender: Json) -> Iterator[Fault]:
    process = tender["process"]
    pairs = (
        ("release", "prepared_by", "released_by"),
        ("formal_check", "checked_by", "second_person"),
        ("award_proposal", "by", "second_person"),
        ("award", "decided_by", "second_person"),
    )
    for step, first, second in pairs:
        entry = process.get(step) or {}
        if entry.get(first) and entry.get(first) == entry.get(second):
            yield Fault("tender.json", f"$.process.{step}.{second}", f"{step} needs a second person")
    for index, opening in enumerate(process.get("openings", [])):
        if len(set(opening["persons"])) < 2:
            yield Fault("tender.json", f"$.process.openings[{index}].persons", "an opening needs two different persons")


def _bids(case: Case, tender: Json, bids: Json) -> Iterator[Fault]:
    providers, seen = _providers(case), set()
    mandatory = {c["id"] for c in tender["criteria"] if c["type"] == "mandatory"}
    deadline = moment(tender["timeline"]["submission_deadline"])
    for index, bid in enumerate(bids["bids"]):
        path = f"$.bids[{index}]"
        if bid["id"] in seen:
            yield Fault("bids.json", f"{path}.id", f"bid {bid['id']} appears twice")
        seen.add(bid["id"])
        if bid["tender_id"] != tender["id"]:
            yield Fault("bids.json", f"{path}.tender_id", f"{bid['tender_id']} is not this tender")
        if bid["provider_id"] not in providers:
            yield Fault("bids.json", f"{path}.provider_id", f"{bid['provider_id']} is not among the providers")
        for row, member in enumerate((bid["consortium"] or {}).get("members", [])):
            if member not in providers:
                yield Fault("bids.json", f"{path}.consortium.members[{row}]", f"{member} is not among the providers")
        if set(bid["mandatory_requirements"]) != mandatory:
            yield Fault("bids.json", f"{path}.mandatory_requirements", "one answer per mandatory requirement is needed")
        late = moment(bid["received_at"]) >= deadline
        if late != bool(bid.get("late_decision")):
            yield Fault(
                "bids.json", f"{path}.late_decision", "a decision on lateness belongs to a late bid, and only there"
            )
        yield from _lot_bids(tender, bid, path)


def _lot_bids(tender: Json, bid: Json, path: str) -> Iterator[Fault]:
    lots = {lot["id"]: {item["pos"]: item for item in lot["price_sheet"]} for lot in tender["lots"]}
    for index, entry in enumerate(bid["lot_bids"]):
        here = f"{path}.lot_bids[{index}]"
        items = lots.get(entry["lot_id"])
        if items is None:
            yield Fault("bids.json", f"{here}.lot_id", f"the tender has no lot {entry['lot_id']}")
            continue
        for ref, price in entry["unit_prices"].items():
            where = path_of(entry, ["unit_prices", ref])[0].removeprefix("$")
            if ref not in items:
                yield Fault("bids.json", f"{here}{where}", f"lot {entry['lot_id']} has no position {ref}")
            elif price is not None and -int(Decimal(price).as_tuple().exponent) > items[ref]["price_decimals"]:
                yield Fault(
                    "bids.json", f"{here}{where}", f"{price} has more than {items[ref]['price_decimals']} decimals"
                )


def _scores(tender: Json, bids: Json, scores: Json) -> Iterator[Fault]:
    known = {bid["id"]: {entry["lot_id"] for entry in bid["lot_bids"]} for bid in bids["bids"]}
    limit = Decimal(tender["evaluation"]["score_moderation_params"]["consensus_spread"])
    seen: set[tuple[str, str, str]] = set()
    for index, record in enumerate(scores["records"]):
        path, key = f"$.records[{index}]", (record["bid_id"], record["lot_id"], record["criterion_id"])
        if record["bid_id"] not in known:
            yield Fault("scores.json", f"{path}.bid_id", f"there is no bid {record['bid_id']}")
        elif record["lot_id"] not in known[record["bid_id"]]:
            yield Fault("scores.json", f"{path}.lot_id", f"{record['bid_id']} has no bid for lot {record['lot_id']}")
        elif record["criterion_id"] not in {c["id"] for c in criteria_of(tender, record["lot_id"])}:
            yield Fault("scores.json", f"{path}.criterion_id", f"{record['criterion_id']} is not scored in this lot")
        if key in seen:
            yield Fault("scores.json", path, "these scores appear twice")
        seen.add(key)
        values = [Decimal(value) for value in record["scores"].values()]
        if (max(values) - min(values) >= limit) != (record.get("consensus") is not None):
            yield Fault("scores.json", path, f"a spread of {limit} or more needs a consensus, and only then")


def pilot_faults(case: Case) -> Iterator[Fault]:
    from pilots.effects import check_series, from_json

    pilot = case.files["pilot.json"]
    if pilot["municipality_id"] not in _buyers(case):
        yield Fault("pilot.json", "$.municipality_id", f"{pilot['municipality_id']} is not among the organisations")
    if pilot["provider_id"] and pilot["provider_id"] not in _providers(case):
        yield Fault("pilot.json", "$.provider_id", f"{pilot['provider_id']} is not among the providers")
    for fault in check_series(from_json(pilot)):
        yield Fault("pilot.json", fault.path, fault.message)
