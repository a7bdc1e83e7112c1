#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# Licensed under the European Union Public Licence, version 1.2 or later. https://eupl.eu/1.2/en/
"""Check the export of a procedure without the software that made it.

    python -I recompute.py            checks the folder this script lies in
    python -I recompute.py FOLDER     checks another folder

It needs Python 3.10 or newer and nothing else: no network, no database, no other file of the platform. It shares no
line with the platform's own calculation; it is a second one, written from the published rules only.

What it does, one line per check, and it stops with exit code 1 at the first thing that is wrong:

  1  files        every file has the SHA-256 that MANIFEST.sha256 says, none is missing and none was added
  2  trail        every recorded act follows the one before (hash chain); the published checkpoints contain the trail
  3  signatures   receipts and checkpoints are signed by the keys in trail/keys.txt (Ed25519)
  4  figures      prices, scores, points, ranks, ties and winners are computed again and compared digit by digit
  5  connections  what was published, bid, scored, opened, computed and awarded is what the trail says was so

Compare the keys in trail/keys.txt with the ones the platform publishes, and keep the export's own SHA-256 elsewhere:
whoever could replace this whole folder could replace the keys and this script in it too.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import math
import re
import sys
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from itertools import pairwise, product
from pathlib import Path
from typing import Any

Json = Any
GENESIS = "0" * 64
MOST_COMBINATIONS = 500_000


class Fault(Exception):
    """Something is not as it should be; the text says what and where."""


class Check:
    """Reads the files of the export and prints what was checked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.compared = 0

    def path(self, name: str) -> Path:
        return self.folder.joinpath(*name.split("/"))

    def has(self, name: str) -> bool:
        return self.path(name).is_file()

    def raw(self, name: str) -> bytes:
        if not self.has(name):
            raise Fault(f"{name} is missing")
        return self.path(name).read_bytes()

    def text(self, name: str) -> str:
        try:
            return self.raw(name).decode("utf-8")
        except UnicodeDecodeError:
            raise Fault(f"{name} is not readable text") from None

    def json(self, name: str) -> Json:
        try:
            return json.loads(self.text(name))
        except ValueError as error:
            raise Fault(f"{name} is not readable JSON ({error})") from None

    def same(self, what: str, stated: Any, computed: Any) -> None:
        """The heart of it: the first difference ends the check."""
        self.compared += 1
        if stated != computed:
            raise Fault(f"{what}: the file says {shown(stated)}, but it is {shown(computed)}")

    def say(self, topic: str, words: str) -> None:
        print(f"ok    {topic}: {words}")

    def count(self) -> int:
        """How many figures were compared since the last time."""
        number, self.compared = self.compared, 0
        return number


def shown(value: Any) -> str:
    """For people: a fraction that ends as a decimal number, nothing as a word."""
    if isinstance(value, Fraction):
        places = next((n for n in range(10) if not 10**n % value.denominator), None)
        return str(value) if places is None else str(digits(value, places))
    return "nothing" if value is None else str(value)


# ---------------------------------------------------------------------------------------------------------------------
# 1  Files
# ---------------------------------------------------------------------------------------------------------------------


def check_manifest(check: Check) -> None:
    """MANIFEST.sha256 has lines "<hash>  <path>", as `sha256sum -c` reads them."""
    listed = {}
    for number, line in enumerate(check.text("MANIFEST.sha256").splitlines(), start=1):
        match = re.fullmatch(r"([0-9a-f]{64})  ([^\\]+)", line)
        if not match or match[2].startswith("/") or ".." in match[2].split("/"):
            raise Fault(f"MANIFEST.sha256, line {number} is not a hash and a path: {line[:80]}")
        if match[2] in listed:
            raise Fault(f"MANIFEST.sha256, line {number}: {match[2]} is listed twice")
        listed[match[2]] = match[1]
    for name, digest in listed.items():
        if not check.has(name):
            raise Fault(f"{name} is listed in MANIFEST.sha256 and missing")
        found = hashlib.sha256(check.raw(name)).hexdigest()
        if found != digest:
            raise Fault(f"{name} was changed: MANIFEST.sha256 says {digest}, the file has {found}")
    there = {p.relative_to(check.folder).as_posix() for p in check.folder.rglob("*") if p.is_file()}
    beside = {name for name in there - set(listed) if "/" not in name and name.endswith(".zip")}
    for name in sorted(beside):
        print(f"note  files: {name} lies beside the files and was not looked at")
    if added := sorted(there - set(listed) - beside - {"MANIFEST.sha256"}):
        raise Fault(f"{added[0]} is not listed in MANIFEST.sha256: it was added, or its line was taken out")
    check.say("files", f"{len(listed)} files have the hash that MANIFEST.sha256 says, none is missing or added")


# ---------------------------------------------------------------------------------------------------------------------
# 2  Trail
# ---------------------------------------------------------------------------------------------------------------------


def domain_hash(domain: str, data: bytes) -> str:
    """All hashes of the platform begin with a line that says what is hashed: no hash can stand for another thing."""
    return hashlib.sha256(f"zuschlag/{domain}/v1\n".encode() + data).hexdigest()


def canonical(value: Json) -> bytes:
    """Canonical JSON: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


class Trail:
    """The acts of one chain in their order, and the hash after each."""

    def __init__(self, chain: str, events: list[Json], hashes: list[str]) -> None:
        self.chain, self.events, self.hashes = chain, events, hashes

    def of(self, *verbs: str) -> list[Json]:
        return [event for event in self.events if event["verb"] in verbs]

    def last(self, *verbs: str) -> Json:
        found = self.of(*verbs)
        return found[-1] if found else None


def read_trail(check: Check, name: str) -> Trail:
    """Lines "<hash> <act as canonical JSON>"; each act names the hash of the act before it."""
    before, chain = GENESIS, ""
    events, hashes = [], []
    for number, line in enumerate(check.text(name).splitlines(), start=1):
        where = f"{name}, act {number}"
        digest, _space, body = line.partition(" ")
        if domain_hash("audit", body.encode()) != digest:
            raise Fault(f"{where}: its content does not have its hash: it was changed")
        event = json.loads(body)
        if canonical(event) != body.encode():
            raise Fault(f"{where}: it is not in canonical form")
        if event["seq"] != number or event["prev"] != before:
            raise Fault(f"{where}: it does not follow the act before it: an act was taken out, added or moved")
        chain = chain or event["chain"]
        if event["chain"] != chain:
            raise Fault(f"{where}: it belongs to {event['chain']}, not to {chain}")
        events.append(event)
        hashes.append(digest)
        before = digest
    check.say("trail", f"{name}: unbroken, {len(events)} acts, ends with {before[:16]}…")
    return Trail(chain, events, hashes)


def check_anchors(check: Check, trail: Trail, bids: Trail | None) -> None:
    """Acts around the opening name the state of the bids' trail at that moment."""
    if bids is None:
        return
    number = 0
    for event in trail.events:
        if "bids_head" in event["data"]:
            at = event["data"]["bids_seq"]
            where = f"act {event['seq']} ({event['verb']}) names the bids' trail at {at}"
            check.same(where, event["data"]["bids_head"], bids.hashes[at - 1] if 0 < at <= len(bids.hashes) else None)
            number += 1
    check.say("trail", f"{number} acts name the state of the bids' trail at their time, all as it is")


def check_checkpoints(check: Check, trails: list[Trail], keys: dict[str, bytes]) -> None:
    """Signed notes over the heads of all chains, every ten minutes; the export discloses what opens our own leaves."""
    notes = check.json("trail/checkpoints.json")
    for entry in notes:
        name = entry["file"]
        origin, tick, leaves = read_checkpoint(name, open_note(name, check.text(name), keys))
        for trail in trails:
            if trail.chain not in leaves or trail.chain not in entry["nonces"]:
                continue
            nonce = bytes.fromhex(entry["nonces"][trail.chain])
            states = [(0, GENESIS), *enumerate(trail.hashes, start=1)]
            seen = [n for n, head in states if head_commitment(nonce, n, head) == leaves[trail.chain]]
            if not seen:
                raise Fault(f"{name}: it saw a state of {trail.chain} that the trail does not have: acts were cut off")
            check.say("checkpoint", f"{tick} by {origin}: the trail {trail.chain} stood at act {seen[0]}, as it does")
    if not notes:
        print("note  checkpoint: no checkpoint has been made since the first act")


def head_commitment(nonce: bytes, number: int, head: str) -> str:
    return domain_hash("head", nonce + number.to_bytes(8, "big") + bytes.fromhex(head))


