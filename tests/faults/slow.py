"""Many clients that send a byte now and then: behind a proxy that buffers bodies, as documented, others notice nothing.

The documented nginx is not at hand in every test; a stand-in does what its configuration says and no more: the whole
request is read into memory first, at most 4 MiB, with a time limit between two pieces, and only then handed on.
"""

import asyncio
import socket
import threading
import time
from contextlib import suppress
from statistics import quantiles

from tests.faults.after import Result, examine
from tests.faults.clients import crowd
from tests.faults.installation import Installation, free_port

HEAD_SECONDS, BODY_SECONDS = 10, 15  # client_header_timeout, client_body_timeout of docs/operations.md
LARGEST = 4 << 20  # client_max_body_size
SENDERS, LOOKS = 120, 40


class Proxy:
    """At 127.0.0.1 and a free port, in a thread of its own; `refused` counts what was too slow or too large."""

    def __init__(self, behind: int) -> None:
        self.behind, self.port, self.refused = behind, free_port(), 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._ready = threading.Event()
        self._thread.start()
        self._ready.wait(10)

    def end(self) -> None:
        asyncio.run_coroutine_threadsafe(self._finish(), self._loop).result(HEAD_SECONDS + BODY_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    async def _finish(self) -> None:
        """The clients have closed their connections; what still runs notices it."""
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}), return_exceptions=True)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(asyncio.start_server(self._one, "127.0.0.1", self.port, limit=1 << 16))
        self._ready.set()
        self._loop.run_forever()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request per connection."""
        with suppress(OSError, asyncio.IncompleteReadError):
            try:
                head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), HEAD_SECONDS)
                body = await self._body(reader, _length(head))
            except (TimeoutError, asyncio.LimitOverrunError, ValueError):
                self.refused += 1
                writer.close()
                return
            line, rest = head.split(b"\r\n", 1)
            inner, out = await asyncio.open_connection("127.0.0.1", self.behind)
            out.write(line + b"\r\nConnection: close\r\n" + rest + body)
            while piece := await inner.read(1 << 16):
                writer.write(piece)
                await writer.drain()
            out.close()
            writer.close()

    async def _body(self, reader: asyncio.StreamReader, length: int) -> bytes:
        if length > LARGEST:
            raise ValueError("too large")
        body = b""
        while len(body) < length:
            piece = await asyncio.wait_for(reader.read(length - len(body)), BODY_SECONDS)
            if not piece:
                raise ValueError("gone")
            body += piece
        return body


def slow(rounds: int = 1) -> Result:
    """Companies hand in and a visitor reads while 120 connections each send a byte a second."""
    result = Result("slow")
    with Installation() as place:
        place.prepare(4)
        place.start(workers=2)
        inside = place.port
        proxy = Proxy(inside)
        place.port = proxy.port
        quiet = _looks(place)
        stop = threading.Event()
        senders = [_Sender(proxy.port, number, stop) for number in range(SENDERS)]
        try:
            _wait(lambda: sum(sender.sent > 0 for sender in senders) == SENDERS)
            busy = [look for _round in range(rounds) for look in _looks(place)]
            clients = crowd(place, 4)
            receipts = [client.bid() for client in clients]
        finally:
            stop.set()
        alive = sum(sender.is_open for sender in senders)
        result.expect(alive > SENDERS * 0.9, f"only {alive} of {SENDERS} slow senders held out: nothing was tried")
        answered = sum(status == 200 for status, _seconds in busy)
        result.expect(answered >= 0.99 * len(busy), f"{answered} of {len(busy)} pages answered")
        usual, now = (quantiles([seconds for _status, seconds in looks], n=20)[18] for looks in (quiet, busy))
        result.expect(
            now < max(1.0, 3 * usual), f"19 of 20 pages within {now:.2f} s, without slow senders {usual:.2f} s"
        )
        unanswered = sum(client.unanswered for client in clients)
        result.expect(not unanswered, f"{unanswered} requests of bidders were not answered")
        result.counts |= {"slow senders": alive, "pages": len(busy), "bids": len(receipts),
                          "p95 / p95 without": round(now / usual, 1)}  # fmt: skip
        place.port = inside
        examine(place, clients, result)
        proxy.end()
    return result


class _Sender:
    """Announces a large body and sends it byte by byte."""

    def __init__(self, port: int, number: int, stop: threading.Event) -> None:
        self.sent, self.is_open = 0, True
        self._thread = threading.Thread(target=self._send, args=(port, number, stop), daemon=True)
        self._thread.start()

    def _send(self, port: int, number: int, stop: threading.Event) -> None:
        head = "POST /account/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 20) as line:
            line.sendall(f"{head}Content-Length: {100_000 + number}\r\n\r\n".encode())
            while not stop.wait(1):
                line.sendall(b"x")
                self.sent += 1
            return
        self.is_open = False


def _looks(place: Installation) -> list[tuple[int, float]]:
    """Status and seconds of pages, one after the other."""
    looks = []
    for _number in range(LOOKS):
        started = time.monotonic()
        looks.append((place.status("/tenders/"), time.monotonic() - started))
    return looks


def _wait(holds: object, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:  # type: ignore[operator]
        time.sleep(0.1)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _colon, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0
