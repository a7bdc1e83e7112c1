"""Read one case folder and name every fault by file and JSON path, before anything is written.

A tender case is tender.json + bids.json + scores.json, a pilot case is pilot.json; formats in procedures/README.md.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

SCHEMAS = Path(__file__).resolve().parent / "procedures" / "schema"
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: file name, JSON path, what is wrong in words."""

    file: str
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.file} {self.path}: {self.message}"


class FaultyCase(Exception):
    """The case cannot be loaded; `faults` holds every fault found."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Case:
    """A case as read: `kind` is tender or pilot; `organisations` and `providers` are the reference files."""

    kind: str
    files: dict[str, dict[str, Any]]
    organisations: dict[str, Any]
    providers: dict[str, Any]

    @property
    def reference(self) -> str:
        return str(self.files[f"{self.kind}.json"]["id"])


def read_case(folder: Path, organisations: Path | None = None, providers: Path | None = None) -> Case:
    """Read and check a folder; raises FaultyCase with one fault per line."""
    from config.demo import case_checks

    people = _read(organisations or _default(folder, "organizations.json", "organisations.json"))
    companies = _read(providers or _default(folder, "providers.json"))
    kind = "pilot" if (folder / "pilot.json").exists() else "tender"
    names = ("pilot.json",) if kind == "pilot" else ("tender.json", "bids.json", "scores.json")
    files, faults = _read_files(folder, names)
    faults += [fault for name, content in files.items() for fault in schema_faults(name, content)]
    if not faults:
        case = Case(kind, files, people, companies)
        faults = list(case_checks.pilot_faults(case) if kind == "pilot" else case_checks.tender_faults(case))
    if faults:
        raise FaultyCase(sorted(set(faults), key=lambda f: (f.file, f.path)))
    return case


def _default(folder: Path, *names: str) -> Path:
    for name in names:
        if (folder.parent / name).exists():
            return folder.parent / name
    raise FaultyCase([Fault(names[-1], "$", f"not found beside {folder.name}; name it by option")])


def _read(path: Path) -> dict[str, Any]:
    files, faults = _read_files(path.parent, (path.name,))
    if faults:
        raise FaultyCase(faults)
    return files[path.name]


def _read_files(folder: Path, names: tuple[str, ...]) -> tuple[dict[str, dict[str, Any]], list[Fault]]:
    files: dict[str, dict[str, Any]] = {}
    faults: list[Fault] = []
    for name in names:
        try:
            content = json.loads((folder / name).read_text("utf-8"))
        except FileNotFoundError:
            faults.append(Fault(name, "$", "file is missing"))
        except (ValueError, RecursionError) as error:
            faults.append(Fault(name, "$", f"not valid JSON: {error}"))
        else:
            files[name] = content
    return files, faults


@cache
def _validator(name: str) -> Any:
    import jsonschema_rs

    return jsonschema_rs.validator_for(json.loads((SCHEMAS / name.replace(".json", ".schema.json")).read_text("utf-8")))


def schema_faults(name: str, content: Any) -> Iterator[Fault]:
    """Faults against the schema of this file."""
    for error in _validator(name).iter_errors(content):
        path, value = path_of(content, error.instance_path)
        kind = type(error.kind).__name__
        if kind == "Required":
            yield Fault(name, f"{path}{_step(error.kind.property)}", "required key is missing")
        elif kind == "AdditionalProperties":
            for extra in error.kind.unexpected:
                yield Fault(name, f"{path}{_step(extra)}", "unknown key")
        else:
            yield Fault(name, path, _in_words(value, error.message))


def path_of(content: Any, steps: list[str | int]) -> tuple[str, Any]:
    """JSON path of an instance and its value; keys that look like numbers stay keys where the parent is an object."""
    path, value = "$", content
    for step in steps:
        key = str(step) if isinstance(value, dict) else int(step)
        path += _step(key)
        value = value[key]
    return path, value


def _step(key: str | int) -> str:
    if isinstance(key, int):
        return f"[{key}]"
    return f".{key}" if _PLAIN_KEY.fullmatch(key) else f"['{key}']"


def _in_words(value: Any, message: str) -> str:
    if isinstance(value, str):
        if re.fullmatch(r"\d+,\d+", value):
            return f'"{value}" has a comma; write a decimal point'
        if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?", value):
            return f'"{value}" is a time without offset; write for example {value}+02:00'
        if "does not match" in message and value.replace(".", "", 1).isdigit():
            return f'"{value}" lies outside the permitted numbers'
        if "schemas listed" in message:
            return f'"{value}" is not a known value here'
        return f'"{value}" is not permitted here: it must be {message.split(" is not ")[-1]}'
    return message