def read_checkpoint(name: str, text: str) -> tuple[str, str, dict[str, str]]:
    """Origin, tick, and the commitment of every chain; the leaves must give the root that was signed (RFC 6962)."""
    origin, size, root, tick, *lines = text.splitlines()
    leaves = dict(line[len("leaf ") :].rsplit(" ", 1) for line in lines)
    hour = tick[len("tick ") :]
    entries = [canonical({"commit": c, "tender": chain, "tick": hour, "v": 1}) for chain, c in leaves.items()]
    if len(leaves) != int(size) or base64.b64encode(merkle_root(entries)).decode() != root:
        raise Fault(f"{name}: its leaves do not give the root that was signed")
    return origin, hour, leaves


def merkle_root(entries: list[bytes]) -> bytes:
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\0" + entries[0]).digest()
    half = 1 << ((len(entries) - 1).bit_length() - 1)
    return hashlib.sha256(b"\1" + merkle_root(entries[:half]) + merkle_root(entries[half:])).digest()


# ---------------------------------------------------------------------------------------------------------------------
# 3  Signatures: Ed25519 (RFC 8032) on signed notes (c2sp.org/signed-note)
# ---------------------------------------------------------------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]  # extended coordinates
BASE_Y = 4 * pow(5, P - 2, P) % P


