"""The mail server is gone, or the process that sends is killed: every act succeeds, no mail is lost."""

import random
import socketserver
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import Any

from tests.faults.after import Result, examine
from tests.faults.clients import crowd
from tests.faults.installation import ROOT, Installation, free_port


class Sink:
    """An SMTP server that keeps the id of every message it took."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.taken: list[str] = []
        self._server: Any = None
        self._lock = threading.Lock()

    def start(self) -> None:
        sink = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with suppress(OSError):
                    sink.talk(self.rfile, self.wfile)

        socketserver.ThreadingTCPServer.allow_reuse_address = True
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def talk(self, read: Any, write: Any) -> None:
        write.write(b"220 sink\r\n")
        for line in read:
            word = line[:4].upper()
            if word == b"DATA":
                write.write(b"354 go on\r\n")
                number = ""
                for text in read:
                    if text.lower().startswith(b"message-id:"):
                        number = text.split(b":", 1)[1].strip().decode()
                    if text == b".\r\n":
                        break
                with self._lock:
                    self.taken.append(number)
                write.write(b"250 taken\r\n")
            elif word == b"QUIT":
                write.write(b"221 bye\r\n")
                return
            else:
                write.write(b"250 ok\r\n")


def mail(rounds: int = 20) -> Result:
    """Acts while nobody takes mails; afterwards each mail arrives once."""
    result, port = Result("mail"), free_port()
    sink = Sink(port)
    with Installation(EMAIL_URL=f"smtp://127.0.0.1:{port}") as place:
        place.prepare(2)
        place.start()
        clients = crowd(place, 2, documents=0)
        for _number in range(rounds):
            for client in clients:
                client.bid()
        gone = place.step("mails", 0)
        result.expect(gone["sent"] == 0, "mails left without a server")
        waiting = gone["waiting"]
        result.expect(waiting >= rounds * len(clients), f"only {waiting} mails wait")
        sink.start()
        place.step("mails", 120)
        place.step("mails", 240)
        left = place.step("mails", 360)["waiting"]
        sink.stop()
        result.expect(left == 0, f"{left} mails still wait")
        result.expect(len(sink.taken) == waiting, f"{len(sink.taken)} mails arrived, {waiting} were written")
        result.expect(len(set(sink.taken)) == len(sink.taken), "a mail arrived twice")
        result.counts |= {"acts": rounds * len(clients), "mails": waiting}
        examine(place, clients, result)
    return result


def worker(rounds: int = 20, seed: int = 1) -> Result:
    """The process of what is due is killed while it sends: at least once, a repeated mail under the same id."""
    chance, result, port = random.Random(seed), Result("worker"), free_port()
    sink = Sink(port)
    sink.start()
    with Installation(EMAIL_URL=f"smtp://127.0.0.1:{port}") as place:
        place.prepare(2)
        place.start()
        clients = crowd(place, 2, documents=0)
        for _number in range(rounds):
            for client in clients:
                client.bid()
            _send_and_die(place, chance.uniform(1.0, 4.0))
        expected = len(set(sink.taken)) + place.step("mails", 0)["waiting"]
        for minutes in (0, 30, 60, 90):
            left = place.step("mails", minutes)["waiting"]
        sink.stop()
        different = len(set(sink.taken))
        result.expect(left == 0, f"{left} mails still wait")
        result.expect(different >= expected - 1 and different >= rounds * 2, f"{different} of {expected} mails arrived")
        result.counts |= {"kills": rounds, "mails": different, "repeated": len(sink.taken) - different}
        examine(place, clients, result)
    return result


def _send_and_die(place: Installation, seconds: float) -> None:
    command = [sys.executable, "manage.py", "run_due", "--every", "1"]
    process = subprocess.Popen(command, cwd=ROOT, env=place.environment, stdout=place.log, stderr=place.log)
    time.sleep(seconds)
    process.kill()
    process.wait()
