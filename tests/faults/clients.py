"""Bidders as programs: they upload, hand in and repeat with the same key until they are answered.

Every acknowledgement goes to the client's own file before the next request: what stands there must hold afterwards.
"""

import base64
import hashlib
import http.client
import io
import json
import os
import random
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from bids.sealing import Slot, StreamSealer
from tests.faults.installation import Installation

CHUNK = 24_000
CONTENT = {
    "vat_rate": "19",
    "declarant": "Bidder Clara",
    "mandatory": {"A1": True},
    "lots": {"L1": {"unit_prices": {"1.1": "1.2500", "1.2": "500.00"}, "answers": {"B1": "Two checks", "B2": "Plan"}}},
}


class GoneError(Exception):
    """No answer, or one that says "try again": nothing was acknowledged."""


class Client:
    """One company. `acknowledged` is the list of (key, receipt), also in a file of its own."""

    def __init__(
        self, place: Installation, number: int, *, size: int = 60_000, documents: int = 1, chunk: int = CHUNK
    ) -> None:
        self.place, self.company = place, place.scene["companies"][number]
        self.size, self.documents, self.chunk = size, documents, chunk
        self.acknowledged: list[tuple[str, dict[str, Any], str]] = []
        self.unanswered, self.refused = 0, 0
        self.file = (place.home / f"client-{number}.jsonl").open("ab")
        self.statuses: dict[int, int] = {}
        self.longest = 0.0
        self.submitting: list[float] = []  # seconds of each acknowledged handing in

    def call(self, method: str, path: str, body: bytes | dict[str, Any] | None = None, **headers: str) -> Any:
        """(status, headers, body); GoneError for no answer and for every answer of the kind 5xx."""
        data = json.dumps(body).encode() if isinstance(body, dict) else body
        kind = "application/json" if isinstance(body, dict) else "application/offset+octet-stream"
        sent = {"Authorization": f"Bearer {self.company['token']}", "Content-Type": kind}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        line = http.client.HTTPConnection("127.0.0.1", self.place.port, timeout=45)
        started = time.monotonic()
        try:
            line.request(method, f"/api/v1/{path}", data, sent)
            answer = line.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.unanswered += 1
            raise GoneError(str(error)) from error
        finally:
            self.longest = max(self.longest, time.monotonic() - started)
            line.close()
        self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
        if answer.status >= 500 or (answer.status in {409, 423} and b'"busy"' in content):
            raise GoneError(f"{answer.status} {content[:200]!r}")
        return answer.status, dict(answer.headers), content

    def persist(self, act: Callable[[], Any], stop: threading.Event | None = None) -> Any:
        """Repeat until there is an answer, as a patient program does."""
        end = time.monotonic() + 120
        while time.monotonic() < end:
            try:
                return act()
            except GoneError as error:
                last = error
                if stop is not None and stop.is_set():
                    raise
                time.sleep(0.02 + random.random() / 20)
        raise RuntimeError(f"never answered: {last}\n{self.place.words_of_the_log()}")

    def bid(self, stop: threading.Event | None = None) -> dict[str, Any]:
        """One bid from draft to receipt; every step is repeated until it is answered."""
        draft = self.persist(lambda: self._draft(), stop)
        for _number in range(self.documents):
            self.upload(draft, os.urandom(self.size), stop)
        key = uuid4().hex
        return self.persist(lambda: self.submit(draft["id"], key), stop)

    def _draft(self) -> Any:
        status, _headers, content = self.call("POST", "bids/", {"tender": self.place.scene["tender"]})
        assert status == 201, content
        draft = json.loads(content)
        if not draft["content"].get("lots"):
            body = {"version": draft["version"], "content": CONTENT}
            status, _headers, content = self.call("PUT", f"bids/{draft['id']}/", body)
            if status == 409:  # the earlier try was recorded, only its answer was lost
                raise GoneError("saved before")
            assert status == 200, content
            draft = json.loads(content)
        return draft

    def upload(self, draft: dict[str, Any], data: bytes, stop: threading.Event | None = None) -> str:
        """One sealed document in chunks, resumed where it stopped."""
        object_id = str(uuid4())
        out = io.BytesIO()
        sealer = StreamSealer(Slot(**draft["slot"], object=object_id), draft["recipient"], out)
        sealer.write(data)
        sealer.close()
        sealed = out.getvalue()
        note = {"draft": draft["id"], "object": object_id, "sha256": hashlib.sha256(sealed).hexdigest(),
                "name": "Konzept.pdf", "role": "concept", "size": str(len(data)),
                "sha256_plain": hashlib.sha256(data).hexdigest()}  # fmt: skip
        place = self.persist(lambda: self._announce(note, len(sealed)), stop)
        if place is None:  # announced before, the answer with its address was lost: take another id
            return self.upload(draft, data, stop)
        offset = 0
        while offset < len(sealed):
            try:
                offset = self._send_chunk(place, sealed, offset)
            except GoneError:
                time.sleep(random.random() / 20)
                offset = self.persist(lambda: self._offset(place), stop)
        return object_id

    def _announce(self, note: dict[str, str], size: int) -> str | None:
        meta = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in note.items())
        status, headers, content = self.call("POST", "uploads/", b"", Upload_Length=str(size), Upload_Metadata=meta)
        if status == 409 and b"id_used" in content:
            return None
        assert status == 201, content
        return headers["Location"].partition("/api/v1/")[2]

    def _offset(self, place: str) -> int:
        """Where the upload stands; asked only after an answer was lost, as the protocol has it."""
        status, headers, content = self.call("HEAD", place)
        assert status == 200, (status, content)
        return int(headers["Upload-Offset"])

    def _send_chunk(self, place: str, sealed: bytes, offset: int) -> int:
        """Where the upload stands after this chunk."""
        piece = sealed[offset : offset + self.chunk]
        checksum = base64.b64encode(hashlib.sha256(piece).digest()).decode()
        status, headers, content = self.call(
            "PATCH", place, piece, Upload_Offset=str(offset), Upload_Checksum=f"sha256 {checksum}"
        )
        if "Upload-Offset" not in headers:
            raise RefusedError(status, content)
        return int(headers["Upload-Offset"])

    def submit(self, draft: str, key: str) -> dict[str, Any]:
        started = time.monotonic()
        status, _headers, content = self.call(
            "POST", f"bids/{draft}/submit/", {"declarant": "Clara"}, Idempotency_Key=key
        )
        self.submitting.append(time.monotonic() - started)
        if status != 201:
            self.refused += 1
            raise RefusedError(status, content)
        receipt: dict[str, Any] = json.loads(content)
        self.acknowledged.append((key, receipt, draft))
        self.file.write(json.dumps({"key": key, "draft": draft, "note": receipt["note"]}).encode() + b"\n")
        self.file.flush()
        os.fsync(self.file.fileno())
        return receipt

    def repeat_all(self) -> int:
        """Every acknowledged request once more with its key; how many gave another answer than then."""
        other = 0
        for key, receipt, draft in list(self.acknowledged):
            place, body = f"bids/{draft}/submit/", {"declarant": "Clara"}
            again = self.persist(partial(self.call, "POST", place, body, Idempotency_Key=key))
            other += json.loads(again[2]).get("note") != receipt["note"]
        return other


class RefusedError(Exception):
    """A clear refusal."""


def crowd(place: Installation, number: int, **how: Any) -> list[Client]:
    return [Client(place, index, **how) for index in range(number)]


def bidding(clients: list[Client], stop: threading.Event, most: int = 10_000) -> list[threading.Thread]:
    """All clients bid again and again until told to stop, then finish what they began."""

    def work(client: Client) -> None:
        for _number in range(most):
            if stop.is_set():
                return
            client.bid()

    threads = [threading.Thread(target=_caught, args=(work, client, client)) for client in clients]
    for thread in threads:
        thread.start()
    return threads


FAILURES: list[str] = []


def _caught(work: Callable[[Any], None], argument: Any, client: Client) -> None:
    try:
        work(argument)
    except Exception as error:  # told by the run's result: a thread cannot raise into it
        FAILURES.append(f"{type(error).__name__}: {error}"[:400])


def written(path: Path) -> list[dict[str, Any]]:
    """What a client wrote down."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
