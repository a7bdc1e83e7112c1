"""The child process of `safe.py`: one request from standard input, one JSON answer on standard output."""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Mapping
from typing import Any

from tendering.spreadsheets.cells import read_csv, read_with_calamine, read_xlsx, to_plain
from tendering.spreadsheets.container import Refused, scan_parts
from tendering.spreadsheets.marks import document_marks
from tendering.spreadsheets.template import fill_template_here


def _read_workbook(data: bytes, args: Mapping[str, Any]) -> dict[str, Any]:
    if args["kind"] == "csv":
        return to_plain(read_csv(data))
    scan_parts(data)
    if args["kind"] == "ods":
        return to_plain(read_with_calamine(data, "ods", args["notes"]))
    return to_plain(read_xlsx(data, args["notes"]))


def _fill_template(data: bytes, args: Mapping[str, Any]) -> dict[str, Any]:
    scan_parts(data)
    return fill_template_here(data, args["values"])


def _document_marks(data: bytes, _args: Mapping[str, Any]) -> dict[str, Any]:
    return dict(document_marks(data))


FUNCTIONS: Mapping[str, Callable[[bytes, Mapping[str, Any]], dict[str, Any]]] = {
    "read_workbook": _read_workbook,
    "fill_template": _fill_template,
    "document_marks": _document_marks,
}


def _apply(limits: Mapping[str, Any]) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu_seconds"], limits["cpu_seconds"] + 1))
    if sys.platform != "darwin":  # macOS refuses this limit
        resource.setrlimit(resource.RLIMIT_AS, (limits["memory_bytes"], limits["memory_bytes"]))


_OUTSIDE = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system")


def _stay_inside() -> None:
    """From now on nothing in this process opens a connection or starts a program, whatever a library is talked into."""

    def look(event: str, _arguments: object) -> None:
        if event.startswith(_OUTSIDE):
            raise PermissionError(event)

    sys.addaudithook(look)


def _answer(request: Mapping[str, Any], data: bytes) -> dict[str, Any]:
    try:
        return {"result": FUNCTIONS[request["function"]](data, request["args"])}
    except Refused as refused:
        return {"refused": refused.code, "params": refused.params}
    except MemoryError:
        return {"refused": "too_much_memory"}
    except Exception as error:
        # Whatever a library throws at a foreign file means: this file cannot be read. The parent names it.
        return {"refused": "unreadable", "params": {"reason": type(error).__name__}}


def main() -> None:
    header, _newline, data = sys.stdin.buffer.read().partition(b"\n")
    request = json.loads(header)
    _apply(request["limits"])
    _stay_inside()
    sys.stdout.write(json.dumps(_answer(request, data)))


if __name__ == "__main__":
    main()