def recover_x(y: int, sign: int) -> int | None:
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def add(a: Point, b: Point) -> Point:
    m, n = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = n - m, d - c, d + c, n + m
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(number: int, point: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = add(result, point)
        point, number = add(point, point), number >> 1
    return result


def point_of(data: bytes) -> Point | None:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def base_point() -> Point:
    x = recover_x(BASE_Y, 0)
    assert x is not None, "the base point of the curve"
    return (x, BASE_Y, 1, x * BASE_Y % P)


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    key, commitment = point_of(public), point_of(signature[:32])
    number = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or key is None or commitment is None or number >= ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    left, right = times(number, base_point()), add(commitment, times(challenge, key))
    return not (left[0] * right[2] - right[0] * left[2]) % P and not (left[1] * right[2] - right[1] * left[2]) % P


def read_keys(check: Check) -> dict[str, bytes]:
    """Lines "name+id+base64"; the id is the beginning of the hash of name and key."""
    keys = {}
    for line in check.text("trail/keys.txt").splitlines():
        name, identity, encoded = line.split("+", 2)
        raw = base64.b64decode(encoded)
        if raw[:1] != b"\1" or hashlib.sha256(name.encode() + b"\n" + raw).hexdigest()[:8] != identity:
            raise Fault(f"trail/keys.txt: the key of {name} does not have its id")
        keys[name] = raw[1:]
    return keys


def open_note(where: str, note: str, keys: dict[str, bytes]) -> str:
    """The text of a note with a good signature by one of the keys."""
    text, _empty, signatures = note.rpartition("\n\n")
    for line in signatures.splitlines():
        match = re.fullmatch("\u2014 ([^ ]+) ([A-Za-z0-9+/=]+)", line)
        if match and match[1] in keys:
            if not is_signed(keys[match[1]], f"{text}\n".encode(), base64.b64decode(match[2])[4:]):
                raise Fault(f"{where}: the signature of {match[1]} is wrong: it was changed")
            return text
    raise Fault(f"{where}: no known key has signed it")


def check_receipts(check: Check, bids: Trail | None, keys: dict[str, bytes]) -> None:
    """What each bidder holds in hand: signed, and named in the bids' trail by its hash."""
    if bids is None:
        return
    names = sorted(p.relative_to(check.folder).as_posix() for p in check.path("receipts").glob("*.note"))
    named = {event["data"].get("receipt_sha256"): event for event in bids.events}
    for name in names:
        note = check.text(name)
        payload = json.loads(open_note(name, note, keys).split("\n", 1)[1])
        event = named.pop(hashlib.sha256(note.encode()).hexdigest(), None)
        if event is None:
            raise Fault(f"{name}: the trail of the bids does not name this receipt")
        check.same(f"{name}, bid", f"bid:{payload['bid']}", event["object"])
    named.pop(None, None)
    if named:
        event = next(iter(named.values()))
        raise Fault(f"the receipt of act {event['seq']} ({event['verb']}) of the bids' trail is missing")
    check.say("receipts", f"{len(names)} receipts are signed and named in the trail, none is missing")


# ---------------------------------------------------------------------------------------------------------------------
# 4  Figures. Everything is exact: fractions, and rounding by whole numbers.
# ---------------------------------------------------------------------------------------------------------------------

DEFAULT_ROUNDING: dict[str, tuple[str, int | None]] = {
    "ratio": ("none", None),
    "ratio_display": ("half_up", 4),
    "figure": ("none", None),
    "figure_display": ("half_up", 6),
}  # every other stage: half up, two decimals


def rounded(value: Fraction, mode: str, decimals: int) -> Fraction:
    """Commercial rounding ("half_up") rounds a half away from zero."""
    if mode == "none":
        return value
    scaled = abs(value) * 10**decimals
    whole = scaled.numerator // scaled.denominator
    rest = scaled - whole
    half = Fraction(1, 2)
    if (mode == "half_up" and rest >= half) or (
        mode == "half_even" and (rest > half or (rest == half and whole % 2 == 1))
    ):
        whole += 1
    return Fraction(whole if value >= 0 else -whole, 10**decimals)


def digits(value: Fraction | None, decimals: int) -> str | None:
    """A number as it is printed: "87.62"."""
    if value is None:
        return None
    units = rounded(value, "half_up", decimals) * 10**decimals
    text = str(abs(units.numerator)).rjust(decimals + 1, "0")
    sign = "-" if units < 0 else ""
    return f"{sign}{text[:-decimals]}.{text[-decimals:]}" if decimals else f"{sign}{text}"


class Rule:
    """The published rule of evaluation: method, weights, rounding, ties."""

    def __init__(self, spec: Json) -> None:
        self.spec = spec
        self.method: str = spec["method"]
        self.price, self.quality = Fraction(spec["weight_price"]), Fraction(spec["weight_quality"])
        self.chain: list[str] = spec["tie_chain"]

    def number(self, name: str) -> Fraction | None:
        return Fraction(self.spec[name]) if self.spec.get(name) is not None else None

    @property
    def is_rounded(self) -> bool:
        return bool(self.spec.get("compare") == "rounded")

    def param(self, name: str) -> Fraction:
        """A published number of the method."""
        return Fraction(self.spec["params"][name])

    def stage(self, stage: str) -> tuple[str, int | None]:
        if stage in self.spec.get("rounding", {}):
            entry = self.spec["rounding"][stage]
            return entry["mode"], entry.get("decimals")
        return DEFAULT_ROUNDING.get(stage, ("half_up", 2))

    def round(self, stage: str, value: Fraction) -> Fraction:
        mode, decimals = self.stage(stage)
        return rounded(value, mode, decimals or 0)

    def print(self, stage: str, value: Fraction | None) -> str | None:
        decimals = self.stage(stage)[1]
        return digits(value, 2 if decimals is None else decimals)


class Offer:
    """One bid in one lot, on its way through the steps."""

    def __init__(self, bid: Json) -> None:
        self.bid = bid
        self.name: str = bid["bid_id"]
        self.provider: str = bid["provider_id"]
        state = bid["state"]
        self.codes: list[str] = [reason["code"] for reason in bid["formal_reasons"]] if state == "submitted" else []
        self.status = state if state in ("withdrawn", "late") else "excluded" if self.codes else "valid"
        self.lines: dict[str, Fraction] = {}
        self.line_sum = self.net = self.gross = self.amount = Fraction(0)
        self.flags: list[tuple[str, Fraction]] = []
        self.outcome: str | None = None
        self.scores: dict[str, Fraction] = {}
        self.performance: Fraction | None = None
        self.promised: dict[str, Fraction] = {}
        self.figures: dict[str, Fraction] = {}
        self.key: tuple[Fraction, ...] | None = None
        self.rank: int | None = None

    def exclude(self, code: str) -> None:
        self.status = "excluded"
        self.codes.append(code)

    @property
    def points(self) -> Fraction:
        return self.performance if self.performance is not None else Fraction(0)


def price_offer(offer: Offer, lot: Json, rule: Rule) -> None:
    """Unit prices times quantities; discount; tax. Unit prices prevail over the total a bidder states."""
    bid = offer.bid
    for item in lot["positions"]:
        price = Fraction(bid["prices"].get(item["ref"], "0"))
        offer.lines[item["ref"]] = rule.round("line", Fraction(item["quantity"]) * price)
    counted = sum((offer.lines[item["ref"]] for item in lot["positions"] if item["in_evaluation"]), Fraction(0))
    offer.line_sum = offer.net = rule.round("sum", counted)
    discount = Fraction(bid.get("discount_pct", "0"))
    if discount:
        offer.net = rule.round("discount", offer.line_sum * (100 - discount) / 100)
    offer.gross = rule.round("vat", offer.net * (100 + Fraction(bid["vat_rate"])) / 100)
    offer.amount = offer.gross if rule.spec["price_basis"] == "gross" else offer.net
    if offer.status != "valid":
        return
    cap = rule.number("price_cap")
    if any(item["essential"] and item["ref"] not in bid["prices"] for item in lot["positions"]):
        offer.exclude("price_missing")
    elif cap is not None and offer.amount > cap:
        offer.exclude("price_cap")


def flag_low(offers: list[Offer], lot: Json, rule: Rule) -> None:
    """A price far below a published measure is asked about; a bad answer excludes, then all is tested anew."""
    estimate = Fraction(lot["estimated_value"]) if lot.get("estimated_value") else Fraction(0)
    if rule.spec["price_basis"] == "gross":
        estimate = rounded(estimate * (100 + Fraction(rule.spec["estimate_vat_rate"])) / 100, "half_up", 2)
    to_next, to_estimate = rule.number("gap_to_next_pct"), rule.number("gap_to_estimate_pct")
    again = True
    while again:
        again = False
        valid = [offer for offer in offers if offer.status == "valid"]
        for offer in valid:
            offer.flags, offer.outcome = [], None
            others = [other.amount for other in valid if other.provider != offer.provider]
            lowest = min(others) if others and offer.amount < min(others) else None
            bases = [("next", lowest, to_next), ("estimate", estimate, to_estimate)]
            if len(valid) >= 3:
                amounts = sorted(other.amount for other in valid)
                middle = (amounts[(len(amounts) - 1) // 2] + amounts[len(amounts) // 2]) / 2
                bases += [("mean", sum(amounts, Fraction(0)) / len(amounts), rule.number("gap_to_mean_pct"))]
                bases += [("median", middle, rule.number("gap_to_median_pct"))]
            for base, against, limit in bases:
                if limit and against and against > 0 and (gap := (against - offer.amount) / against * 100) >= limit:
                    offer.flags.append((base, gap))
            answer = offer.bid.get("clarification")
            if answer == "open" or (answer is None and offer.flags):
                offer.outcome = "clarification_required"
            else:
                offer.outcome = answer
        out = [offer for offer in valid if offer.outcome in ("not_explained", "law_breached", "aid_unlawful")]
        for offer in [offer for offer in out if offer.flags] or out:
            offer.exclude("abnormally_low")
            again = True


def curve_points(curve: Json, value: Fraction) -> Fraction:
    """Straight lines between the published points, constant beyond both ends."""
    points = [(Fraction(x), Fraction(y)) for x, y in curve]
    if value <= points[0][0]:
        return points[0][1]
    for (x1, y1), (x2, y2) in pairwise(points):
        if value <= x2:
            return y1 + (y2 - y1) * (value - x1) / (x2 - x1)
    return points[-1][1]


def is_scored(criterion: Json) -> bool:
    return criterion["kind"] != "price" and Fraction(criterion["weight"]) > 0


def promised_of(offer: Offer, criterion: Json) -> Fraction | None:
    """The number a bid promises, or its life-cycle cost by the published calculation."""
    calculation = criterion.get("life_cycle")
    if calculation is None:
        stated = offer.bid["promised"].get(criterion["id"])
        return None if stated is None else Fraction(stated)
    numbers = offer.bid.get("life_cycle", {}).get(criterion["id"], {})
    growth, places = 1 + Fraction(calculation["rate_pct"]) / 100, calculation["factor_decimals"]
    every_year = sum((1 / growth**year for year in range(1, calculation["years"] + 1)), Fraction(0))
    factors = {"use": every_year, "maintenance": every_year}
    total = offer.amount if calculation["with_price"] else Fraction(0)
    for part in calculation["parts"]:
        if part["id"] not in numbers:
            return None
        factor = rounded(factors.get(part["kind"], 1 / growth ** calculation["years"]), "half_up", places)
        worth = rounded(Fraction(numbers[part["id"]]) * Fraction(part["unit_price"]) * factor, "half_up", 2)
        total += -worth if part["kind"] == "residual" else worth
    return total


def score_of(offer: Offer, criterion: Json, rule: Rule) -> Fraction | None:
    """A promised number by its curve; else what the panel agreed on, else the mean of its single scores."""
    if criterion["kind"] in ("cost", "efficiency"):
        promised = offer.promised.get(criterion["id"])
        if promised is None or not criterion["curve"]:
            return None
        return rule.round("criterion_score", curve_points(criterion["curve"], promised))
    given = offer.bid["scores"].get(criterion["id"], {})
    if given.get("consensus") is not None:
        return Fraction(given["consensus"])
    single = [Fraction(score) for score in given.get("by_evaluator", {}).values()]
    return rule.round("evaluator_mean", sum(single, Fraction(0)) / len(single)) if single else None


def score_offer(offer: Offer, lot: Json, rule: Rule) -> None:
    """Performance points: weight points times scores. Below a published minimum a bid is out; equal passes."""
    found = {c["id"]: promised_of(offer, c) for c in lot["criteria"]}
    offer.promised = {key: value for key, value in found.items() if value is not None}
    scores: dict[str, Fraction] = {}
    for criterion in lot["criteria"]:
        score = score_of(offer, criterion, rule)
        if score is not None:
            scores[criterion["id"]] = score
        elif is_scored(criterion):
            if criterion["kind"] == "quality":
                raise Fault(f"lot {lot['lot_id']}, bid {offer.name}: the score for {criterion['id']} is missing")
            offer.exclude("documents_missing")
            return
    offer.scores = scores
    weighted = [c for c in lot["criteria"] if is_scored(c)]
    offer.performance = sum((Fraction(c["weight"]) * scores[c["id"]] for c in weighted), Fraction(0))
    for criterion in lot["criteria"]:
        least = criterion.get("minimum_score")
        if least is not None and criterion["id"] in scores and scores[criterion["id"]] < Fraction(least):
            offer.exclude("min_score")
    for group in rule.spec.get("group_minima") or []:
        members = [c for c in weighted if c["id"] in group["members"]]
        got = sum((Fraction(c["weight"]) * scores[c["id"]] for c in members), Fraction(0))
        most = sum((Fraction(c["weight"]) * 10 for c in members), Fraction(0))
        if got * 100 < Fraction(group["min_share_pct"]) * most:
            offer.exclude("min_score")
    floor = rule.number("min_performance_points")
    if floor is not None and offer.performance < floor:
        offer.exclude("min_performance")


def weighted_figures(offer: Offer, exact: Fraction, rule: Rule, exact_quality: Fraction | None = None) -> None:
    """total = weight of price x price points + weight of quality x quality points (a tenth of the performance)."""
    exact_quality = offer.points / 10 if exact_quality is None else exact_quality
    price, quality = rule.round("price_points", exact), rule.round("quality_points", exact_quality)
    total = rule.round("total", rule.price * price + rule.quality * quality)
    offer.key = (total,)
    if rule.spec.get("compare") == "exact":
        unrounded = rule.price * exact + rule.quality * exact_quality
        total, offer.key = rule.round("total", unrounded), (unrounded,)
    offer.figures = {"price_points": price, "quality_points": quality, "total": total}


ANY_PRICE = (
    "price_only", "lcs", "quality_fixed_price", "qbs", "fbs", "absolute_scale", "monetised", "external",
)  # fmt: skip


def apply_method(method: str, offers: list[Offer], rule: Rule) -> None:
    """Sets the printed figures and the key by which bids are compared, the greater the better."""
    lowest = min(offer.amount for offer in offers)
    if method not in ANY_PRICE and lowest <= 0:
        raise Fault("a valid bid has no price above zero")
    if method == "weighted_linear":  # 100 points at the lowest price, none from `factor` times that price on
        factor = Fraction(rule.spec["zero_at_factor"])
        for offer in offers:
            points = 100 * (factor * lowest - offer.amount) / ((factor - 1) * lowest)
            weighted_figures(offer, max(Fraction(0), points), rule)
    elif method == "inverse_proportional":  # lowest price divided by price
        for offer in offers:
            weighted_figures(offer, 100 * lowest / offer.amount, rule)
    elif method in ("ratio_simple", "ratio_extended"):  # performance points divided by price
        for offer in offers:
            offer.figures = {"ratio": offer.points / offer.amount}
            ratio = offer.figures["ratio"]
            offer.key = (rule.round("ratio", ratio) if rule.is_rounded else ratio,)
        if rule.spec.get("scale") == "three_digits" and method == "ratio_simple":
            apply_three_digits(offers)
        if method == "ratio_extended":
            apply_band(offers, rule)
    elif method == "price_only":
        for offer in offers:
            offer.figures, offer.key = {}, (-offer.amount,)
    elif method in POINTS_METHODS:
        apply_points(method, offers, rule)
    elif method in FIGURE_METHODS:
        apply_figure(method, offers, rule)
    elif method in ("quality_fixed_price", "qbs", "fbs"):  # performance alone
        for offer in offers:
            points = rule.round("quality_points", offer.points / 10)
            offer.figures = {"quality_points": points}
            offer.key = (points if rule.is_rounded else offer.points,)
    elif method == "lcs":
        apply_method("price_only", offers, rule)
    else:
        raise Fault(f"the method {method} is not known to this script")


POINTS_METHODS = ("absolute_scale", "qcbs", "wb_rated", "italy_bilinear")
REFERENCES = ("ratio_weighted_fixed", "ratio_weighted_median", "ratio_weighted_mean")
FIGURE_METHODS = (*REFERENCES, "kaden_surcharge", "kaden_exponential", "monetised", "external")


def apply_points(method: str, offers: list[Offer], rule: Rule) -> None:
    """Weighted totals whose price points follow a published scale, the lowest price, or the discounts."""
    lowest, best = min(offer.amount for offer in offers), max(offer.points for offer in offers)
    if method == "absolute_scale":
        full, zero = rule.param("full_at"), rule.param("zero_at")
        for offer in offers:
            points = 100 * (zero - offer.amount) / (zero - full)
            weighted_figures(offer, min(Fraction(100), max(Fraction(0), points)), rule)
    elif method == "italy_bilinear":
        apply_discounts(offers, rule)
    else:
        for offer in offers:
            quality = 100 * offer.points / best if best else Fraction(0)
            weighted_figures(offer, 100 * lowest / offer.amount, rule, quality if method == "wb_rated" else None)


def apply_discounts(offers: list[Offer], rule: Rule) -> None:
    """Steep up to the mean discount from the base price, then straight to 100 at the highest one."""
    base, knee = rule.param("base_price"), rule.param("knee")
    off = [max(Fraction(0), 100 * (base - offer.amount) / base) for offer in offers]
    middle, top = sum(off, Fraction(0)) / len(off), max(off)
    for offer, a in zip(offers, off, strict=True):
        if not middle:
            share = Fraction(0)
        elif a <= middle:
            share = knee * a / middle
        else:
            share = knee + (1 - knee) * (a - middle) / (top - middle)
        weighted_figures(offer, 100 * share, rule)


def middle_of(values: list[Fraction]) -> Fraction:
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def apply_figure(method: str, offers: list[Offer], rule: Rule) -> None:
    """Methods with a key figure of their own; the highest comes first, of comparison prices the lowest."""
    gains, prices = [offer.points for offer in offers], [offer.amount for offer in offers]
    if method == "ratio_weighted_fixed":
        reference = (rule.param("l_ref"), rule.param("p_ref"))
    elif method == "ratio_weighted_median":
        reference = (middle_of(gains), middle_of(prices))
    else:
        reference = (sum(gains, Fraction(0)) / len(gains), sum(prices, Fraction(0)) / len(prices))
    lower = method == "monetised" or (method == "external" and rule.param("higher") == 0)
    for offer in offers:
        if method == "kaden_exponential":
            apply_powers(offer, rule)
            continue
        figure = figure_of(method, offer, rule, reference)
        if figure is None:
            offer.figures, offer.key = {}, None
            continue
        compared = rule.round("figure", figure) if rule.is_rounded else figure
        offer.figures = {"figure": compared if lower else figure}
        offer.key = (-compared if lower else compared,)


def figure_of(method: str, offer: Offer, rule: Rule, reference: tuple[Fraction, Fraction]) -> Fraction | None:
    if method in REFERENCES:
        gain = rule.quality * offer.points / reference[0] if reference[0] else Fraction(0)
        return gain - (rule.price * offer.amount / reference[1] if reference[1] else 0)
    if method == "kaden_surcharge":
        return (offer.points + rule.param("surcharge")) / offer.amount * 100_000
    if method == "monetised":
        return offer.amount - rule.param("per_point") * offer.points / 10
    return offer.promised.get(rule.spec["figure_criterion"])


def apply_powers(offer: Offer, rule: Rule) -> None:
    """L^a / P^(1-a): compared by 50-digit logarithms to 30 decimals, shown from 60 digits."""
    if offer.points <= 0:
        offer.figures, offer.key = {"figure": Fraction(0)}, (Fraction(0), Fraction(0))
        return
    a = rule.quality
    with localcontext(Context(prec=50)):
        gain = long_decimal(a) * long_decimal(offer.points).ln() if a else Decimal(0)
        loss = long_decimal(1 - a) * long_decimal(offer.amount).ln() if a != 1 else Decimal(0)
        offer.key = (Fraction(1), Fraction((gain - loss).quantize(Decimal(1).scaleb(-30))))
    with localcontext(Context(prec=60)):
        top, bottom = long_decimal(offer.points) ** long_decimal(a), long_decimal(offer.amount) ** long_decimal(1 - a)
        offer.figures = {"figure": Fraction(top / bottom)}


def long_decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def apply_three_digits(offers: list[Offer]) -> None:
    """All ratios times ten until the best has three digits, as whole numbers (half up)."""
    best, scale = max(offer.figures["ratio"] for offer in offers), 1
    while 0 < best * scale < 100:
        scale *= 10
    for offer in offers:
        offer.key = (rounded(offer.figures["ratio"] * scale, "half_up", 0),)


def apply_band(offers: list[Offer], rule: Rule) -> None:
    """Bids within s % of the best ratio are equal; among them the published criterion decides."""
    best = max(offer.figures["ratio"] for offer in offers)
    floor = best * (100 - Fraction(rule.spec["extended_swing_pct"])) / 100
    decides = rule.spec["extended_criterion"]
    for offer in offers:
        if offer.figures["ratio"] < floor:
            offer.key = None
        elif decides == "performance_points":
            offer.key = (offer.points, -offer.amount)
        elif decides == "price":
            offer.key = (-offer.amount, offer.points)
        else:
            offer.key = (offer.scores.get(decides, Fraction(0)),)


def tie_value(step: str, offer: Offer) -> Fraction:
    if step == "higher_performance":
        return offer.points
    if step == "lower_price":
        return -offer.amount
    if step.startswith("named_criterion:"):
        return offer.scores.get(step.split(":", 1)[1], Fraction(0))
    return Fraction(0)  # drawing lots happens among people


def rank_offers(offers: list[Offer], chain: list[str]) -> tuple[list[str], list[str]]:
    """Rank = 1 + number of better bids. Winners after the published chain of ties, and the steps that were needed."""
    keys = [offer.key for offer in offers if offer.key is not None]
    for offer in offers:
        mine = offer.key
        offer.rank = None if mine is None else 1 + sum(key > mine for key in keys)
    first, steps = [offer for offer in offers if offer.rank == 1], []
    for step in chain:
        if len(first) < 2:
            break
        steps.append(step)
        best = max(tie_value(step, offer) for offer in first)
        first = [offer for offer in first if tie_value(step, offer) == best]
    return [offer.name for offer in first], steps


class LotFigures:
    """A lot computed again."""

    def __init__(self, lot: Json, rule: Rule) -> None:
        self.lot, self.id = lot, lot["lot_id"]
        self.offers = [Offer(bid) for bid in lot["bids"]]
        for offer in self.offers:
            if offer.status not in ("withdrawn", "late"):
                price_offer(offer, lot, rule)
        flag_low(self.offers, lot, rule)
        for offer in self.offers:
            if offer.status == "valid":
                score_offer(offer, lot, rule)
        flag_low(self.offers, lot, rule)
        self.valid = [offer for offer in self.offers if offer.status == "valid"]
        self.winners: list[str] = []
        self.steps: list[str] = []
        if self.valid:
            apply_method(rule.method, self.valid, rule)
            self.winners, self.steps = rank_offers(self.valid, rule.chain)


def check_run(check: Check, number: int) -> Json:
    """One stored evaluation: its inputs are computed again and compared with its stored result."""
    place = f"evaluation/{number}"
    inputs, result = check.json(f"{place}/inputs.json"), check.json(f"{place}/result.json")
    rule = Rule(inputs["spec"])
    check.same(f"{place}, method", result["method"], rule.method)
    check.same(f"{place}, lots", [lot["lot_id"] for lot in result["lots"]], [lot["lot_id"] for lot in inputs["lots"]])
    lots = [LotFigures(lot, rule) for lot in inputs["lots"]]
    for mine, stored in zip(lots, result["lots"], strict=True):
        compare_lot(check, f"{place}, lot {mine.id}", mine, stored, rule)
        first = " and ".join(mine.winners) or "no admissible bid"
        words = f"{len(mine.offers)} bids, {check.count()} figures the same to the last digit; first: {first}"
        check.say("figures", f"evaluation {number}, lot {mine.id}: {words}")
    awards = {mine.id: mine.winners for mine in lots}
    if len(lots) > 1:
        awards = compare_allocation(check, place, inputs, lots, result["allocation"], rule)
    return {"inputs": inputs, "result": result, "awards": awards}


def compare_lot(check: Check, place: str, mine: LotFigures, stored: Json, rule: Rule) -> None:
    names = [row["bid_id"] for row in stored["rows"]]
    check.same(f"{place}, bids", names, [offer.name for offer in mine.offers])
    for offer, row in zip(mine.offers, stored["rows"], strict=True):
        compare_offer(check, f"{place}, bid {offer.name}", offer, row, mine.lot, rule)
    if mine.valid:
        check.same(f"{place}, lowest price", stored["references"]["pmin"], digits(min(o.amount for o in mine.valid), 2))
    check.same(f"{place}, winner", stored["winner"], mine.winners)
    check.same(f"{place}, steps of the tie", stored["tie_break_used"], mine.steps)
    check.same(f"{place}, tie left", stored["unresolved_tie"], len(mine.winners) > 1)
    pending = bool(mine.winners) and any(o.outcome == "clarification_required" for o in mine.valid)
    check.same(f"{place}, price to be clarified", "price_clarification_pending" in stored["award_blocked"], pending)


def compare_offer(check: Check, place: str, offer: Offer, row: Json, lot: Json, rule: Rule) -> None:
    check.same(f"{place}, status", row["status"], offer.status)
    if offer.status in ("withdrawn", "late"):
        return
    check.same(f"{place}, reasons", [reason["code"] for reason in row["reasons"]], offer.codes)
    for line in row["lines"]:
        item = next(item for item in lot["positions"] if item["ref"] == line["ref"])
        where = f"{place}, position {line['ref']}"
        check.same(f"{where}, quantity", Fraction(line["quantity"]), Fraction(item["quantity"]))
        check.same(f"{where}, unit price", line.get("unit_price"), offer.bid["prices"].get(line["ref"]))
        check.same(f"{where}, line total", line["line_total"], rule.print("line", offer.lines[line["ref"]]))
    check.same(f"{place}, number of positions", len(row["lines"]), len(lot["positions"]))
    amounts = {"line_sum": offer.line_sum, "net": offer.net, "gross": offer.gross, "evaluation_price": offer.amount}
    for name, amount in amounts.items():
        check.same(f"{place}, {name}", row[name], digits(amount, 2))
    flags = [(flag["base"], flag["pct"]) for flag in row["flags"]]
    check.same(f"{place}, flags", flags, [(base, digits(gap, 2)) for base, gap in offer.flags])
    check.same(f"{place}, clarification", row.get("abnormally_low_outcome"), offer.outcome)
    scores = {key: digits(score, 2) for key, score in offer.scores.items()}
    check.same(f"{place}, scored criteria", sorted(row["criterion_scores"]), sorted(scores))
    for key, score in scores.items():
        check.same(f"{place}, score for {key}", row["criterion_scores"][key], score)
    exact = None if offer.performance is None else str(offer.performance)
    check.same(f"{place}, performance_points", row.get("performance_points"), digits(offer.performance, 2))
    check.same(f"{place}, exact performance points", row.get("performance_points_exact"), exact)
    for name in ("price_points", "quality_points", "total"):
        check.same(f"{place}, {name}", row.get(name), rule.print(name, offer.figures.get(name)))
    ratio = offer.figures.get("ratio")
    times_ten_thousand = None if ratio is None else ratio * 10**4
    check.same(f"{place}, ratio", row.get("ratio"), rule.print("ratio_display", times_ten_thousand))
    check.same(f"{place}, key figure", row.get("figure"), rule.print("figure_display", offer.figures.get("figure")))
    check.same(f"{place}, exact ratio", row.get("ratio_exact"), None if ratio is None else str(ratio))
    check.same(f"{place}, rank", row.get("rank"), offer.rank)
    if row.get("economics"):
        compare_economics(check, place, offer, row["economics"], lot)


def compare_economics(check: Check, place: str, offer: Offer, stored: Json, lot: Json) -> None:
    """Cost per case over the term and the saving against today."""
    if offer.amount > 0:
        points = digits(offer.points * 100 / offer.amount, 4)
        check.same(f"{place}, quality points per 1,000", stored.get("quality_points_per_1000_eur"), points)
    if not lot.get("reference_quantity") or not lot.get("term_years"):
        return
    cases, years = Fraction(lot["reference_quantity"]), Fraction(lot["term_years"])
    months = round(years * 12)  # a term of ten months is stored as 0.8333…: it means whole months
    if abs(years * 12 - months) < Fraction(1, 10**12):
        years = Fraction(months, 12)
    if not cases * years:
        return
    per_case = offer.amount / (cases * years)
    check.same(f"{place}, cost per case", stored.get("eur_per_case"), digits(per_case, 2))
    if lot.get("baseline_cost_per_case") is not None:
        saved = Fraction(lot["baseline_cost_per_case"]) - per_case
        check.same(f"{place}, saving per case", stored.get("saving_per_case"), digits(saved, 2))
        check.same(f"{place}, saving per year", stored.get("saving_per_year"), digits(saved * cases, 2))
        over_term = digits(saved * cases * years, 2)
        check.same(f"{place}, saving over the term", stored.get("saving_over_term"), over_term)


# -- several lots -----------------------------------------------------------------------------------------------------
Choice = tuple[Any, ...]  # per lot an offer, or None


def compare_allocation(
    check: Check, place: str, inputs: Json, lots: list[LotFigures], stored: Json, rule: Rule
) -> dict[str, list[str]]:
    """Which lot goes to whom, by trying every possibility that the limits allow."""
    kind = inputs["lot_rules"]["allocation_rule"]
    check.same(f"{place}, rule for the lots", stored["rule"], kind)
    named: dict[str, list[str]] = {lot.id: lot.winners for lot in lots}
    if kind == "best_per_lot":
        tied = any(len(winners) > 1 for winners in named.values())
    else:
        choices = all_choices(inputs, lots)
        if choices is None:
            print(f"note  lots: more than {MOST_COMBINATIONS} possibilities; the allocation is not tried again here")
            return {lot: list(names) for lot, names in stored["assignment"].items()}
        search = best_by_points if kind == "maximise_total_points" else best_by_value
        best = search(check, place, choices, inputs, lots, stored, rule)
        tied = len(best) > 1
        named = {
            lot.id: [o.name for o in lot.offers if any(choice[n] is o for choice in best)] for n, lot in enumerate(lots)
        }
        changed = any(lot.winners and not set(lot.winners) & set(named[lot.id]) for lot in lots)
        check.same(f"{place}, a limit changed the result", stored.get("limit_changed_result"), changed)
    for lot, names in named.items():
        check.same(f"{place}, lot {lot} goes to", stored["assignment"][lot], names)
    check.same(f"{place}, tie between allocations", stored["unresolved_tie"], tied)
    check.say("figures", f"{place.replace('/', ' ')}: {len(lots)} lots go by the rule {kind} to the same bids")
    check.count()
    return named


def all_choices(inputs: Json, lots: list[LotFigures]) -> list[Choice] | None:
    """Every way to hand out the lots within limits and capacities that fills as many lots as possible."""
    number = 1
    for lot in lots:
        number *= len(lot.valid) + 1
    if number > MOST_COMBINATIONS:
        return None
    published = inputs["lot_rules"].get("max_lots_awarded")
    capacity: dict[str, list[int]] = {}
    for terms in inputs["bidders"]:
        if terms.get("max_lots_capacity") is not None:
            capacity.setdefault(terms["provider_id"], []).append(terms["max_lots_capacity"])

    def allowed(choice: Choice) -> bool:
        taken: dict[str, int] = {}
        for offer in choice:
            if offer is not None:
                taken[offer.provider] = taken.get(offer.provider, 0) + 1
        limits = {name: [n for n in (published, *capacity.get(name, [])) if n is not None] for name in taken}
        return all(count <= min(limits[name], default=len(lots)) for name, count in taken.items())

    found = [choice for choice in product(*([*lot.valid, None] for lot in lots)) if allowed(choice)]
    most = max(sum(offer is not None for offer in choice) for choice in found)
    return [choice for choice in found if sum(offer is not None for offer in choice) == most]


def price_of(choice: Choice) -> Fraction:
    return sum((offer.amount for offer in choice if offer), Fraction(0))


def best_by_points(
    check: Check, place: str, choices: list[Choice], inputs: Json, lots: list[LotFigures], stored: Json, rule: Rule
) -> list[Choice]:
    """The most points in total, then the lowest price in total."""
    points: dict[int, Fraction] = {}
    for lot in lots:
        if lot.valid and "total" not in lot.valid[0].figures:  # methods without a sum use the linear one for this
            kept = [(offer, offer.key, offer.figures) for offer in lot.valid]
            apply_method("weighted_linear", lot.valid, rule)
            for offer, key, figures in kept:
                points[id(offer)] = Fraction(rule.print("total", offer.figures["total"]) or 0)
                offer.key, offer.figures = key, figures
        else:
            points |= {id(offer): Fraction(rule.print("total", offer.figures["total"]) or 0) for offer in lot.valid}

    def value(choice: Choice) -> tuple[Fraction, Fraction]:
        return sum((points[id(offer)] for offer in choice if offer), Fraction(0)), -price_of(choice)

    highest = max(value(choice) for choice in choices)
    check.same(f"{place}, points in total", stored["total_points"], digits(highest[0], 2))
    check.same(f"{place}, price in total", stored["total_evaluation_price"], digits(-highest[1], 2))
    return [choice for choice in choices if value(choice) == highest]


def best_by_value(
    check: Check, place: str, choices: list[Choice], inputs: Json, lots: list[LotFigures], stored: Json, rule: Rule
) -> list[Choice]:
    """value = weight of price x points of the cost + weight of quality x mean quality; cost after discounts."""
    index = {lot.id: number for number, lot in enumerate(lots)}
    terms = [
        (bidder["bid_id"], [index[lot] for lot in named], Fraction(percent))
        for bidder in inputs["bidders"]
        for named, percent in bidder.get("combination_discounts", [])
    ]
    if not inputs["lot_rules"]["combination_discounts_allowed"]:
        terms = []
    estimates = [Fraction(lot.lot.get("estimated_value") or 0) for lot in lots]
    weights = estimates if all(estimates) else [Fraction(1)] * len(lots)

    def cost(choice: Choice) -> Fraction:
        off = Fraction(0)
        for name, numbers, percent in terms:
            if all(choice[n] is not None and choice[n].name == name for n in numbers):
                amount = sum((choice[n].amount for n in numbers), Fraction(0))
                off += rounded(amount * percent / 100, "half_up", 2)
        return price_of(choice) - off

    def quality(choice: Choice) -> Fraction:
        pairs = [(weight, offer) for weight, offer in zip(weights, choice, strict=True) if offer]
        whole = sum((weight for weight, _offer in pairs), Fraction(0))
        mean = sum((weight * offer.points / 10 for weight, offer in pairs), Fraction(0))
        return rounded(mean / whole, "half_up", 2) if whole else Fraction(0)

    costs = [cost(choice) for choice in choices]
    lowest = min(costs)

    def value(choice: Choice, amount: Fraction) -> tuple[Fraction, Fraction]:
        points = max(Fraction(0), 100 * (2 - amount / lowest)) if lowest > 0 else Fraction(0)
        total = rule.price * rounded(points, "half_up", 2) + rule.quality * quality(choice)
        return rounded(total, "half_up", 2), -amount

    values = [value(choice, amount) for choice, amount in zip(choices, costs, strict=True)]
    highest = max(values)
    best = [choice for choice, mine in zip(choices, values, strict=True) if mine == highest]
    check.same(f"{place}, value", stored["value"], digits(highest[0], 2))
    check.same(f"{place}, cost after discounts", stored["total_evaluation_price"], digits(-highest[1], 2))
    check.same(f"{place}, mean quality", stored["quality"], digits(quality(best[0]), 2))
    runners = sorted(values, reverse=True)[len(best) :][: len(stored["runner_up"])]
    listed = [(entry["value"], entry["total_evaluation_price"]) for entry in stored["runner_up"]]
    check.same(f"{place}, next best", listed, [(digits(v, 2), digits(-c, 2)) for v, c in runners])
    return best


# ---------------------------------------------------------------------------------------------------------------------
# 5  Connections of a tender
# ---------------------------------------------------------------------------------------------------------------------


def check_tender(check: Check) -> None:
    tender = check.json("tender.json")
    keys = read_keys(check)
    trail = read_trail(check, "trail/tender.chain")
    bids = read_trail(check, "trail/bids.chain") if check.has("trail/bids.chain") else None
    check_anchors(check, trail, bids)
    check_checkpoints(check, [trail, *([bids] if bids else [])], keys)
    check_receipts(check, bids, keys)
    check_two_people(check, trail)
    check_draws(check, trail)
    runs = [check_run(check, number) for number in range(1, tender["evaluations"] + 1)]
    check_published_rule(check, trail)
    check_opening(check, trail)
    if runs:
        check_bids(check, runs[-1])
        check_scores(check, runs[-1])
        check_hashes_of_runs(check, trail, len(runs))
        check_award(check, tender, trail, runs[-1])
    else:
        print("note  figures: there is no evaluation yet that could be computed again")


def check_two_people(check: Check, trail: Trail) -> None:
    """Steps that need a second person were done by another one."""
    pairs = [
        ("tender.prepared", "tender.released"),
        ("extension.requested", "extension.approved"),
        ("formal_check.recorded", "formal_check.confirmed"),
        ("bid.exclusion_decided", "bid.excluded"),
        ("price.decided", "price.confirmed"),
        ("late_bid.decided", "late_bid.confirmed"),
        ("award.proposed", "award.decided"),
    ]
    number = 0
    for first, second in pairs:
        before: dict[Any, Json] = {}
        for event in trail.events:
            subject = None if first in ("tender.prepared", "award.proposed") else event.get("object")
            if first.startswith("formal_check"):
                subject = None
            if first == "late_bid.decided":
                subject = event["data"].get("bid")
            if event["verb"] == first:
                before[subject] = event
            elif event["verb"] == second:
                number += 1
                earlier = before.get(subject)
                if earlier is None or earlier["actor"] == event["actor"]:
                    raise Fault(f"act {event['seq']} ({second}) was not done by a second person")
    check.say("two people", f"{number} second steps were done by another person than the first")


def draw_of(seed: str, number: int, bids: list[str]) -> str:
    """SHA-256 of seed, number and the sorted numbers of the bids, one a line, points to one of them."""
    names = sorted(bids)
    text = "\n".join([seed, str(number), *names])
    return names[int(hashlib.sha256(text.encode()).hexdigest(), 16) % len(names)]


def check_draws(check: Check, trail: Trail) -> None:
    """A draw by calculation follows from the seed that was fixed before and a number that somebody else named."""
    started: dict[str, Json] = {}
    number = 0
    for event in trail.of("lots.draw_started", "lots.drawn"):
        data, where = event["data"], f"act {event['seq']} (lots.drawn), lot {event['data']['lot']}"
        if event["verb"] == "lots.draw_started":
            started[data["lot"]] = event
            continue
        if data["drawn"] not in data["between"]:
            raise Fault(f"{where}: the bid that was drawn is none of the equal ones")
        if "seed" not in data:
            continue  # by hand, among people
        first = started.get(data["lot"])
        if first is None:
            raise Fault(f"{where}: the trail knows no start of this draw")
        if first["actor"] == event["actor"]:
            raise Fault(f"{where}: start and number came from the same person")
        check.same(f"{where}, commitment", data["commitment"], first["data"]["commitment"])
        check.same(f"{where}, hash of the seed", first["data"]["commitment"], domain_free_hash(data["seed"]))
        check.same(f"{where}, equal bids", sorted(data["between"]), sorted(first["data"]["between"]))
        check.same(f"{where}, drawn bid", data["drawn"], draw_of(data["seed"], data["number"], data["between"]))
        number += 1
    check.count()
    if number:
        check.say("draws", f"{number} drawn bids follow from the seed fixed before and the number named after it")


def domain_free_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def check_published_rule(check: Check, trail: Trail) -> None:
    released = trail.last("tender.released")
    if released is None:
        return
    found = domain_hash("spec", check.raw("published-rule.json"))
    check.same("published-rule.json, hash in the act of release", released["data"]["spec"], found)
    check.say("rule", f"published-rule.json is the rule that was released in act {released['seq']}")


def check_opening(check: Check, trail: Trail) -> None:
    opened = trail.of("bids.opened")
    for number, event in enumerate(opened, start=1):
        found = domain_hash("opening-record", check.raw(f"opening/record-{number}.json"))
        check.same(f"opening/record-{number}.json, hash in the trail", event["data"]["record_sha256"], found)
    if opened:
        check.say("opening", f"{len(opened)} records of the opening are the ones the trail names")


def check_bids(check: Check, run: Json) -> None:
    """The prices and promises that were computed with are the ones that came out of the sealed bids."""
    number, seen = 0, set()
    for entry in check.json("bids.json"):
        for lot in entry["lots"]:
            found = next((item for item in run["inputs"]["lots"] if item["lot_id"] == lot["lot"]), None)
            mine = next((bid for bid in found["bids"] if bid["bid_id"] == entry["bid"]), None) if found else None
            if mine is None or mine["state"] != "submitted":
                continue
            seen.add((lot["lot"], entry["bid"]))
            for name, used in (("prices", mine["prices"]), ("promised", mine["promised"])):
                for key in sorted(set(used) | set(lot[name])):
                    where = f"bids.json, bid {entry['bid']}, lot {lot['lot']}, {name} {key}"
                    stated = None if lot[name].get(key) is None else Fraction(lot[name][key])
                    check.same(where, stated, None if used.get(key) is None else Fraction(used[key]))
                    number += 1
            for code in sorted(set(mine.get("life_cycle", {})) | set(lot.get("life_cycle", {}))):
                where = f"bids.json, bid {entry['bid']}, lot {lot['lot']}, numbers of the life-cycle cost {code}"
                pairs = [source.get("life_cycle", {}).get(code, {}).items() for source in (lot, mine)]
                bid, computed = (sorted((key, Fraction(value)) for key, value in items) for items in pairs)
                check.same(where, bid, computed)
                number += len(computed)
            where = f"bids.json, bid {entry['bid']}, lot {lot['lot']}, discount"
            check.same(where, Fraction(lot["discount_pct"]), Fraction(mine.get("discount_pct", "0")))
        for document in entry["documents"]:
            if document.get("file"):
                found_hash = hashlib.sha256(check.raw(document["file"])).hexdigest()
                check.same(f"{document['file']}, hash in bids.json", document["sha256"], found_hash)
    for found in run["inputs"]["lots"]:
        for bid in found["bids"]:
            if bid["prices"] and (found["lot_id"], bid["bid_id"]) not in seen:
                raise Fault(
                    f"bids.json: bid {bid['bid_id']} for lot {found['lot_id']} is missing, but was computed with"
                )
    check.say("bids", f"{number} prices and promised numbers were computed with as they were bid")
    check.count()


def check_scores(check: Check, run: Json) -> None:
    """The scores that were computed with are the ones each evaluator gave and the panel agreed on."""
    used: dict[tuple[str, str, str], Json] = {}
    for lot in run["inputs"]["lots"]:
        for bid in lot["bids"]:
            used |= {(lot["lot_id"], bid["bid_id"], key): given for key, given in bid["scores"].items()}
    given: dict[tuple[str, str, str], dict[str, Fraction]] = {}
    for row in check.json("scores.json")["individual"]:
        given.setdefault((row["lot"], row["bid"], row["criterion"]), {})[row["evaluator"]] = Fraction(row["score"])
    agreed = {(r["lot"], r["bid"], r["criterion"]): Fraction(r["score"]) for r in check.json("scores.json")["agreed"]}
    for cell, mine in used.items():
        where = f"scores.json, lot {cell[0]}, bid {cell[1]}, {cell[2]}"
        for person in sorted(set(mine["by_evaluator"]) | set(given.get(cell, {}))):
            computed = mine["by_evaluator"].get(person)
            stated = given.get(cell, {}).get(person)
            check.same(f"{where}, {person}", stated, None if computed is None else Fraction(computed))
        consensus = None if mine.get("consensus") is None else Fraction(mine["consensus"])
        check.same(f"{where}, agreed", agreed.get(cell), consensus)
    check.say("scores", f"{check.count()} scores were computed with as they were given")


def check_hashes_of_runs(check: Check, trail: Trail, runs: int) -> None:
    """Each calculation left the fingerprints of its inputs and its result in the trail, when it was made."""
    recorded = {event["data"]["run"]: event for event in trail.of("tender.evaluated")}
    for number in range(1, runs + 1):
        place = f"evaluation/{number}"
        row = check.json(f"{place}/run.json")
        event = recorded.get(row["run"])
        if event is None:
            raise Fault(f"{place}: the trail does not know this calculation")
        for name in ("inputs", "result"):
            found = hashlib.sha256(check.raw(f"{place}/{name}.json")).hexdigest()
            check.same(f"{place}/{name}.json, hash in act {event['seq']}", event["data"][f"{name}_hash"], found)
    check.say("evaluations", f"{runs} calculations have the inputs and results the trail named at their time")


def check_award(check: Check, tender: Json, trail: Trail, run: Json) -> None:
    """Awarded is who the rule puts first, or who was drawn among equals."""
    decided = trail.of("award.decided")
    if not decided:
        return
    results = {event["data"]["result_hash"] for event in trail.of("tender.evaluated")}
    for event in decided:
        if event["data"]["result_hash"] not in results:
            raise Fault(f"act {event['seq']} (award.decided): it rests on a result the trail does not know")
    drawn = {event["data"]["lot"]: event["data"]["drawn"] for event in trail.of("lots.drawn")}
    companies = {terms["bid_id"]: terms["provider_id"] for terms in run["inputs"]["bidders"]}
    number = 0
    for outcome in tender["outcomes"]:
        if outcome["kind"] != "awarded":
            continue
        names = run["awards"].get(outcome["lot"], [])
        winner = names[0] if len(names) == 1 else drawn.get(outcome["lot"]) if names else None
        if len(names) > 1 and winner not in names:
            raise Fault(f"lot {outcome['lot']}: the bid that was drawn is none of the equal ones")
        check.same(f"lot {outcome['lot']}, winner", outcome["winner"], companies.get(winner or ""))
        number += 1
    check.say("award", f"{number} lots were awarded to the bid that comes first")


# ---------------------------------------------------------------------------------------------------------------------
# Pilots: difference in differences with a Welch interval
# ---------------------------------------------------------------------------------------------------------------------


def check_pilot(check: Check) -> None:
    pilot = check.json("pilot.json")
    keys = read_keys(check)
    trail = read_trail(check, "trail/pilot.chain")
    check_checkpoints(check, [trail], keys)
    check_registration(check, trail)
    for number in range(1, pilot["analyses"] + 1):
        check_analysis(check, number)
    if not pilot["analyses"]:
        print("note  figures: there is no analysis yet that could be computed again")
        return
    check_measurements(check, pilot["analyses"])
    hashes = {event["data"]["inputs"]: event["data"]["result"] for event in trail.of("pilot.analysis_proposed")}
    for number in range(1, pilot["analyses"] + 1):
        inputs, result = (check.json(f"analysis/{number}/{name}.json") for name in ("inputs", "result"))
        found = domain_hash("pilot-input", canonical(without_nulls(inputs)))
        if found not in hashes:
            raise Fault(f"analysis/{number}/inputs.json: the trail does not know an analysis with this hash")
        computed = domain_hash("pilot-result", canonical(without_nulls(result)))
        check.same(f"analysis/{number}/result.json, hash in the trail", hashes[found], computed)
    check.say("analyses", f"{pilot['analyses']} analyses have the inputs and results the trail named at their time")


def check_registration(check: Check, trail: Trail) -> None:
    registered = trail.last("pilot.registered")
    if registered is None:
        return
    found = domain_hash("pilot-registration", check.raw("registration.json"))
    check.same("registration.json, hash in the trail", registered["data"]["registration"], found)
    signed = registered["data"]["first"]
    if signed == registered["actor"]:
        raise Fault("the promise was not signed by two people")
    check.say("promise", f"registration.json is what two people sealed in act {registered['seq']}")


def without_nulls(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value if item is not None] if isinstance(value, list) else value


def check_measurements(check: Check, number: int) -> None:
    """The values of measurements.csv are the ones the last analysis was computed from."""
    rows = list(csv.DictReader(io.StringIO(check.text("measurements.csv").lstrip("\ufeff")), delimiter=";"))
    table = {(r["indicator"], r["arm"], r["month"]): (Fraction(r["value"]), int(r["n"])) for r in rows}
    used = check.json(f"analysis/{number}/inputs.json")["series"]
    for row in used:
        where = (row["kpi_id"], row["arm"], row["month"])
        check.same(f"measurements.csv, {' '.join(where)}", table.pop(where, None), (Fraction(row["value"]), row["n"]))
    if table:
        raise Fault(f"measurements.csv, {' '.join(next(iter(table)))}: the analysis did not use this value")
    check.say("measurements", f"{check.count()} monthly values were computed with as they were delivered")


def months_of(span: Json) -> list[str]:
    first, last = (int(text[:4]) * 12 + int(text[5:7]) - 1 for text in span)
    return [f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(first, last + 1)]


def mean(values: list[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def variance(values: list[Fraction]) -> Fraction:
    middle = mean(values)
    return sum(((value - middle) ** 2 for value in values), Fraction(0)) / (len(values) - 1)


def check_analysis(check: Check, number: int) -> None:
    place = f"analysis/{number}"
    inputs, result = check.json(f"{place}/inputs.json"), check.json(f"{place}/result.json")
    months = {phase: months_of(inputs["phases"][phase]) for phase in ("baseline", "pilot")}
    design = inputs["registration"]["design"]
    counted = dict(months)
    if not design.get("ramp_up_in_headline", True):
        counted["pilot"] = months["pilot"][inputs["phases"].get("ramp_up_months", 0) :]
    effects: dict[str, Json] = {}
    for kpi, stored in zip(inputs["kpis"], result["kpis"], strict=True):
        check.same(f"{place}, order of indicators", stored["kpi_id"], kpi["id"])
        rows = {(r["arm"], r["month"]): Fraction(r["value"]) for r in inputs["series"] if r["kpi_id"] == kpi["id"]}
        where = f"{place}, indicator {kpi['id']}"
        effects[kpi["id"]] = check_effect(check, where, kpi, rows, months, counted, stored, design["confidence"])
    check_success(check, place, inputs["registration"]["success"], result["success"], effects)
    check_money(check, place, inputs, result["money"], effects, len(months["pilot"]))
    words = f"{len(effects)} indicators, {check.count()} figures the same (intervals to 5 decimals)"
    check.say("figures", f"analysis {number}: {words}")


def check_effect(
    check: Check, where: str, kpi: Json, rows: Any, months: Any, counted: Any, stored: Json, confidence: str
) -> Json:
    """d = pilot minus comparison, month by month; effect = mean of d during the pilot minus mean of d before it."""
    has_control = any(arm == "control" for arm, _month in rows)
    arms = ("pilot", "control") if has_control else ("pilot",)
    means = {
        (arm, phase): mean([rows[arm, m] for m in counted[phase] if (arm, m) in rows])
        for arm in arms
        for phase in counted
        if any((arm, m) in rows for m in counted[phase])
    }
    before, after = means.get(("pilot", "baseline")), means.get(("pilot", "pilot"))
    check.same(f"{where}, mean before", stored["baseline_mean"], digits(before, 6))
    check.same(f"{where}, mean during", stored["pilot_mean"], digits(after, 6))
    complete = all((arm, m) in rows for arm in arms for phase in months for m in months[phase])
    if not complete or not counted["pilot"]:
        check.same(f"{where}, verdict", stored["verdict"], "not_testable")
        return {"verdict": "not_testable", "effect": None, "kpi": kpi, "before": before}
    if has_control:
        change = means["control", "pilot"] - means["control", "baseline"]
        check.same(f"{where}, change of the comparison", stored["control_change"], digits(change, 6))
    d = {
        phase: [rows["pilot", m] - (rows["control", m] if has_control else 0) for m in counted[phase]]
        for phase in counted
    }
    effect = mean(d["pilot"]) - mean(d["baseline"])
    check.same(f"{where}, effect", stored["effect"]["estimate"], digits(effect, 6))
    interval = welch(d["pilot"], d["baseline"], effect, float(Fraction(confidence)))
    for name, value in zip(("low", "high", "df"), interval or (None, None, None), strict=True):
        check_near(check, f"{where}, {name}", stored["effect"][name], value)
    verdict = "not_testable"
    if interval:
        shows = interval[0] > 0 or interval[1] < 0
        good = (effect < 0) == (kpi["better"] == "lower")
        verdict = "no_effect_demonstrated" if not shows else "improved" if good else "worsened"
    check.same(f"{where}, verdict", stored["verdict"], verdict)
    return {"verdict": verdict, "effect": effect, "kpi": kpi, "before": before}


def check_success(check: Check, place: str, rule: Json, stored: Json, effects: dict[str, Json]) -> None:
    """What was sealed as success: the verdict, at least this much, and no guarded indicator worse."""
    if not rule:
        return
    primary = effects[rule["primary"]["kpi_id"]]
    parts: list[bool | None] = [None, None]
    if primary["verdict"] != "not_testable":
        gain = -primary["effect"] if primary["kpi"]["better"] == "lower" else primary["effect"]
        parts = [primary["verdict"] == rule["primary"]["verdict"], gain >= Fraction(rule["primary"]["at_least"])]
    if rule.get("guards") == "none_worsened":
        guards = [entry["verdict"] for entry in effects.values() if entry["kpi"]["is_guard"]]
        parts += [None if verdict == "not_testable" else verdict != "worsened" for verdict in guards]
    met = False if False in parts else None if None in parts else True
    check.same(f"{place}, promise kept", stored["met"], met)


def check_near(check: Check, where: str, stated: str | None, computed: float | None) -> None:
    """Roots and quantiles are no exact numbers: equal to 5 decimals, or to 9 digits of a large figure."""
    check.compared += 1
    if stated is None or computed is None:
        if stated is not None or computed is not None:
            raise Fault(f"{where}: the file says {shown(stated)}, but it is {shown(computed)}")
    elif abs(float(stated) - computed) > max(5e-6, 1e-9 * abs(computed)):
        raise Fault(f"{where}: the file says {stated}, but it is {computed:.6f}")


def welch(
    after: list[Fraction], before: list[Fraction], effect: Fraction, confidence: float
) -> tuple[float, float, float] | None:
    """effect ± t · sqrt(s²/n + s²/n), degrees of freedom by Welch and Satterthwaite; none below three months."""
    if min(len(after), len(before)) < 3:
        return None
    a, b = variance(after) / len(after), variance(before) / len(before)
    if a + b == 0:
        return None
    df = float((a + b) ** 2 / (a**2 / (len(after) - 1) + b**2 / (len(before) - 1)))
    half = t_quantile(df, (1 + confidence) / 2) * math.sqrt(a + b)
    return float(effect) - half, float(effect) + half, df


def t_quantile(df: float, probability: float) -> float:
    """Inverse of Student's distribution, by halving an interval (probability above one half)."""
    low, high = 0.0, 1.0
    while t_tail(df, high) > 1 - probability:
        high *= 2
    for _step in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if t_tail(df, middle) > 1 - probability else (low, middle)
    return (low + high) / 2


def t_tail(df: float, t: float) -> float:
    """Probability above t: half the incomplete beta function at df / (df + t²)."""
    return incomplete_beta(df / 2, 0.5, df / (df + t * t)) / 2


def incomplete_beta(a: float, b: float, x: float) -> float:
    """Regularised incomplete beta function by its continued fraction (Lentz)."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, 1 - x)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)) / a
    tiny = 1e-300
    f, c, d = 1.0, 1.0, 0.0
    for i in range(1000):
        m = i // 2
        if i == 0:
            numerator = 1.0
        elif i % 2 == 0:
            numerator = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        else:
            numerator = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / (1 + numerator * d or tiny)
        c = 1 + numerator / c or tiny
        f *= c * d
        if abs(1 - c * d) < 1e-15:
            break
    return front * (f - 1)


def check_money(check: Check, place: str, inputs: Json, stored: Json, effects: dict[str, Json], months: int) -> None:
    """Costs, and what the effects are worth. A figure "shown" is 0 unless an effect is demonstrated."""
    costs, grant = inputs["costs"], Fraction(inputs["funding"]["grant_eur"])
    total = Fraction(costs["one_off_eur"]) + months * Fraction(costs["monthly_run_eur"])
    check.same(f"{place}, total cost", Fraction(stored["total_cost_eur"]), total)
    check.same(f"{place}, own cost", Fraction(stored["own_cost_eur"]), total - min(grant, total))
    cases = None
    if costs["cases_kpi"] is not None:
        wanted = (costs["cases_kpi"], "pilot", "pilot")
        cases = sum(r["n"] for r in inputs["series"] if (r["kpi_id"], r["arm"], r["phase"]) == wanted)
    check.same(f"{place}, cases", stored["cases"], cases)
    for entry in effects.values():
        effect, role = entry["effect"], entry["kpi"]["role"]
        if effect is None:
            continue
        counts = entry["verdict"] in ("improved", "worsened")
        if role == "revenue":
            check_pair(check, place, stored, "revenue_change", effect * months, counts)
        elif role == "handling_time" and cases is not None:
            hours = -effect * cases / 60
            check.same(f"{place}, staff hours", stored["staff_hours_saved"], digits(hours, 1))
            check_pair(check, place, stored, "staff_value", hours * Fraction(costs["staff_hour_rate_eur"]), counts)
        elif role == "cost_per_case" and cases is not None:
            check_pair(check, place, stored, "cash_saving", -effect * cases, counts)


def check_pair(check: Check, place: str, stored: Json, name: str, value: Fraction, counts: bool) -> None:
    check.same(f"{place}, {name}", stored[f"{name}_eur"], digits(value, 2))
    check.same(f"{place}, {name} as shown", stored[f"{name}_shown_eur"], digits(value, 2) if counts else "0.00")


# ---------------------------------------------------------------------------------------------------------------------


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    check = Check(folder)
    print(f"Checking the export in {folder}")
    try:
        check_manifest(check)
        if check.has("pilot.json"):
            check_pilot(check)
        else:
            check_tender(check)
    except Fault as fault:
        print(f"FAULT {fault}")
        return 1
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        print(f"FAULT the export cannot be read: {type(error).__name__}: {error}")
        return 1
    print("Everything is as it was recorded.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
