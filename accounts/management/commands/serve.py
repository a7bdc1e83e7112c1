"""Serve the platform: web server, task worker and the loop of what is due, until Ctrl-C ends all three."""

import os
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from types import FrameType
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

THREADS = 4  # a web process; more of them only wait for each other
PATIENCE = 40  # seconds until the web server must answer, and until a child must have ended


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=os.environ.get("HOST") or "127.0.0.1")
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
        parser.add_argument("--workers", type=int, default=2)

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        _require_free(host, port)
        for number in (signal.SIGTERM, signal.SIGINT):  # also where a shell started us with SIGINT ignored
            signal.signal(number, _stop)
        commands = _commands(host, port, options["workers"])
        children = [subprocess.Popen(command) for command in commands]  # noqa: S603 - our own words
        try:
            _wait_until_ready(host, port, children)
            self.stdout.write(self.style.SUCCESS(f"\n{settings.SITE_NAME} is ready: http://{host}:{port}/"))
            self.stdout.write("Ctrl-C ends it.\n")
            self.stdout.flush()
            code = _wait_until_one_ends(children)
        except KeyboardInterrupt:
            code = 0
        finally:
            _end(children)
        if code:
            raise SystemExit(code)


def _commands(host: str, port: int, workers: int) -> list[list[str]]:
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
    web = [sys.executable, "-m", "gunicorn", "config.wsgi:application", "--chdir", str(settings.BASE_DIR)]
    web += ["--bind", f"{host}:{port}", "--workers", str(workers)]
    web += ["--worker-class", "gthread", "--threads", str(THREADS)]
    web += ["--graceful-timeout", "30", "--log-level", "warning", "--no-control-socket"]
    return [web, [*manage, "db_worker", "--queue-name", "*"], [*manage, "run_due", "--every", "20"]]


def _require_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} at {host} cannot be used ({error.strerror}). Another one: PORT=8001"
            ) from error


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _wait_until_ready(host: str, port: int, children: list[subprocess.Popen[bytes]]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if any(child.poll() is not None for child in children):
            return
        try:
            with urlopen(f"http://{host}:{port}/healthz", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise CommandError(f"The web server did not answer within {PATIENCE} seconds.")


def _wait_until_one_ends(children: list[subprocess.Popen[bytes]]) -> int:
    """Code of the first child that ends; none should."""
    while True:
        for child in children:
            if (code := child.poll()) is not None:
                return code or 1
        time.sleep(0.5)


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    """Ask every child to finish what it is doing; kill what does not."""
    for child in children:
        if child.poll() is None:
            child.terminate()
    end = time.monotonic() + PATIENCE
    for child in children:
        try:
            child.wait(max(0.1, end - time.monotonic()))
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            child.kill()
